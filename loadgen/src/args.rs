//! The command line, as it is typed; [`Plan`] is what it means.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::operation::Mix;
use crate::plan::{Keys, Limit, Load, Plan};
use crate::target::Target;
use crate::units::{parse_count, parse_duration};

/// Measures a server honestly: every reply is checked, and every latency is booked.
#[derive(Debug, Parser)]
#[command(name = "loadgen", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 ran, and correct; 1 tool or server failure; 2 usage; 3 wrong answers; 4 threshold missed; \
                          5 measurement invalid; 130 interrupted (what there was is written).\nThe last line on stderr says which, and why.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Drive one server, and say how fast and how right it was
    Run(RunArguments),
}

/// `loadgen run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// host:port, resp://host:port, or echo://host:port for a plain-echo server
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
    /// The name of this run in tables and pictures
    #[arg(long)]
    pub label: Option<String>,
    /// Write run.json, latency.hlog and latency.hgrm into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print run.json on stdout instead of the summary
    #[arg(long)]
    pub json: bool,
}

/// The load, whatever it is put on.
#[derive(Debug, Clone, Args)]
pub struct LoadArguments {
    /// Connections in total
    #[arg(short = 'c', long, value_name = "N", default_value = "50", value_parser = count_u32)]
    pub connections: u32,
    /// Requests in flight on each connection
    #[arg(short = 'P', long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub pipeline: u32,
    /// Client threads, which share the connections
    #[arg(short = 't', long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub threads: u32,
    /// End after this time [default: 10s]
    #[arg(short = 'd', long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "requests")]
    pub duration: Option<Duration>,
    /// End after this number of requests, such as 250k or 1M
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_count)]
    pub requests: Option<u64>,
    /// Bytes of payload in each ECHO
    #[arg(short = 's', long = "size", value_name = "BYTES", default_value = "64", value_parser = count_u32)]
    pub payload_bytes: u32,
    /// incr, get, echo, ping, or shares such as mix:incr=8,get=2 [default: incr, or echo for echo://]
    #[arg(long = "op", value_name = "OPERATION")]
    pub operation: Option<Mix>,
    /// Counters, each with a fresh name, that INCR and GET are spread over
    #[arg(long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub keys: u32,
    /// Seed of everything random: the same seed asks every server the same
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,
    /// The longest wait for anything: a connection, a reply, the final values
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    pub timeout: Duration,
}

fn count_u32(text: &str) -> Result<u32, String> {
    u32::try_from(parse_count(text)?)
        .map_err(|_| format!("{text} is too many; give at most {}", u32::MAX))
}

/// The length of a run that names neither a time nor a number of requests.
const DEFAULT_DURATION: Duration = Duration::from_secs(10);

impl RunArguments {
    /// What the command line means.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub fn plan(&self) -> Result<Plan, String> {
        let mut plan = self.load.plan(self.target.clone());
        if let Some(key) = &self.key {
            plan.keys = Keys::Named(key.clone());
        }
        plan.server_pid = self.server_pid;
        plan.label = self.label.clone();
        plan.checked()
    }
}

impl LoadArguments {
    /// The load on a target; not yet [checked](Plan::checked).
    pub fn plan(&self, target: Target) -> Plan {
        let mix = self
            .operation
            .clone()
            .unwrap_or_else(|| Mix::only(target.protocol.usual_operation()));
        let limit = match (self.requests, self.duration) {
            (Some(requests), _) => Limit::Requests(requests),
            (None, duration) => Limit::Time(duration.unwrap_or(DEFAULT_DURATION)),
        };
        Plan {
            target,
            connections: self.connections,
            threads: self.threads,
            load: Load::Closed {
                depth: self.pipeline,
            },
            limit,
            mix,
            payload_bytes: self.payload_bytes,
            keys: Keys::Fresh(self.keys),
            seed: self.seed,
            timeout: self.timeout,
            server_pid: None,
            label: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn run(words: &str) -> Result<RunArguments, clap::Error> {
        let words = ["loadgen", "run"]
            .into_iter()
            .chain(words.split_whitespace());
        Arguments::try_parse_from(words).map(|arguments| match arguments.command {
            Command::Run(run) => run,
        })
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_is_typed_becomes_a_plan() {
        let plan =
            run("h:1 -c 1k -P 16 -t 4 -n 2M --op mix:incr=8,get=2 --keys 10 --timeout 500ms")
                .unwrap()
                .plan()
                .unwrap();
        assert_eq!(
            (plan.connections, plan.threads, plan.load),
            (1_000, 4, Load::Closed { depth: 16 })
        );
        assert_eq!(
            (plan.limit, plan.keys),
            (Limit::Requests(2_000_000), Keys::Fresh(10))
        );
        assert_eq!(plan.timeout, Duration::from_millis(500));
    }

    #[test]
    fn a_protocol_has_its_usual_operation() {
        assert_eq!(run("h:1").unwrap().plan().unwrap().mix.to_string(), "incr");
        assert_eq!(
            run("echo://h:1").unwrap().plan().unwrap().mix.to_string(),
            "echo"
        );
        assert!(run("echo://h:1 --op incr").unwrap().plan().is_err());
    }

    #[test]
    fn contradictions_are_refused() {
        for words in [
            "",
            "h:1 -n 1 -d 1s",
            "h:1 --key k --keys 2",
            "h:1 -c",
            "h:1 -d 10",
            "h:1 --rate 5",
            "h:1 -c 5G",
        ] {
            assert_eq!(run(words).unwrap_err().exit_code(), 2, "{words}");
        }
    }
}
