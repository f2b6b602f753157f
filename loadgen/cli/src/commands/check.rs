//! `loadgen check`: checks a saved history again.

use std::fs::File;

use history::{Level, ReplayError};
use loadgen::check::recheck::{Rechecked, recheck};
use results::CheckLevel;

use crate::args::CheckArguments;
use crate::exit::{Exit, Reason};
use crate::{output, replies, screen};

/// Checks the file, and prints the verdict.
pub(crate) fn run(arguments: &CheckArguments) -> Result<Exit, Exit> {
    let path = arguments.file.display();
    let level = match arguments.check {
        CheckLevel::Full => Level::Full,
        CheckLevel::Replies => Level::Replies,
        CheckLevel::None => {
            let why = "--check none checks nothing; write --check replies or full";
            return Err(Exit::usage(why));
        }
    };
    let file = File::open(&arguments.file).map_err(ReplayError::Io);
    let checked = file.and_then(|file| recheck(file, level));
    let checked = checked.map_err(|error| Exit::failed(format!("cannot check {path}: {error}")))?;
    show(&checked, arguments)?;
    let exit = Exit::of_history(&checked.correctness);
    match checked.damage {
        Some(damage) if exit.reason == Reason::Ok => Err(Exit::failed(format!("{path}: {damage}"))),
        _ => Ok(exit),
    }
}

fn show(checked: &Rechecked, arguments: &CheckArguments) -> Result<(), Exit> {
    if arguments.json {
        return output::print_json(&checked.correctness);
    }
    let config = checked.config.as_deref();
    let config = config.unwrap_or("not written by loadgen");
    let mut lines = vec![
        ("history", arguments.file.display().to_string()),
        ("of", config.to_owned()),
    ];
    lines.extend(replies::lines(&checked.correctness));
    output::print(report::headed_lines(&lines, screen::room()))
}
