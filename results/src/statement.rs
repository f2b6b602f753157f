//! What a comparison says before any number: are the answers right, is the measurement sound, were the limits kept?

use std::collections::BTreeMap;

use crate::{AnomalyKind, Comparison, Outcome, Run, ValidityVerdict, Verdict, units};

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
mod tests {
    use super::*;
    use crate::example;

    fn said(comparison: &Comparison) -> Vec<(Weight, String)> {
        statements(comparison)
            .into_iter()
            .map(|statement| (statement.weight, statement.text.replace('\u{a0}', " ")))
            .collect()
    }

    fn one(run: Run) -> Comparison {
        Comparison::of_runs("one".to_owned(), vec![run])
    }

    #[test]
    fn a_sound_run_passes() {
        let (weight, text) = said(&one(example::open_loop("a"))).remove(0);
        assert_eq!(weight, Weight::Pass);
        assert!(
            text.contains("no wrong answer among 40 000 checked"),
            "{text}"
        );
    }

    #[test]
    fn wrong_answers_come_first_and_in_numbers() {
        let all = said(&example::comparison(5));
        assert_eq!(
            all[0],
            (
                Weight::Fail,
                "threaded racy: wrong answers in all 5 runs: 685 of 200 000 acknowledged increments were lost \
                 (3 425 per million)"
                    .to_owned()
            )
        );
        assert!(all.iter().all(|(weight, _)| *weight != Weight::Pass));
        assert!(
            all.iter()
                .any(|(_, text)| text.contains("apt-get install redis-server"))
        );
    }

    #[test]
    fn an_invalid_run_is_named_first() {
        let mut run = example::open_loop("a");
        run.validity.verdict = ValidityVerdict::ClientBound;
        run.validity.reasons = vec!["schedule lag p99 was 12 ms".to_owned()];
        run.interrupted = true;
        let all = said(&one(run));
        assert_eq!(all[0].0, Weight::Fail);
        assert_eq!(
            all[0].1,
            "a: the load generator was the bottleneck in the run (schedule lag p99 was 12 ms)"
        );
        assert_eq!(
            all[1],
            (Weight::Doubt, "a: interrupted in the run".to_owned())
        );
    }

    #[test]
    fn nothing_is_not_a_success() {
        assert_eq!(
            said(&Comparison::of_runs(String::new(), Vec::new()))[0].0,
            Weight::Fail
        );
        assert_eq!(said(&one(example::empty("a")))[0].0, Weight::Doubt);
    }

    #[test]
    fn two_machines_are_pointed_out() {
        let (left, mut right) = (example::open_loop("a"), example::open_loop("b"));
        right.host.cores = 64;
        let all = said(&Comparison::of_runs("two".to_owned(), vec![left, right]));
        assert!(all[0].1.contains("different machines"), "{all:?}");
    }
}
