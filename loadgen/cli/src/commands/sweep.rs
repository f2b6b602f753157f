//! `loadgen sweep`: one server under a list of loads, and the curve that they make.

use std::ops::ControlFlow;

use loadgen::experiment::{Series, Subject};
use results::Comparison;

use super::series;
use crate::args::SweepArguments;
use crate::exit::Exit;
use crate::screen;

/// Makes the runs, and draws the curve.
pub(crate) fn run(arguments: &SweepArguments, command: &[String]) -> Result<Exit, Exit> {
    let (over, target) = (&arguments.over, &arguments.target);
    if over.is_of_servers() {
        return Err(Exit::usage(format!(
            "--over {}=… restarts the servers; use loadgen compare",
            over.name()
        )));
    }
    let load = arguments.load.on(target.clone());
    let load = load.label(arguments.label.clone());
    let series = Series {
        subjects: vec![Subject::Existing],
        load: load.command(command.to_vec()),
        vary: Some(over.clone()),
        rounds: arguments.repeat,
        checkpoint: None,
    };
    series.check().map_err(Exit::usage)?;
    let planned = series.runs_left();
    eprintln!("loadgen: {planned} runs over {} to {target}", over.name());
    let made = series::make(&series, &arguments.out, |_| ControlFlow::Continue(()))?;
    let (subjects, ended) = made;
    let runs: Vec<_> = subjects.into_iter().flat_map(|made| made.runs).collect();
    let done = format!("{} of {planned} runs made", runs.len());
    let usual_title = || format!("{target} over {}", over.name());
    let title = arguments.label.clone().unwrap_or_else(usual_title);
    let comparison = Comparison {
        command: command.to_vec(),
        ..Comparison::of_runs(title, runs)
    };
    let table = report::terminal(&comparison, screen::stdout());
    let shown = (&*table, &*arguments.out);
    series::finish(&ended, &done, &comparison, shown, arguments.allow)
}
