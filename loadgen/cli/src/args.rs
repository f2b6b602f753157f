//! The command line, as it is typed; [`loadgen::config::Config`] is what it means.

mod calibrate;
mod compare;
mod load;
mod run;
mod stored;
mod sweep;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use calibrate::CalibrateArguments;
pub(crate) use compare::CompareArguments;
pub(crate) use load::{CHECK_LEVELS, LoadArguments};
pub(crate) use run::RunArguments;
pub(crate) use stored::{CheckArguments, DiffArguments, PlotArguments};
pub(crate) use sweep::{FindArguments, SweepArguments};

/// Loads a server, records every latency and checks every reply.
#[derive(Debug, Parser)]
#[command(name = "loadgen", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Times are written 500ms, 10s, 1m30s or 1h; counts and rates 250, 2.5k, 1M or 1e6; sizes 64, 64KiB or 1MiB.

Exit codes:
    0  success
    1  the tool or the server failed
    2  the command line is wrong
    3  the server gave wrong replies
    4  a threshold was missed, or diff found a regression
    5  the measurement is invalid (0 with --allow-invalid)
  130  interrupted; what was measured is written
The last line on stderr names the reason.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load one server; report its rate, its latency and whether its replies were right
    Run(RunArguments),
    /// Load one server with several loads, and draw the curve
    Sweep(SweepArguments),
    /// Find the greatest rate at which a server meets its thresholds
    Find(FindArguments),
    /// Start several servers in turn, load each, and compare them
    Compare(CompareArguments),
    /// Compare stored runs, and say whether the new ones are worse
    Diff(DiffArguments),
    /// Draw stored runs, as a page or as one picture
    Plot(PlotArguments),
    /// Check a saved history again
    Check(CheckArguments),
    /// Measure what the load generator can do on this machine, against a server that does nothing
    Calibrate(CalibrateArguments),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// What to do with an invalid measurement: the same in every command that measures.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct AllowInvalid {
    /// Exit 0 even if the measurement is invalid; the last line still says why it is
    #[arg(long)]
    pub(crate) allow_invalid: bool,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory as _;
    use loadgen::config::{Config, ConfigError};
    use results::RunLimit;

    use super::*;

    fn run(words: &str) -> Result<RunArguments, clap::Error> {
        let words = ["loadgen", "run"]
            .into_iter()
            .chain(words.split_whitespace());
        Arguments::try_parse_from(words).map(|arguments| match arguments.command {
            Command::Run(run) => run,
            other => panic!("{other:?}"),
        })
    }

    fn config(words: &str) -> Result<Config, ConfigError> {
        run(words).unwrap().load(&[]).build()
    }

    #[test]
    fn clap_accepts_the_definition() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_command_line_becomes_a_config() {
        let words =
            "h:1 -c 1k -P 16 -t 4 -n 2M --op mix:incr=8,get=2 --by 5 --keys 10 --timeout 500ms";
        let config = config(words).unwrap();
        let load = config.workload;
        assert_eq!(
            (load.connections, load.threads, load.pipeline_depth),
            (1_000, 4, 16)
        );
        let requests = 2_000_000;
        assert_eq!(
            (load.limit, load.keys),
            (RunLimit::Requests { requests }, 10)
        );
        assert_eq!(load.operations[0].operation.to_string(), "incr by 5");
        assert_eq!(config.timeout, Duration::from_millis(500));
    }

    #[test]
    fn each_protocol_has_a_default_operation() {
        let name = |words: &str| {
            config(words).unwrap().workload.operations[0]
                .operation
                .name()
        };
        assert_eq!((name("h:1"), name("echo://h:1")), ("incr", "echo"));
        assert!(config("echo://h:1 --op incr").is_err());
    }

    #[test]
    fn a_pattern_needs_a_rate() {
        let error = config("h:1 --arrival poisson").unwrap_err();
        assert!(error.to_string().contains("-r"));
        assert!(config("h:1 --arrival poisson -r 5").is_ok());
    }

    #[test]
    fn contradictions_are_refused() {
        for words in [
            "",
            "h:1 -n 1 -d 1s",
            "h:1 --key k --keys 2",
            "h:1 -c",
            "h:1 -d 10",
            "h:1 -c 5G",
        ] {
            assert_eq!(run(words).unwrap_err().exit_code(), 2, "{words}");
        }
    }
}
