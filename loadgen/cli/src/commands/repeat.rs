//! `loadgen run --repeat N`: one load again and again, each run with its files, and all of them in one table.

use std::ops::ControlFlow;
use std::path::Path;

use loadgen::config::ConfigBuilder;
use loadgen::experiment::{Series, Subject};
use results::units::count;
use results::{Comparison, Run};

use super::series;
use crate::args::RunArguments;
use crate::exit::{Exit, Reason};
use crate::invalid::why_invalid;
use crate::{csv, output, repeats, screen};

/// Makes the runs, and finishes each. The server is the user's and is not restarted.
pub(super) fn run(
    arguments: &RunArguments,
    load: ConfigBuilder,
    finish: impl Fn(&mut Run),
    command: &[String],
) -> Result<Exit, Exit> {
    let series = Series {
        subjects: vec![Subject::Existing],
        load,
        vary: None,
        rounds: arguments.repeat,
        checkpoint: None,
    };
    let mut exits = Vec::new();
    let (subjects, ended) = series::make(&series, Path::new(""), |outcome| {
        finish(&mut outcome.run);
        let folder = format!("run-{}", exits.len() + 1);
        let folder = arguments.out.as_ref().map(|out| out.join(folder));
        let kept = folder.map_or(Ok(()), |folder| output::keep(&outcome.run, &folder));
        // If one run cannot be written, the next cannot either.
        let (exit, flow) = match kept {
            Ok(()) => (
                Exit::of(outcome, arguments.allow),
                ControlFlow::Continue(()),
            ),
            Err(exit) => (exit, ControlFlow::Break(())),
        };
        exits.push(exit);
        flow
    })?;
    let mut runs = Vec::new();
    for subject in subjects {
        exits.extend(subject.missing.map(|why| Exit::failed(why.reason)));
        runs.extend(subject.runs);
    }
    if !runs.is_empty() {
        show(&runs, arguments, command)?;
    }
    Ok(exit(&runs, exits, ended.interrupted, arguments))
}

/// The end of the gravest run; if all were good, what they did together.
fn exit(runs: &[Run], exits: Vec<Exit>, interrupted: bool, arguments: &RunArguments) -> Exit {
    let sum = |of: fn(&Run) -> u64| count(runs.iter().map(of).sum());
    let together = format!(
        "{} of {} runs made, {} requests answered, {} replies checked",
        runs.len(),
        arguments.repeat,
        sum(|run| run.totals.completed),
        sum(|run| run.correctness.operations_checked)
    );
    match Exit::gravest(exits) {
        _ if interrupted => Exit::new(Reason::Interrupted, together),
        None => Exit::failed("no run was made"),
        // The reasons of invalid runs are given for all runs at once.
        Some((
            _,
            Exit {
                reason: Reason::Ok | Reason::Allowed | Reason::Invalid,
                ..
            },
        )) => {
            let exit = Exit::ok(format!("{together}, none wrong"));
            exit.unless_invalid(why_invalid(runs), arguments.allow)
        }
        Some((place, Exit { reason, text })) => {
            Exit::new(reason, format!("run {}: {text}; {together}", place + 1))
        }
    }
}

/// Writes the files of all runs together, and prints the requested output.
fn show(runs: &[Run], arguments: &RunArguments, command: &[String]) -> Result<(), Exit> {
    let title = format!("{} runs of {}", runs.len(), arguments.target);
    let comparison = Comparison {
        command: command.to_vec(),
        ..Comparison::of_runs(title, runs.to_vec())
    };
    if let Some(folder) = &arguments.out {
        output::keep_comparison(&comparison, folder)?;
    }
    match (arguments.json, arguments.csv) {
        (true, _) => output::print_json(&comparison),
        (_, true) => output::print(csv::text(runs)),
        _ => output::print(repeats::text(runs, screen::room())),
    }
}
