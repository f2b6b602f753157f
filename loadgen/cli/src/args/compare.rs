//! `loadgen compare`: several servers, each started for it.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::Args;
use loadgen::config::ConfigBuilder;
use loadgen::config::target::{Address, Target};
use loadgen::experiment::{
    Checkpoint, PRESETS, ParameterSweep, Preset, Series, ServerSpec, Subject,
};
use loadgen::machine::cpus::Pin;
use results::Protocol;

use super::load::{Named, named};
use super::{AllowInvalid, LoadArguments};

/// The arguments of `loadgen compare`.
#[derive(Debug, Clone, Args)]
pub(crate) struct CompareArguments {
    /// A name, and the command that starts the server; {port} stands for its port. Repeat for more servers
    #[arg(
        long = "server",
        value_name = "NAME='COMMAND with {port}'",
        required_unless_present = "presets"
    )]
    pub(crate) servers: Vec<ServerSpec>,
    /// Servers that loadgen knows how to start, after those of --server
    #[arg(long = "preset", value_name = "LIST", value_delimiter = ',', value_parser = named(&PRESETS))]
    pub(crate) presets: Vec<Preset>,
    /// Processors for the servers, for the client, or for both: --cpus server=0 client=1-3
    #[arg(long, value_name = "WHO=LIST", num_args = 1..=2)]
    pub(crate) cpus: Vec<Pin>,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    /// Runs of each server, interleaved; the server is restarted for each run
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) repeat: u32,
    /// Vary one thing: rate=1k,2k,5k (up to the rate where a server falls behind), connections=1,10,100, depth=…, keys=…, size=64,1KiB, or
    /// cores=1,2,4 (the servers' processors)
    #[arg(long, value_name = "WHAT=LIST")]
    pub(crate) over: Option<ParameterSweep>,
    /// Continue an interrupted comparison with the same command line: runs in --out are kept
    #[arg(long)]
    pub(crate) resume: bool,
    /// A server that is known to lose updates: its wrong replies do not fail the comparison
    #[arg(long = "expect-lost", value_name = "NAME")]
    pub(crate) expect_lost: Vec<String>,
    #[command(flatten)]
    pub(crate) allow: AllowInvalid,
    /// The protocol of the servers
    #[arg(long, default_value = "resp", value_parser = named(&PROTOCOLS))]
    pub(crate) protocol: Protocol,
    /// The title of the page
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Print the table as CSV
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) csv: bool,
    /// Print the table in Markdown
    #[arg(long)]
    pub(crate) markdown: bool,
    /// Write comparison.json, report.html and the servers' output into this folder
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
}

/// The protocols of a server that is started.
const PROTOCOLS: Named<Protocol, 2> = [
    ("resp", Protocol::Resp, "the Redis protocol"),
    ("echo", Protocol::Echo, "plain echo"),
];

impl CompareArguments {
    /// All servers, each with the processors that it may use.
    pub(crate) fn servers(&self) -> Vec<ServerSpec> {
        let presets = self.presets.iter().flat_map(|preset| preset.specs());
        let mut all: Vec<ServerSpec> = self.servers.iter().cloned().chain(presets).collect();
        for pin in &self.cpus {
            if let Pin::Server(cpus) = pin {
                all.iter_mut().for_each(|spec| spec.cpus = Some(*cpus));
            }
        }
        all
    }

    /// The load, for the runs that `command` makes. Its port is a placeholder.
    pub(crate) fn load(&self, command: &[String]) -> ConfigBuilder {
        let address = Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: 1,
        };
        let protocol = self.protocol;
        let load = self.load.on(Target { protocol, address });
        load.command(command.to_vec())
    }

    /// The series of runs of these servers.
    pub(crate) fn series(&self, servers: &[ServerSpec], command: &[String]) -> Series {
        let started = servers.iter().cloned().map(Subject::Started);
        Series {
            subjects: started.collect(),
            load: self.load(command),
            vary: self.over.clone(),
            rounds: self.repeat,
            checkpoint: Some(Checkpoint::new(&self.out, command, self.resume)),
        }
    }

    /// Checks what clap cannot: names are unique, and those of `--expect-lost` are of servers.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub(crate) fn check(&self, servers: &[ServerSpec]) -> Result<(), String> {
        if self
            .over
            .as_ref()
            .is_some_and(ParameterSweep::is_of_servers)
            && !self.cpus.is_empty()
        {
            let why = "--over cores=… and --cpus both say where the servers run; leave out one";
            return Err(why.to_owned());
        }
        let mut names = HashSet::new();
        if let Some(twice) = servers.iter().find(|spec| !names.insert(&spec.name)) {
            let name = &twice.name;
            return Err(format!(
                "--server {name} is named twice; give each server its own name"
            ));
        }
        match self.expect_lost.iter().find(|name| !names.contains(name)) {
            Some(name) => Err(format!(
                "--expect-lost {name} is not the name of a --server"
            )),
            None => Ok(()),
        }
    }
}
