//! What is said of the measurement as a whole: the load generator, the machines, the loads.

use results::knee::Knee;
use results::{Comparison, Group, Run, ValidityVerdict};

use super::{Statement, Weight, of_runs, reasons_of_runs};

/// Says whether the numbers are those of the servers.
pub(super) fn say(all: &mut Vec<Statement>, comparison: &Comparison) {
    say_of_client(all, comparison);
    say_of_hosts(all, comparison);
    say_of_starts(all, comparison);
    say_of_loads(all, comparison);
    say_of_knees(all, comparison);
}

/// One sentence a verdict: the same machine tends to be in the way of all systems, and for the same reasons.
fn say_of_client(all: &mut Vec<Statement>, comparison: &Comparison) {
    for (verdict, weight, what) in [
        (
            ValidityVerdict::ClientBound,
            Weight::Fail,
            "the load generator was the bottleneck",
        ),
        (
            ValidityVerdict::Suspect,
            Weight::Doubt,
            "the measurement is suspect",
        ),
    ] {
        let of_verdict = |run: &&Run| run.validity.verdict == verdict;
        let affected = comparison.systems.iter().filter_map(|system| {
            let number = system.runs().iter().filter(of_verdict).count();
            (number > 0).then(|| {
                format!(
                    "{} ({})",
                    system.label,
                    of_runs(number, system.runs().len())
                )
            })
        });
        let affected: Vec<String> = affected.collect();
        if !affected.is_empty() {
            let reasons = reasons_of_runs(comparison.runs().filter(of_verdict)).into_iter();
            let reasons: Vec<String> = reasons.map(|(reason, _)| reason).collect();
            let text = format!(
                "{what} with {}: {}",
                affected.join("; "),
                reasons.join("; ")
            );
            all.push(Statement { weight, text });
        }
    }
}

fn say_of_hosts(all: &mut Vec<Statement>, comparison: &Comparison) {
    let mut runs = comparison.runs();
    let Some(first) = runs.next() else { return };
    let other = |run: &&Run| {
        let key = |run: &Run| {
            (
                run.host.kernel.clone(),
                run.host.cpu_model.clone(),
                run.host.cores,
            )
        };
        key(run) != key(first)
    };
    if runs.any(|run| other(&run)) {
        all.push(Statement {
            weight: Weight::Doubt,
            text: "the runs were made on different machines or kernels: a difference may be theirs"
                .to_owned(),
        });
    }
}

/// Runs of one start of a server share its state and its luck: an interval over them is narrower than one over restarted servers.
fn say_of_starts(all: &mut Vec<Statement>, comparison: &Comparison) {
    for group in Group::of(comparison) {
        let servers = group.runs.iter().map(|run| run.target.server.as_ref());
        let mut starts: Vec<&str> = servers
            .filter_map(|server| server?.run_id.as_deref())
            .collect();
        let runs = starts.len();
        starts.sort_unstable();
        starts.dedup();
        if starts.len() < runs {
            let starts = match starts.len() {
                1 => "one start".to_owned(),
                more => format!("{more} starts"),
            };
            let text = format!(
                "{}: {runs} runs of {starts} of the server are less independent than runs of restarted servers, and an interval over them is too \
                 narrow",
                group.label
            );
            if !all.iter().any(|said| said.text == text) {
                all.push(Statement {
                    weight: Weight::Note,
                    text,
                });
            }
        }
    }
}

/// A sweep measures each system under many loads; two systems under one each are another matter.
fn say_of_loads(all: &mut Vec<Statement>, comparison: &Comparison) {
    let groups = Group::of(comparison);
    let loads = || groups.iter().map(Group::workload);
    let one_each = groups.len()
        == comparison
            .systems
            .iter()
            .filter(|one| !one.runs().is_empty())
            .count();
    let Some(first) = loads().next().filter(|_| one_each) else {
        return;
    };
    if let Some(other) = loads().find(|load| !load.same_load(first)) {
        all.push(Statement {
            weight: Weight::Doubt,
            text: format!(
                "the systems were not put under the same load ({}): a difference may be the load's",
                first.differences(other).join("; ")
            ),
        });
    }
}

/// Where each system that was offered several rates stopped answering them.
fn say_of_knees(all: &mut Vec<Statement>, comparison: &Comparison) {
    let groups = Group::of(comparison);
    for system in &comparison.systems {
        let own: Vec<&Group> = groups
            .iter()
            .filter(|group| group.label == system.label)
            .collect();
        all.extend(Knee::of(&own).map(|knee| Statement {
            weight: Weight::Note,
            text: format!("the knee of {}: {knee}", system.label),
        }));
    }
}
