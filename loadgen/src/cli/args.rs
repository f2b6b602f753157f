//! The command line, as it is typed; [`Config`](crate::config::Config) is what it means.

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

pub use calibrate::CalibrateArguments;
pub use check::CheckArguments;
pub use compare::CompareArguments;
pub use diff::DiffArguments;
pub use load::LoadArguments;
pub use plot::PlotArguments;
pub use run::RunArguments;
pub use sweep::{FindArguments, Over, SweepArguments};

/// Measures a server honestly: every reply is checked, and every latency is booked.
#[derive(Debug, Parser)]
#[command(name = "loadgen", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 ran, and correct; 1 tool or server failure; 2 usage; 3 wrong answers; 4 threshold missed; \
                          5 measurement invalid, unless --allow-invalid; 130 interrupted (what there was is written).\nThe last line on stderr says which, and why.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Drive one server, and say how fast and how right it was
    Run(RunArguments),
    /// Drive one server with a list of loads, and draw the curve
    Sweep(SweepArguments),
    /// Find the greatest rate at which a server keeps its limits
    Find(FindArguments),
    /// Start several servers in turn, drive each, and set them side by side
    Compare(CompareArguments),
    /// Compare stored runs, and say whether the new ones are worse
    Diff(DiffArguments),
    /// Draw stored runs: the page, or one picture
    Plot(PlotArguments),
    /// Judge a saved history again
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

    use super::*;
    use crate::config::{Keys, Limit, Load};

    fn run(words: &str) -> Result<RunArguments, clap::Error> {
        let words = ["loadgen", "run"]
            .into_iter()
            .chain(words.split_whitespace());
        Arguments::try_parse_from(words).map(|arguments| match arguments.command {
            Command::Run(run) => run,
            other => panic!("{other:?}"),
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
    fn a_pattern_without_a_rate_is_no_schedule() {
        assert!(
            run("h:1 --arrival poisson")
                .unwrap()
                .plan()
                .unwrap_err()
                .contains("-r")
        );
        assert!(run("h:1 --arrival poisson -r 5").unwrap().plan().is_ok());
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
