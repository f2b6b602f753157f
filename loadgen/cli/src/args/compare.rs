//! `loadgen compare`: several servers, each started here.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use loadgen::config::ConfigBuilder;
use loadgen::config::target::{Address, Target};
use loadgen::experiment::{Checkpoint, PRESETS, Preset, Series, ServerSpec, Subject, Vary};
use loadgen::machine::cpus::Pin;
use results::Protocol;

use super::{AllowInvalid, LoadArguments};

/// The arguments of `loadgen compare`.
#[derive(Debug, Clone, Args)]
pub(crate) struct CompareArguments {
    /// A server's name and the command that starts it; {port} stands for its port. May be given several times
    #[arg(
        long = "server",
        value_name = "NAME='COMMAND with {port}'",
        required_unless_present = "presets"
    )]
    pub(crate) servers: Vec<ServerSpec>,
    /// Servers that need no command; they are added after the others
    #[arg(long = "preset", value_name = "LIST", value_delimiter = ',', value_parser = presets())]
    pub(crate) presets: Vec<Preset>,
    /// The processors of the servers, of the load, or both: --cpus server=0 client=1-3
    #[arg(long, value_name = "WHO=LIST", num_args = 1..=2)]
    pub(crate) cpus: Vec<Pin>,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    /// Runs of each server, interleaved; each restarts the server
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) repeat: u32,
    /// Vary the load: rate=1k,2k,5k or connections=1,10,100 or depth=… or keys=… or size=…; rates end where a server falls behind.
    /// Or vary the servers' processors: cores=1,2,4
    #[arg(long, value_name = "WHAT=LIST")]
    pub(crate) over: Option<Vary>,
    /// Continue an interrupted comparison of the same command line: runs that are in --out are not made again
    #[arg(long)]
    pub(crate) resume: bool,
    /// A server that is known to lose updates: its wrong answers are no failure of the comparison
    #[arg(long = "expect-lost", value_name = "NAME")]
    pub(crate) expect_lost: Vec<String>,
    #[command(flatten)]
    pub(crate) allow: AllowInvalid,
    /// The protocol of the servers
    #[arg(long, value_enum, default_value = "resp")]
    pub(crate) protocol: ProtocolName,
    /// The title of the page
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Print the table as comma-separated values
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) csv: bool,
    /// Print the table in Markdown
    #[arg(long)]
    pub(crate) markdown: bool,
    /// Write comparison.json, report.html and what the servers print into this folder
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
}

/// The protocol, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolName {
    /// The Redis protocol
    Resp,
    /// Plain echo
    Echo,
}

/// The presets by name, each with what it stands for.
fn presets() -> impl clap::builder::TypedValueParser<Value = Preset> {
    let names = PRESETS.map(|(name, _, help)| PossibleValue::new(name).help(help));
    PossibleValuesParser::new(names).map(|name| {
        let named = PRESETS.iter().find(|(known, ..)| *known == name);
        // Only these names are possible.
        named.map_or(Preset::All, |(_, preset, _)| *preset)
    })
}

impl CompareArguments {
    /// Every server that takes part, each with the processors that it may use.
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
        let protocol = match self.protocol {
            ProtocolName::Resp => Protocol::Resp,
            ProtocolName::Echo => Protocol::Echo,
        };
        let address = Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: 1,
        };
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

    /// Checks what clap cannot see: that names are unique, and that those expected to lose take part.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub(crate) fn check(&self, servers: &[ServerSpec]) -> Result<(), String> {
        if self.over.as_ref().is_some_and(Vary::is_of_servers) && !self.cpus.is_empty() {
            return Err(
                "--over cores=… and --cpus both say where the servers run; leave one out"
                    .to_owned(),
            );
        }
        for (place, spec) in servers.iter().enumerate() {
            if servers[..place]
                .iter()
                .any(|earlier| earlier.name == spec.name)
            {
                let name = &spec.name;
                return Err(format!(
                    "--server {name} is named twice; give each its own name"
                ));
            }
        }
        let takes_part = |name: &&String| servers.iter().any(|spec| spec.name == **name);
        match self.expect_lost.iter().find(|name| !takes_part(name)) {
            Some(stranger) => Err(format!("--expect-lost {stranger} names no --server")),
            None => Ok(()),
        }
    }
}
