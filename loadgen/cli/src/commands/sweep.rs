//! `loadgen sweep`: one server under a list of loads, and the curve that they make.

use std::ops::ControlFlow;

use loadgen::experiment::{Series, Subject};
use results::{Comparison, Run, Verdict};

use super::with_runner;
use crate::args::SweepArguments;
use crate::exit::{Exit, Reason};
use crate::invalid::why_invalid;
use crate::{output, screen};

/// Makes the runs, and draws the curve.
pub(crate) fn run(arguments: &SweepArguments, command: &[String]) -> Exit {
    let (over, target) = (&arguments.over, &arguments.target);
    if over.is_of_servers() {
        return Exit::usage(format!(
            "--over {}=… needs servers that are started for it; see loadgen compare --help",
            over.name()
        ));
    }
    let load = arguments.load.on(target.clone());
    let series = Series {
        subjects: vec![Subject::Existing],
        load: load
            .label(arguments.label.clone())
            .command(command.to_vec()),
        vary: Some(over.clone()),
        rounds: arguments.repeat,
        checkpoint: None,
    };
    if let Err(why) = series.check() {
        return Exit::usage(why);
    }
    let planned = series.runs_left();
    eprintln!("loadgen: {planned} runs over {} to {target}", over.name());
    let made = with_runner(planned, &arguments.out, |runner| {
        let subjects = series.run(runner, |_| ControlFlow::Continue(()));
        (subjects, runner.is_stopped())
    });
    let (subjects, stopped) = match made {
        Ok(made) => made,
        Err(exit) => return exit,
    };
    let (mut runs, mut troubles) = (Vec::new(), Vec::new());
    for subject in subjects {
        troubles.extend(subject.missing.map(|why| why.reason));
        troubles.extend(subject.troubles);
        runs.extend(subject.runs);
    }
    for trouble in &troubles {
        eprintln!("loadgen: {trouble}");
    }
    let usual_title = || format!("{target} over {}", over.name());
    let title = arguments.label.clone().unwrap_or_else(usual_title);
    let comparison = Comparison {
        command: command.to_vec(),
        ..Comparison::of_runs(title, runs)
    };
    let table = report::terminal(&comparison, screen::stdout());
    match output::keep_comparison(&comparison, &arguments.out).and_then(|()| output::print(&table))
    {
        Ok(()) => exit(&comparison, planned, &troubles, stopped).unless_invalid(
            why_invalid(comparison.runs()),
            arguments.allow.allow_invalid,
        ),
        Err(why) => Exit::failed(why),
    }
}

fn exit(comparison: &Comparison, planned: u32, troubles: &[String], stopped: bool) -> Exit {
    let done = format!("{} of {planned} runs made", comparison.runs().count());
    if stopped {
        return Exit::new(Reason::Interrupted, done);
    }
    let is_wrong = |run: &Run| run.correctness.verdict == Verdict::Wrong;
    if comparison.runs().any(is_wrong) {
        let text = format!("the table says what was wrong; {done}");
        return Exit::new(Reason::Wrong, text);
    }
    match troubles.first() {
        Some(trouble) => Exit::failed(format!("{trouble}; {done}")),
        None => Exit::ok(done),
    }
}
