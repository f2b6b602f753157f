//! `loadgen check`: checks a saved history again.

use std::fs::File;

use history::Level;
use loadgen::check::recheck::{Rechecked, recheck};
use results::CheckLevel;

use crate::args::CheckArguments;
use crate::exit::{Exit, Reason};
use crate::{answers, output, screen};

/// Checks the file, and prints the verdict.
pub(crate) fn run(arguments: &CheckArguments) -> Exit {
    let path = arguments.file.display();
    let level = match CheckLevel::from(arguments.check) {
        CheckLevel::Full => Level::Full,
        CheckLevel::Replies => Level::Replies,
        CheckLevel::None => {
            return Exit::usage("--check none checks nothing; write --check replies or full");
        }
    };
    let checked = File::open(&arguments.file).and_then(|file| recheck(file, level));
    let checked = match checked {
        Ok(checked) => checked,
        Err(error) => return Exit::failed(format!("cannot check {path}: {error}")),
    };
    if let Err(why) = show(&checked, arguments) {
        return Exit::failed(why);
    }
    match (Exit::of_history(&checked.correctness), checked.damage) {
        (exit, Some(damage)) if exit.reason == Reason::Ok => {
            Exit::failed(format!("{path}: {damage}"))
        }
        (exit, _) => exit,
    }
}

fn show(checked: &Rechecked, arguments: &CheckArguments) -> Result<(), String> {
    let text = match arguments.json {
        true => output::json(&checked.correctness)?,
        false => {
            let file = arguments.file.display().to_string();
            let of = checked
                .config
                .as_deref()
                .unwrap_or("not written by loadgen");
            let mut lines = vec![("history", file), ("of", of.to_owned())];
            lines.extend(answers::lines(&checked.correctness));
            report::headed_lines(&lines, screen::room())
        }
    };
    output::print(&text)
}
