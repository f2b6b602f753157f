//! The program: reads the command line, does what it says, and ends with a line that says how it went.

use std::process::ExitCode;

use clap::Parser as _;
use loadgen::cli::args::{Arguments, Command};
use loadgen::cli::commands;
use loadgen::cli::ending::Ending;

fn main() -> ExitCode {
    let ending = run(&std::env::args().collect::<Vec<_>>());
    if let Some(line) = ending.line() {
        eprintln!("{line}");
    }
    ending.code()
}

fn run(words: &[String]) -> Ending {
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) => return misread(&error),
    };
    match arguments.command {
        Command::Run(arguments) => commands::run::run(&arguments, words),
        Command::Sweep(arguments) => commands::sweep::run(&arguments, words),
        Command::Find(arguments) => commands::find::run(&arguments, words),
        Command::Compare(arguments) => commands::compare::run(&arguments, words),
        Command::Diff(arguments) => commands::diff::run(&arguments),
        Command::Plot(arguments) => commands::plot::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Calibrate(arguments) => commands::calibrate::run(&arguments, words),
        Command::Completions { shell } => commands::shell::completions(shell),
        Command::Man => commands::shell::man(),
    }
}

/// A command line that clap did not take, or a question such as `--help`, which it answers itself.
fn misread(error: &clap::Error) -> Ending {
    // Where not even this can be printed, the exit code still says it.
    let _ = error.print();
    match error.use_stderr() {
        true => {
            Ending::Usage("the command line above cannot be read; try loadgen --help".to_owned())
        }
        false => Ending::Answered,
    }
}
