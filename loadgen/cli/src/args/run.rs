//! `loadgen run`: one server.

use std::path::PathBuf;

use clap::Args;
use loadgen::config::ConfigBuilder;
use loadgen::config::goal::Goal;
use loadgen::config::target::Target;

use super::{AllowInvalid, LoadArguments};

/// The arguments of `loadgen run`.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// host:port, resp://host:port, unix:/path, or echo://host:port for a plain-echo server
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    /// Use the counter with this name instead of new ones; increments by other clients show as phantom increments
    #[arg(long, value_name = "NAME", conflicts_with = "keys")]
    pub(crate) key: Option<String>,
    /// The server's process, if INFO does not name it: its CPU time and memory are measured
    #[arg(long, value_name = "PID")]
    pub(crate) server_pid: Option<u32>,
    /// Number of runs, each with its own folder under --out. The server is not restarted, so the runs are less independent than those of
    /// loadgen compare
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) repeat: u32,
    /// The name of this run in tables and pictures
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Write run.json, latency.hlog and latency.hgrm into this folder; with --repeat, into its folders run-1, run-2, …, and comparison.json
    /// and report.html of all runs into it
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write every INCR and GET, with its times and value, into this file, for loadgen check
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// Exit 4 if the run does not meet this, such as 'p99<5ms' or 'rate>=50k'. Repeat for more thresholds
    #[arg(long = "threshold", value_name = "THRESHOLD")]
    pub(crate) goals: Vec<Goal>,
    /// Baseline from calibrate --out with the same load: marks runs that the client limited
    #[arg(long, value_name = "DIR", alias = "null-floor")]
    pub(crate) baseline: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) allow: AllowInvalid,
    /// Print what would be done, and exit
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print CSV with redis-benchmark's columns instead of the summary, a row for each run
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Print run.json instead of the summary; with --repeat, comparison.json
    #[arg(long)]
    pub(crate) json: bool,
}

impl RunArguments {
    /// The load, for the run that `command` makes.
    pub(crate) fn load(&self, command: &[String]) -> ConfigBuilder {
        let load = self.load.on(self.target.clone()).key(self.key.clone());
        load.server_pid(self.server_pid)
            .label(self.label.clone())
            .history(self.history.clone())
            .command(command.to_vec())
    }
}
