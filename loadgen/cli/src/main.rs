//! The program `loadgen`: reads the command line, does what it says, and ends with a line that says how it went.

mod args;
mod commands;
mod csv;
mod exit;
mod invalid;
mod output;
mod repeats;
mod replies;
mod screen;
mod sides;
mod stored;
mod summary;

use std::process::ExitCode;

use args::{Arguments, Command};
use clap::Parser as _;
use exit::Exit;

fn main() -> ExitCode {
    process::run_guard_if_asked();
    let exit = run(&std::env::args().collect::<Vec<_>>()).unwrap_or_else(|exit| exit);
    if let Some(line) = exit.line() {
        eprintln!("{line}");
    }
    exit.code()
}

/// The end of the command, as `Ok` or as `Err`: what cannot go on returns its end at once.
fn run(words: &[String]) -> Result<Exit, Exit> {
    let arguments = Arguments::try_parse_from(words).map_err(|error| not_read(&error))?;
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

/// A command line that clap rejected, or a question such as `--help`, which clap answers.
fn not_read(error: &clap::Error) -> Exit {
    // If this cannot be printed, the exit code still says it.
    let _ = error.print();
    match error.use_stderr() {
        true => Exit::usage("the command line is wrong, see above; try loadgen --help"),
        false => Exit::ANSWERED,
    }
}
