//! `loadgen sweep`: one server under a list of loads, and the curve that they make.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use results::{Comparison, Run, Verdict};

use crate::cli::args::SweepArguments;
use crate::cli::doubt::doubt;
use crate::cli::ending::Ending;
use crate::cli::{screen, series, signals};
use crate::config::Config;

/// Does it.
pub fn run(arguments: &SweepArguments, command: &[String]) -> Ending {
    let points = match points(arguments) {
        Ok(points) => points,
        Err(why) => return Ending::Usage(why),
    };
    let over = &arguments.over;
    eprintln!(
        "loadgen: {} runs over {} to {}",
        points.len(),
        over.name(),
        arguments.target
    );
    let stop = match signals::stop_flag() {
        Ok(stop) => stop,
        Err(error) => return Ending::Failed(format!("cannot listen for Ctrl-C: {error}")),
    };
    let (runs, troubles) = drive(&points, command, &stop);
    for trouble in &troubles {
        eprintln!("loadgen: {trouble}");
    }
    let title = arguments
        .label
        .clone()
        .unwrap_or_else(|| format!("{} over {}", arguments.target, over.name()));
    let comparison = Comparison {
        command: command.to_vec(),
        ..Comparison::of_runs(title, runs)
    };
    match show(&comparison, arguments) {
        Ok(()) => judge(&comparison, points.len(), &troubles, &stop)
            .unless(doubt(comparison.runs()), arguments.allow_invalid),
        Err(error) => Ending::Failed(format!(
            "cannot write into {}: {error}; choose another --out",
            arguments.out.display()
        )),
    }
}

/// The plan of every run, in order: the whole list, and then the whole list again.
fn points(arguments: &SweepArguments) -> Result<Vec<(String, Config)>, String> {
    let over = &arguments.over;
    if over.is_of_servers() {
        return Err(format!(
            "--over {}=… needs servers that are started for it; see loadgen compare --help",
            over.name()
        ));
    }
    let point = |value: &u64| {
        let mut plan = over.apply(*value, &arguments.load, &arguments.target)?;
        plan.label = arguments.label.clone();
        Ok((format!("{} {value}", over.name()), plan))
    };
    let once = over
        .values()
        .iter()
        .map(point)
        .collect::<Result<Vec<_>, String>>()?;
    let all = std::iter::repeat_n(once, arguments.repeat as usize);
    Ok(all.flatten().collect())
}

/// Makes the runs; returns them with what went wrong, in sentences.
fn drive(
    points: &[(String, Config)],
    command: &[String],
    stop: &Arc<AtomicBool>,
) -> (Vec<Run>, Vec<String>) {
    let (mut runs, mut troubles) = (Vec::new(), Vec::new());
    series::drive(points, command, stop, |name, outcome| {
        match outcome {
            Ok(outcome) => {
                troubles.extend(outcome.failure().map(|why| format!("{name}: {why}")));
                runs.push(outcome.run);
            }
            Err(why) => troubles.push(format!("{name}: {why}")),
        }
        ControlFlow::Continue(())
    });
    (runs, troubles)
}

fn show(comparison: &Comparison, arguments: &SweepArguments) -> io::Result<()> {
    series::write(comparison, &arguments.out)?;
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(report::terminal(comparison, screen::stdout()).as_bytes());
    eprintln!(
        "loadgen: report: {}",
        arguments.out.join("report.html").display()
    );
    Ok(())
}

fn judge(
    comparison: &Comparison,
    planned: usize,
    troubles: &[String],
    stop: &AtomicBool,
) -> Ending {
    let done = format!("{} of {planned} runs made", comparison.runs().count());
    if stop.load(Ordering::Relaxed) {
        return Ending::Interrupted(done);
    }
    if comparison
        .runs()
        .any(|run| run.correctness.verdict == Verdict::Wrong)
    {
        return Ending::Wrong(format!("the table says what was wrong; {done}"));
    }
    match troubles.first() {
        Some(trouble) => Ending::Failed(format!("{trouble}; {done}")),
        None => Ending::Good(done),
    }
}
