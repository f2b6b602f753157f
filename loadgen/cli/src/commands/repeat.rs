//! `loadgen run --repeat N`: one load again and again, each run with its files, and all of them in one table.

use std::ops::ControlFlow;
use std::path::Path;

use loadgen::config::ConfigBuilder;
use loadgen::experiment::{Series, Subject};
use results::units::count;
use results::{Comparison, Run};

use super::{measure, with_runner};
use crate::args::RunArguments;
use crate::exit::{Exit, Reason};
use crate::invalid::why_invalid;
use crate::{csv, output, repeats, screen};

/// Makes the runs. The server is the user's and is not restarted.
pub(super) fn run(
    arguments: &RunArguments,
    load: ConfigBuilder,
    baseline: Option<&Run>,
    command: &[String],
) -> Exit {
    let series = Series {
        subjects: vec![Subject::Existing],
        load,
        vary: None,
        rounds: arguments.repeat,
        checkpoint: None,
    };
    let mut exits = Vec::new();
    let made = with_runner(arguments.repeat, Path::new(""), |runner| {
        let runs = series.run(runner, |outcome| {
            measure::finish(&mut outcome.run, arguments, baseline);
            let folder = format!("run-{}", exits.len() + 1);
            let folder = arguments.out.as_ref().map(|out| out.join(folder));
            match folder.map_or(Ok(()), |folder| output::keep(&outcome.run, &folder)) {
                Ok(()) => {
                    exits.push(Exit::of(outcome, arguments.allow.allow_invalid));
                    ControlFlow::Continue(())
                }
                // Without room for files the next run would fare no better.
                Err(why) => {
                    exits.push(Exit::failed(why));
                    ControlFlow::Break(())
                }
            }
        });
        (runs, runner.is_stopped())
    });
    let (subjects, stopped) = match made {
        Ok(made) => made,
        Err(exit) => return exit,
    };
    let mut runs = Vec::new();
    for subject in subjects {
        let missing = subject.missing.map(|why| Exit::failed(why.reason));
        exits.extend(missing);
        runs.extend(subject.runs);
    }
    let shown = match runs.is_empty() {
        true => Ok(()),
        false => show(&runs, arguments, command),
    };
    match shown {
        Ok(()) => exit(&runs, exits, stopped, arguments),
        Err(why) => Exit::failed(why),
    }
}

/// That of the gravest run; of runs that were all good, what they did together.
fn exit(runs: &[Run], exits: Vec<Exit>, stopped: bool, arguments: &RunArguments) -> Exit {
    let sum = |of: fn(&Run) -> u64| count(runs.iter().map(of).sum());
    let together = format!(
        "{} of {} runs made, {} requests answered, {} answers checked",
        runs.len(),
        arguments.repeat,
        sum(|run| run.totals.completed),
        sum(|run| run.correctness.operations_checked)
    );
    match Exit::gravest(exits) {
        _ if stopped => Exit::new(Reason::Interrupted, together),
        None => Exit::failed("not one run was made"),
        // Nothing is graver: then all runs are spoken of at once.
        Some((_, gravest))
            if matches!(
                gravest.reason,
                Reason::Ok | Reason::Allowed | Reason::Invalid
            ) =>
        {
            Exit::ok(format!("{together}, none wrong"))
                .unless_invalid(why_invalid(runs), arguments.allow.allow_invalid)
        }
        Some((place, Exit { reason, text })) => {
            Exit::new(reason, format!("run {}: {text}; {together}", place + 1))
        }
    }
}

/// Writes the files of all runs together, and what stdout is to have.
fn show(runs: &[Run], arguments: &RunArguments, command: &[String]) -> Result<(), String> {
    let title = format!("{} runs of {}", runs.len(), arguments.target);
    let comparison = Comparison {
        command: command.to_vec(),
        ..Comparison::of_runs(title, runs.to_vec())
    };
    if let Some(folder) = &arguments.out {
        output::keep_comparison(&comparison, folder)?;
    }
    let text = match (arguments.json, arguments.csv) {
        (true, _) => output::json(&comparison)?,
        (_, true) => csv::text(runs),
        _ => repeats::text(runs, screen::room()),
    };
    output::print(&text)
}
