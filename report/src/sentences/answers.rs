//! What is said of one system: wrong answers, limits that were missed, requests that failed.

use std::collections::BTreeMap;

use results::{AnomalyKind, Run, System, Verdict, units};

use super::{Statement, Weight, of_runs};

/// Says what is to be said of the runs of a system.
pub(super) fn say(all: &mut Vec<Statement>, system: &System, runs: &[Run]) {
    let label = &system.label;
    let mut say = |weight, text| {
        all.push(Statement {
            weight,
            text: format!("{label}: {text}"),
        });
    };
    let with_verdict = |verdict| {
        runs.iter()
            .find(move |run| run.correctness.verdict == verdict)
    };
    if with_verdict(Verdict::Wrong).is_some() {
        match system.is_wrong() {
            true => say(Weight::Fail, wrong_answers(runs)),
            false => say(
                Weight::Note,
                format!("as expected, {}", wrong_answers(runs)),
            ),
        }
    } else if system.expected_to_lose {
        say(
            Weight::Note,
            "no update was lost, although it takes part to show how they are".to_owned(),
        );
    }
    if let Some(run) = with_verdict(Verdict::Unknown) {
        let notes = run.correctness.notes.join("; ");
        say(
            Weight::Doubt,
            format!("the answers could not be judged ({notes})"),
        );
    }
    let thresholds = runs.iter().flat_map(|run| &run.thresholds);
    for missed in thresholds.filter(|one| !one.met) {
        say(
            Weight::Fail,
            format!("{} was not kept: {}", missed.expression, missed.reading),
        );
    }
    let failed: u64 = runs.iter().map(|run| run.totals.failed()).sum();
    if failed > 0 {
        let number = units::count(failed);
        say(
            Weight::Doubt,
            format!("{number} requests failed ({})", failures(runs)),
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
        // The sentence above says it already, and counts updates, not counterexamples.
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

/// The reasons, each once.
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
