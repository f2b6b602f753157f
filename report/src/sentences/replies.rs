//! The sentences on one system: wrong replies, thresholds that were missed, requests that failed.

use std::collections::BTreeMap;

use results::{Anomaly, Correctness, FailureReason, Run, System, Verdict, units};

use super::{Statement, Weight, of_runs};

/// The sentences on the runs of a system, each after its label.
pub(super) fn statements(system: &System, runs: &[Run]) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut say = |weight, text: &str| {
        all.push(Statement::new(weight, format!("{}: {text}", system.label)));
    };
    let mut verdicts = runs.iter().map(|run| run.correctness.verdict);
    if verdicts.any(|verdict| verdict == Verdict::Wrong) {
        match system.is_wrong() {
            true => say(Weight::Fail, &wrong_replies(runs)),
            false => say(
                Weight::Note,
                &format!("as expected, {}", wrong_replies(runs)),
            ),
        }
    } else if system.expected_to_lose {
        say(
            Weight::Note,
            "no update was lost, although it takes part to show lost updates",
        );
    }
    let unknown = |run: &&Run| run.correctness.verdict == Verdict::Unknown;
    if let Some(run) = runs.iter().find(unknown) {
        let notes = run.correctness.notes.join("; ");
        say(
            Weight::Doubt,
            &format!("the replies could not be checked ({notes})"),
        );
    }
    let thresholds = runs.iter().flat_map(|run| &run.thresholds);
    for missed in thresholds.filter(|one| !one.met) {
        let (limit, reading) = (&missed.expression, &missed.reading);
        say(Weight::Fail, &format!("{limit} was not kept: {reading}"));
    }
    let failures = sums(runs.iter().flat_map(|run| run.totals.failures.clone()));
    let failed: u64 = failures.values().sum();
    if failed > 0 {
        let reasons: Vec<String> = failures.keys().map(FailureReason::to_string).collect();
        let (number, reasons) = (units::count(failed), reasons.join(", "));
        say(
            Weight::Doubt,
            &format!("{number} requests failed ({reasons})"),
        );
    }
    if runs.iter().any(|run| run.latency.response.is_empty()) {
        say(Weight::Doubt, "a run has no reply at all");
    }
    let cut_short = runs.iter().filter(|run| run.interrupted).count();
    if cut_short > 0 {
        let text = format!("interrupted in {}", of_runs(cut_short, runs.len()));
        say(Weight::Doubt, &text);
    }
    all
}

/// `wrong replies in 1 of 3 runs: 137 of 40 000 acknowledged increments were lost (3 425 per million)`.
fn wrong_replies(runs: &[Run]) -> String {
    let wrong = runs
        .iter()
        .filter(|run| run.correctness.verdict == Verdict::Wrong);
    let mut parts = Vec::new();
    let correctness = || runs.iter().map(|run| &run.correctness);
    let lost: u64 = correctness().filter_map(Correctness::lost_updates).sum();
    let acknowledged: u64 = correctness().map(Correctness::acknowledged).sum();
    if lost > 0 && acknowledged > 0 {
        parts.push(format!(
            "{} of {} acknowledged increments were lost ({} per million)",
            units::count(lost),
            units::count(acknowledged),
            units::number(lost as f64 * 1e6 / acknowledged as f64)
        ));
    }
    let anomalies = correctness().flat_map(|one| &one.anomalies);
    for (kind, number) in sums(anomalies.map(|anomaly| (anomaly.kind, anomaly.count))) {
        // The sentence above says it already, and counts updates, not counterexamples.
        if kind != Anomaly::LostUpdate || lost == 0 {
            parts.push(format!("{kind}: {}", units::count(number)));
        }
    }
    format!(
        "wrong replies in {}: {}",
        of_runs(wrong.count(), runs.len()),
        parts.join("; ")
    )
}

/// The sum of each kind; none that is zero.
fn sums<Kind: Ord>(counts: impl Iterator<Item = (Kind, u64)>) -> BTreeMap<Kind, u64> {
    let mut sums = BTreeMap::new();
    for (kind, number) in counts.filter(|(_, number)| *number > 0) {
        *sums.entry(kind).or_default() += number;
    }
    sums
}
