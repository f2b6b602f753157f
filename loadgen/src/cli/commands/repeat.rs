//! `loadgen run --repeat N`: one load again and again, each run with its files, and what they say together.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use results::units::count;
use results::{Comparison, Run};

use crate::cli::args::RunArguments;
use crate::cli::commands::run;
use crate::cli::doubt::doubt;
use crate::cli::ending::Ending;
use crate::cli::{csv, output, repeats, screen, series, signals};
use crate::config::Config;
use crate::run::record::Outcome;

/// What the runs have brought so far.
#[derive(Debug, Default)]
struct Brought {
    runs: Vec<Run>,
    /// How each run alone would have ended.
    endings: Vec<Ending>,
}

/// Does it. The server is the user's and is not restarted, and that is said.
pub(super) fn run(
    arguments: &RunArguments,
    plan: &Config,
    null_floor: Option<&Run>,
    command: &[String],
) -> Ending {
    eprintln!("loadgen: {plan}");
    eprintln!("loadgen: {}", in_words(arguments.repeat));
    let stop = match signals::stop_flag() {
        Ok(stop) => stop,
        Err(error) => return Ending::Failed(format!("cannot listen for Ctrl-C: {error}")),
    };
    let name = |number| format!("run {number} of {}", arguments.repeat);
    let runs: Vec<_> = (1..=arguments.repeat)
        .map(|number| (name(number), plan.clone()))
        .collect();
    let mut brought = Brought::default();
    series::drive(&runs, command, &stop, |_, outcome| {
        brought.add(outcome, arguments, null_floor)
    });
    let shown = match brought.runs.is_empty() {
        true => Ok(()),
        false => show(&brought.runs, arguments, command),
    };
    let stopped = stop.load(Ordering::Relaxed);
    match shown {
        Ok(()) => brought.ending(arguments.repeat, stopped, arguments.allow_invalid),
        Err(why) => Ending::Failed(why),
    }
}

/// What is repeated, for the first lines.
pub(super) fn in_words(repeat: u32) -> String {
    format!("{repeat} runs, one after the other, of one server that is not restarted between them")
}

impl Brought {
    /// Takes a run into the books and writes its files. Without a server, or room for files, the next run would fare no better.
    fn add(
        &mut self,
        outcome: Result<Outcome, String>,
        arguments: &RunArguments,
        null_floor: Option<&Run>,
    ) -> ControlFlow<()> {
        let mut outcome = match outcome {
            Ok(outcome) => outcome,
            Err(why) => {
                self.endings.push(Ending::Failed(why));
                return ControlFlow::Break(());
            }
        };
        run::judge(&mut outcome.run, arguments, null_floor);
        let number = self.runs.len() + 1;
        let kept = arguments.out.as_ref().map_or(Ok(()), |folder| {
            output::keep(&outcome.run, &folder.join(format!("run-{number}")))
        });
        let ending = Ending::of(&outcome, arguments.allow_invalid);
        self.runs.push(outcome.run);
        match kept {
            Ok(()) => {
                self.endings.push(ending);
                ControlFlow::Continue(())
            }
            Err(why) => {
                self.endings.push(Ending::Failed(why));
                ControlFlow::Break(())
            }
        }
    }

    /// That of the gravest run; of runs that were all good, what they did together.
    fn ending(self, planned: u32, stopped: bool, allow_invalid: bool) -> Ending {
        let made = self.runs.len();
        let sum = |of: fn(&Run) -> u64| count(self.runs.iter().map(of).sum());
        let together = format!(
            "{made} of {planned} runs made, {} requests answered, {} answers checked",
            sum(|run| run.totals.completed),
            sum(|run| run.correctness.operations_checked)
        );
        match Ending::gravest(self.endings) {
            _ if stopped => Ending::Interrupted(together),
            None => Ending::Failed("not one run was made".to_owned()),
            // Nothing is graver: then all runs are spoken of at once.
            Some((_, Ending::Good(_) | Ending::Allowed(_) | Ending::Invalid(_))) => {
                Ending::Good(format!("{together}, none wrong"))
                    .unless(doubt(&self.runs), allow_invalid)
            }
            Some((place, gravest)) => {
                gravest.said(|why| format!("run {}: {why}; {together}", place + 1))
            }
        }
    }
}

/// Writes what all runs are together, and what stdout is to have.
fn show(runs: &[Run], arguments: &RunArguments, command: &[String]) -> Result<(), String> {
    let title = format!("{} runs of {}", runs.len(), arguments.target);
    let comparison = Comparison {
        command: command.to_vec(),
        ..Comparison::of_runs(title, runs.to_vec())
    };
    if let Some(folder) = &arguments.out {
        series::write(&comparison, folder).map_err(|error| output::cannot_write(folder, &error))?;
    }
    let text = match (arguments.json, arguments.csv) {
        (true, _) => output::json(&comparison)?,
        (_, true) => csv::text(runs),
        _ => repeats::text(runs, screen::room()),
    };
    output::print(&text)
}
