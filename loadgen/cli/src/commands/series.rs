//! What `run --repeat`, `sweep` and `compare` share: a series of runs, its files, and how it ends.

use std::ops::ControlFlow;
use std::path::Path;

use loadgen::experiment::{Series, Subject, SubjectRuns};
use loadgen::run::Outcome;
use results::units::count;
use results::{Comparison, Run, System};

use super::with_runner;
use crate::args::AllowInvalid;
use crate::exit::{Exit, Reason};
use crate::invalid::why_invalid;
use crate::output;

/// How a series ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// By Ctrl-C.
    pub(super) interrupted: bool,
    /// What went wrong with single runs.
    troubles: Vec<String>,
}

/// Makes the runs, and says on stderr what went wrong with them. `each` sees every run as soon as it is made.
pub(super) fn make(
    series: &Series,
    out: &Path,
    each: impl FnMut(&mut Outcome) -> ControlFlow<()>,
) -> Result<(Vec<SubjectRuns>, Ended), Exit> {
    let (made, interrupted) = with_runner(series.runs_left(), out, |runner| {
        (series.run(runner, each), runner.is_stopped())
    })?;
    let mut troubles = Vec::new();
    for (made, subject) in made.iter().zip(&series.subjects) {
        // The table has a row for a server that could not be started.
        let missing = made.missing.iter();
        let missing = missing.filter(|_| matches!(subject, Subject::Existing));
        troubles.extend(missing.map(|why| why.reason.clone()));
        troubles.extend(made.troubles.clone());
        if let Some(why) = made.rates_left_out() {
            let name = match subject {
                Subject::Existing => String::new(),
                Subject::Started(spec) => format!("{}: ", spec.name),
            };
            eprintln!("loadgen: {name}{why}");
        }
    }
    for trouble in &troubles {
        eprintln!("loadgen: {trouble}");
    }
    Ok((
        made,
        Ended {
            interrupted,
            troubles,
        },
    ))
}

/// Writes the files and prints the table. `done` says how much of the series was made.
pub(super) fn finish(
    ended: &Ended,
    done: &str,
    comparison: &Comparison,
    (table, out): (&str, &Path),
    allow: AllowInvalid,
) -> Result<Exit, Exit> {
    output::keep_comparison(comparison, out)?;
    output::print(table)?;
    let exit = exit(comparison, ended, done);
    Ok(exit.unless_invalid(why_invalid(comparison.runs()), allow))
}

/// How the series ends: interrupted, then wrong replies that were not expected, then a failure.
fn exit(comparison: &Comparison, ended: &Ended, done: &str) -> Exit {
    if ended.interrupted {
        return Exit::new(Reason::Interrupted, done);
    }
    let systems = &comparison.systems;
    if let Some(wrong) = systems.iter().find(|system| system.is_wrong()) {
        let text = format!("{} gave wrong replies; {done}", wrong.label);
        return Exit::new(Reason::Wrong, text);
    }
    if let Some(trouble) = ended.troubles.first() {
        return Exit::failed(format!("{trouble}; {done}"));
    }
    if comparison.runs().next().is_none() {
        return Exit::failed("no server could be measured; the table says why");
    }
    let expected = systems.iter().filter(|system| system.expected_to_lose);
    let expected = expected.filter(|system| !system.runs().is_empty());
    let (lost, exact): (Vec<_>, Vec<_>) = expected.partition(|system| lost(system) > 0);
    let mut text = format!("{done}, no wrong replies");
    if !lost.is_empty() {
        let losses: Vec<_> = lost.into_iter().map(losses).collect();
        text += &format!(" except: {}", losses.join("; "));
    }
    if !exact.is_empty() {
        let names: Vec<_> = exact.iter().map(|system| system.label.as_str()).collect();
        text += &format!("; no increment lost by {} this time", names.join(", "));
    }
    Exit::ok(text)
}

fn lost(system: &System) -> u64 {
    let of_run = |run: &Run| run.correctness.lost_updates().unwrap_or(0);
    system.runs().iter().map(of_run).sum()
}

fn losses(system: &System) -> String {
    let runs = system.runs().iter();
    let acknowledged = runs.map(|run| run.correctness.acknowledged()).sum();
    format!(
        "{} lost {} of {} increments, as expected",
        system.label,
        count(lost(system)),
        count(acknowledged)
    )
}

#[cfg(test)]
mod tests {
    use results::{Verdict, example};

    use super::*;

    #[test]
    fn a_system_that_is_expected_to_lose_updates_says_whether_it_did() {
        let mut comparison = example::comparison(2);
        for system in &mut comparison.systems {
            system.expected_to_lose = ["threaded racy", "reactor"].contains(&system.label.as_str());
        }
        let racy = comparison.systems.iter().find(|system| lost(system) > 0);
        assert_eq!(racy.unwrap().label, "threaded racy");
        let said = exit(&comparison, &Ended::default(), "done").line().unwrap();
        assert!(said.contains("except: threaded racy lost"), "{said}");
        assert!(
            said.ends_with("no increment lost by reactor this time"),
            "{said}"
        );
        let wrong = comparison
            .runs()
            .filter(|run| run.correctness.verdict == Verdict::Wrong);
        assert!(wrong.count() > 0, "an expected loss is still a wrong reply");
    }
}
