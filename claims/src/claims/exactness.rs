//! What `lock-is-exact` and `cooperative-is-exact` have in common: one load, one count of wrong answers, one rule.

use results::Run;

use crate::bench::{Bench, Entry, GUEST_ROUNDS};
use crate::claim::Evidence;
use crate::figures;
use crate::rule::{Counted, Ruling};
use crate::system::System;

/// Batches of runs in which the control may show its mistake; more of them cannot make it innocent.
const BATCHES: usize = 4;

/// Wrong answers of each entry. The first is the control: it is tried again until it has gone wrong.
pub(super) fn counted(bench: &mut Bench<'_>, entries: &[Entry]) -> Vec<Option<Counted>> {
    let load = bench.quick_or_full("-c 100 -P 1000 -n 300k", "-c 100 -P 1000 -n 500k");
    let mut runs = bench.compare(entries, bench.rounds(), load);
    let is_innocent =
        |runs: &[Run]| figures::wrong("", runs).is_none_or(|counted| counted.events == 0);
    for _ in 1..BATCHES {
        if is_innocent(&runs[0]) && !bench.is_stopped() {
            let again = bench.compare(&entries[..1], bench.rounds(), load);
            runs[0].extend(again.into_iter().flatten());
        }
    }
    entries
        .iter()
        .zip(&runs)
        .map(|(entry, runs)| figures::wrong(entry.system.label, runs))
        .collect()
}

/// Wrong answers of systems that stand beside those that decide: the same load, less of it, for Python is slow.
pub(super) fn beside(bench: &mut Bench<'_>, systems: &[System]) -> Vec<Counted> {
    let entries: Vec<Entry> = systems.iter().copied().map(Entry::from).collect();
    let runs = bench.compare(&entries, GUEST_ROUNDS, "-c 100 -P 1000 -n 100k");
    let seen = systems.iter().zip(&runs);
    seen.filter_map(|(system, runs)| figures::wrong(system.label, runs))
        .collect()
}

/// The page's numbers and picture of all that was counted.
pub(super) fn evidence(ruling: Ruling, counts: &[Counted]) -> Evidence {
    let figure = |counted| figures::counted("wrong answers", counted);
    Evidence {
        chart: Some(figures::rates(
            ruling.answer.clone(),
            "wrong answers per million",
            counts,
        )),
        figures: counts.iter().filter_map(figure).collect(),
        ruling,
    }
}

/// One wrong answer refutes. None confirms only where the control shows that the load would have found one.
pub(super) fn rule(control: &Counted, cured: &[&Counted]) -> Ruling {
    if let Some(guilty) = cured.iter().find(|counted| counted.events > 0) {
        return Ruling::fails(format!(
            "{}: {} answers were wrong",
            guilty.label,
            guilty.text()
        ));
    }
    if !cured.iter().all(|counted| counted.is_enough()) {
        return Ruling::not_measured("too few increments were made");
    }
    if control.events == 0 {
        return Ruling::not_measured(format!(
            "{} was not seen to go wrong either: this load would not show a mistake",
            control.label
        ));
    }
    let told: Vec<String> = cured
        .iter()
        .map(|counted| format!("{}: {}", counted.label, counted.text()))
        .collect();
    Ruling::holds(format!(
        "wrong answers: {}; {}: {}",
        told.join("; "),
        control.label,
        control.text()
    ))
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn counted(label: &str, events: u64, of: u64) -> Counted {
        Counted {
            label: label.to_owned(),
            events,
            of,
            runs: 4,
        }
    }

    #[test]
    fn none_wrong_confirms_where_the_control_is() {
        let ruling = rule(
            &counted("racy", 900, 1_000_000),
            &[&counted("mutex", 0, 1_000_000)],
        );
        assert_eq!(ruling.verdict, ClaimVerdict::Holds);
    }

    #[test]
    fn one_wrong_refutes() {
        let ruling = rule(
            &counted("racy", 900, 1_000_000),
            &[&counted("mutex", 1, 1_000_000)],
        );
        assert_eq!(ruling.verdict, ClaimVerdict::Fails);
    }

    #[test]
    fn a_control_that_is_right_too_decides_nothing() {
        let ruling = rule(
            &counted("racy", 0, 1_000_000),
            &[&counted("mutex", 0, 1_000_000)],
        );
        assert_eq!(ruling.verdict.word(), "not measured");
        let few = Counted {
            runs: 3,
            ..counted("mutex", 0, 1000)
        };
        assert_eq!(
            rule(&counted("racy", 9, 1000), &[&few]).verdict.word(),
            "not measured"
        );
    }
}
