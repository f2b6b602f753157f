//! `loadgen run`: one server.

use std::path::PathBuf;

use clap::Args;

use super::LoadArguments;
use crate::config::goal::Goal;
use crate::config::target::Target;
use crate::config::{Config, Keys};

/// The arguments of `loadgen run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// host:port, resp://host:port, unix:/path, or echo://host:port for a plain-echo server
    pub target: Target,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as help")]
    pub load: LoadArguments,
    /// Use the counter of this name instead of fresh ones; whoever else writes it shows as phantom increments
    #[arg(long, value_name = "NAME", conflicts_with = "keys")]
    pub key: Option<String>,
    /// Read the server's cost from this process, where INFO does not name it
    #[arg(long, value_name = "PID")]
    pub server_pid: Option<u32>,
    /// Runs of this load, one after the other, each in a folder of its own under --out. The server is not restarted between them, which
    /// makes them less independent than those of loadgen compare
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub repeat: u32,
    /// The name of this run in tables and pictures
    #[arg(long)]
    pub label: Option<String>,
    /// Write run.json, intervals.ndjson, latency.hlog and latency.hgrm into this folder; with --repeat, into run-1, run-2 and so on in it,
    /// with comparison.json and report.html of all
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write every INCR and GET with its times and value into this file, for loadgen check to judge again
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// A limit that the run must keep, such as 'p99<5ms' or 'rate>=50k'; may be given several times
    #[arg(long = "threshold", value_name = "LIMIT")]
    pub goals: Vec<Goal>,
    /// What loadgen calibrate --out wrote for this load: a run that is hardly slower than nothing is not believed
    #[arg(long, value_name = "DIR")]
    pub null_floor: Option<PathBuf>,
    /// End with 0 also where the load generator was in the way; the last line says so all the same
    #[arg(long)]
    pub allow_invalid: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print a row for each run, under redis-benchmark's header, on stdout instead of the summary
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Print run.json on stdout instead of the summary; with --repeat, comparison.json
    #[arg(long)]
    pub json: bool,
}

impl RunArguments {
    /// What the command line means.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub fn plan(&self) -> Result<Config, String> {
        let mut plan = self.load.plan(self.target.clone())?;
        if let Some(key) = &self.key {
            plan.keys = Keys::Named(key.clone());
        }
        plan.server_pid = self.server_pid;
        plan.label = self.label.clone();
        plan.history = self.history.clone();
        if self.repeat > 1 && self.history.is_some() {
            return Err("--history FILE holds one run; leave it or --repeat out".to_owned());
        }
        plan.checked()
    }
}
