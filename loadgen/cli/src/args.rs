//! The command line, as it is typed; [`loadgen::config::Config`] is what it means.

mod allow_invalid;
mod calibrate;
mod check;
mod compare;
mod diff;
mod load;
mod plot;
mod run;
mod sweep;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use allow_invalid::AllowInvalid;
pub(crate) use calibrate::CalibrateArguments;
pub(crate) use check::CheckArguments;
pub(crate) use compare::CompareArguments;
pub(crate) use diff::DiffArguments;
pub(crate) use load::LoadArguments;
pub(crate) use plot::PlotArguments;
pub(crate) use run::RunArguments;
pub(crate) use sweep::{FindArguments, SweepArguments};

/// Measures a server: every reply is checked, and every latency is recorded.
#[derive(Debug, Parser)]
#[command(name = "loadgen", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 ran, and correct; 1 tool or server failure; 2 usage; 3 wrong answers; 4 threshold missed; \
                          5 measurement invalid, unless --allow-invalid; 130 interrupted (what there was is written).\nThe last line on stderr says which, and why.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load one server, and report its latency, its rate and whether its replies were right
    Run(RunArguments),
    /// Load one server with a list of loads, and draw the curve
    Sweep(SweepArguments),
    /// Find the greatest rate at which a server meets its goals
    Find(FindArguments),
    /// Start several servers in turn, load each, and set them side by side
    Compare(CompareArguments),
    /// Compare stored runs, and say whether the new ones are worse
    Diff(DiffArguments),
    /// Draw stored runs: the page, or one picture
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
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_is_typed_becomes_a_config() {
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
    fn a_protocol_has_its_usual_operation() {
        let name = |words: &str| {
            config(words).unwrap().workload.operations[0]
                .operation
                .name()
        };
        assert_eq!((name("h:1"), name("echo://h:1")), ("incr", "echo"));
        assert!(config("echo://h:1 --op incr").is_err());
    }

    #[test]
    fn a_pattern_without_a_rate_is_no_schedule() {
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
