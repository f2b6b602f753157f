//! `loadgen compare`: several servers, each started here.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::LoadArguments;
use super::sweep::Over;
use crate::config::Config;
use crate::config::target::{Place, Protocol, Target};
use crate::experiment::{Pin, Preset, ServerSpec};

/// The arguments of `loadgen compare`.
#[derive(Debug, Clone, Args)]
pub struct CompareArguments {
    /// A server and the command that starts it, once for each; {port} stands for the port it is to listen on
    #[arg(
        long = "server",
        value_name = "NAME='COMMAND with {port}'",
        required_unless_present = "presets"
    )]
    pub servers: Vec<ServerSpec>,
    /// Servers that need no command; they come behind the others
    #[arg(
        long = "preset",
        value_name = "LIST",
        value_enum,
        value_delimiter = ','
    )]
    pub presets: Vec<Preset>,
    /// The processors of the servers, of the load, or both: --cpus server=0 client=1-3
    #[arg(long, value_name = "WHO=LIST", num_args = 1..=2)]
    pub cpus: Vec<Pin>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as help")]
    pub load: LoadArguments,
    /// Runs of each server, interleaved; each starts the server anew
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub repeat: u32,
    /// Vary the load: rate=1k,2k,5k or connections=1,10,100 or depth=… or keys=… or size=…; rates end where a server falls behind.
    /// Or vary the servers' processors: cores=1,2,4
    #[arg(long, value_name = "WHAT=LIST")]
    pub over: Option<Over>,
    /// Go on with a comparison of the same command line that was interrupted: what --out holds of it is not run again
    #[arg(long)]
    pub resume: bool,
    /// A server that is known to lose updates: that it does is no failure of the comparison
    #[arg(long = "expect-lost", value_name = "NAME")]
    pub expect_lost: Vec<String>,
    /// End with 0 also where the load generator was in the way; the last line says so all the same
    #[arg(long)]
    pub allow_invalid: bool,
    /// What the servers speak
    #[arg(long, value_enum, default_value = "resp")]
    pub protocol: Language,
    /// The title of the page
    #[arg(long)]
    pub title: Option<String>,
    /// Print the table as comma-separated values
    #[arg(long, conflicts_with = "markdown")]
    pub csv: bool,
    /// Print the table in Markdown
    #[arg(long)]
    pub markdown: bool,
    /// Write comparison.json, report.html and what the servers print into this folder
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
}

/// What is spoken, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// The Redis protocol
    Resp,
    /// Plain echo
    Echo,
}

impl CompareArguments {
    /// The same with every server that takes part among `servers`, each with the processors it may use.
    #[must_use]
    pub fn with_presets(&self) -> Self {
        let mut all = self.clone();
        let presets = std::mem::take(&mut all.presets);
        all.servers
            .extend(presets.into_iter().flat_map(Preset::specs));
        for pin in &self.cpus {
            if let Pin::Server(cpus) = pin {
                all.servers
                    .iter_mut()
                    .for_each(|spec| spec.cpus = Some(*cpus));
            }
        }
        all
    }

    /// The values of what is varied; where nothing is, the one point that there is.
    #[must_use]
    pub fn points(&self) -> Vec<Option<u64>> {
        match &self.over {
            None => vec![None],
            Some(over) => over.values().iter().copied().map(Some).collect(),
        }
    }

    /// The load as a plan for a server on that port, without what is varied.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub fn plan(&self, port: u16) -> Result<Config, String> {
        self.plan_at(None, port)
    }

    /// The load at a point.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub fn plan_at(&self, point: Option<u64>, port: u16) -> Result<Config, String> {
        let protocol = match self.protocol {
            Language::Resp => Protocol::Resp,
            Language::Echo => Protocol::Echo,
        };
        let place = Place::Tcp {
            host: "127.0.0.1".to_owned(),
            port,
        };
        let target = Target { protocol, place };
        match (&self.over, point) {
            (Some(over), Some(value)) => over.apply(value, &self.load, &target),
            _ => self.load.plan(target),
        }
    }

    /// Checks what clap cannot see: that names are unique, and that those expected to lose take part.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub fn check(&self) -> Result<(), String> {
        for point in self.points() {
            self.plan_at(point, 1)?;
        }
        if self.over.as_ref().is_some_and(Over::is_of_servers) && !self.cpus.is_empty() {
            return Err(
                "--over cores=… and --cpus both say where the servers run; leave one out"
                    .to_owned(),
            );
        }
        for (place, spec) in self.servers.iter().enumerate() {
            if self.servers[..place]
                .iter()
                .any(|earlier| earlier.name == spec.name)
            {
                return Err(format!(
                    "--server {} is named twice; give each its own name",
                    spec.name
                ));
            }
        }
        let takes_part = |name: &&String| self.servers.iter().any(|spec| spec.name == **name);
        match self.expect_lost.iter().find(|name| !takes_part(name)) {
            Some(stranger) => Err(format!("--expect-lost {stranger} names no --server")),
            None => Ok(()),
        }
    }
}
