//! What a comparison says before any number: are the answers right, is the measurement sound, were the limits kept?

use std::collections::BTreeMap;

use crate::{AnomalyKind, Comparison, Group, Outcome, Run, ValidityVerdict, Verdict, units};

/// One sentence of the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// How bad it is.
    pub weight: Weight,
    /// The sentence.
    pub text: String,
}

/// How bad a statement is; the worst one is read first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Something is wrong: answers, limits, or the measurement itself.
    Fail,
    /// The numbers may mislead.
    Doubt,
    /// It is as it should be.
    Pass,
    /// Good to know.
    Note,
}

/// The verdict on a comparison, the worst statements first. The first statement is what a hurried reader takes home.
pub fn statements(comparison: &Comparison) -> Vec<Statement> {
    let mut all = Vec::new();
    for system in &comparison.systems {
        match &system.outcome {
            Outcome::Measured { runs } => say_of_system(&mut all, &system.label, runs),
            Outcome::Missing { reason, remedy } => all.push(Statement {
                weight: Weight::Note,
                text: format!(
                    "{} was not measured: {reason}. To include it: {remedy}",
                    system.label
                ),
            }),
        }
    }
    say_of_hosts(&mut all, comparison);
    say_of_loads(&mut all, comparison);
    if comparison.runs().next().is_none() {
        all.push(Statement {
            weight: Weight::Fail,
            text: "nothing was measured".to_owned(),
        });
    } else if !all
        .iter()
        .any(|statement| statement.weight <= Weight::Doubt)
    {
        all.push(all_is_well(comparison));
    }
    all.sort_by_key(|statement| statement.weight);
    all
}

fn say_of_system(all: &mut Vec<Statement>, label: &str, runs: &[Run]) {
    let mut say = |weight, text| {
        all.push(Statement {
            weight,
            text: format!("{label}: {text}"),
        });
    };
    if runs
        .iter()
        .any(|run| run.correctness.verdict == Verdict::Wrong)
    {
        say(Weight::Fail, wrong_answers(runs));
    }
    for verdict in [ValidityVerdict::ClientBound, ValidityVerdict::Suspect] {
        let of_verdict = |run: &&Run| run.validity.verdict == verdict;
        if let Some(run) = runs.iter().find(of_verdict) {
            let number = runs.iter().filter(of_verdict).count();
            let (weight, what) = match verdict {
                ValidityVerdict::ClientBound => {
                    (Weight::Fail, "the load generator was the bottleneck")
                }
                _ => (Weight::Doubt, "the measurement is suspect"),
            };
            let reasons = run.validity.reasons.join("; ");
            say(
                weight,
                format!("{what} in {} ({reasons})", of_runs(number, runs.len())),
            );
        }
    }
    for missed in runs
        .iter()
        .flat_map(|run| &run.thresholds)
        .filter(|one| !one.met)
    {
        say(
            Weight::Fail,
            format!("{} was not kept: {}", missed.expression, missed.reading),
        );
    }
    let unknown = |run: &&Run| run.correctness.verdict == Verdict::Unknown;
    if let Some(run) = runs.iter().find(unknown) {
        let notes = run.correctness.notes.join("; ");
        say(
            Weight::Doubt,
            format!("the answers could not be judged ({notes})"),
        );
    }
    let failed: u64 = runs.iter().map(|run| run.totals.failed()).sum();
    if failed > 0 {
        say(
            Weight::Doubt,
            format!(
                "{} requests failed ({})",
                units::count(failed),
                failures(runs)
            ),
        );
    }
    if runs.iter().any(|run| run.latency.response.is_empty()) {
        say(Weight::Doubt, "a run has no reply at all".to_owned());
    }
    let cut_short = runs.iter().filter(|run| run.interrupted).count();
    if cut_short > 0 {
        say(
            Weight::Doubt,
            format!("interrupted in {}", of_runs(cut_short, runs.len())),
        );
    }
}

/// `wrong answers in 1 of 3 runs: 137 of 40 000 acknowledged increments were lost (3 425 per million)`.
fn wrong_answers(runs: &[Run]) -> String {
    let wrong = runs
        .iter()
        .filter(|run| run.correctness.verdict == Verdict::Wrong);
    let mut parts = Vec::new();
    let lost: u64 = runs
        .iter()
        .filter_map(|run| run.correctness.lost_updates())
        .sum();
    let acknowledged: u64 = runs.iter().map(|run| run.correctness.acknowledged()).sum();
    if lost > 0 && acknowledged > 0 {
        parts.push(format!(
            "{} of {} acknowledged increments were lost ({} per million)",
            units::count(lost),
            units::count(acknowledged),
            units::number(lost as f64 * 1e6 / acknowledged as f64)
        ));
    }
    for (kind, number) in anomalies(runs) {
        // The line above has said it already, and in updates rather than in witnesses.
        if kind != AnomalyKind::LostUpdate || lost == 0 {
            parts.push(format!("{kind}: {}", units::count(number)));
        }
    }
    format!(
        "wrong answers in {}: {}",
        of_runs(wrong.count(), runs.len()),
        parts.join("; ")
    )
}

fn anomalies(runs: &[Run]) -> BTreeMap<AnomalyKind, u64> {
    let mut sums = BTreeMap::new();
    for anomaly in runs.iter().flat_map(|run| &run.correctness.anomalies) {
        *sums.entry(anomaly.kind).or_default() += anomaly.count;
    }
    sums
}

fn failures(runs: &[Run]) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for (reason, number) in runs.iter().flat_map(|run| &run.totals.failures) {
        let text = reason.to_string();
        if *number > 0 && !reasons.contains(&text) {
            reasons.push(text);
        }
    }
    reasons.join(", ")
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

fn all_is_well(comparison: &Comparison) -> Statement {
    let checked: u64 = comparison
        .runs()
        .map(|run| run.correctness.operations_checked)
        .sum();
    let unchecked = comparison
        .runs()
        .any(|run| run.correctness.verdict == Verdict::NotChecked);
    if unchecked {
        return Statement {
            weight: Weight::Note,
            text: "the measurements are valid; not all answers were checked".to_owned(),
        };
    }
    Statement {
        weight: Weight::Pass,
        text: format!(
            "valid, and no wrong answer among {} checked operations (which cannot prove that there is none)",
            units::count(checked)
        ),
    }
}

fn of_runs(number: usize, all: usize) -> String {
    match all {
        1 => "the run".to_owned(),
        _ if number == all => format!("all {all} runs"),
        _ => format!("{number} of {all} runs"),
    }
}

#[cfg(test)]
mod tests;
