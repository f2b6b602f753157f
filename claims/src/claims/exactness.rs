//! What `lock-is-exact` and `cooperative-is-exact` share: one load, one count of wrong answers, one rule.

use loadgen::config::ConfigBuilder;
use results::Run;

use crate::systems::System;
use crate::{CONTEXT_ROUNDS, Conclusion, EventCount, Evidence, Experiment, load_of_requests};

/// Batches of runs in which the control may show its mistake. More of them cannot hide it.
const BATCHES: usize = 4;

/// 100 connections with 1000 requests in flight on each.
fn load(requests: u64) -> ConfigBuilder {
    load_of_requests(requests)
        .connections(100)
        .pipeline_depth(1000)
}

/// Wrong answers of each system. The first is the control: it is tried again until it goes wrong.
pub(super) fn count(
    experiment: &mut Experiment<'_>,
    systems: [System; 3],
) -> [Option<EventCount>; 3] {
    let load = load(experiment.quick_or_full(300_000, 500_000));
    let rounds = experiment.rounds();
    let mut runs = experiment.compare(&systems, rounds, &load);
    let is_right =
        |runs: &[Run]| EventCount::wrong_answers("", runs).is_none_or(|count| count.events == 0);
    for _ in 1..BATCHES {
        if is_right(&runs[0]) && !experiment.is_stopped() {
            let again = experiment.compare(&systems[..1], rounds, &load);
            runs[0].extend(again.into_iter().flatten());
        }
    }
    let mut runs = runs.into_iter();
    systems.map(|system| EventCount::wrong_answers(system.label, &runs.next()?))
}

/// The figures and the picture of everything that was counted; the context systems get a smaller load, for Python is slow.
pub(super) fn evidence(
    experiment: &mut Experiment<'_>,
    conclusion: Conclusion,
    counts: [Option<EventCount>; 3],
    context: &[System],
) -> Evidence {
    let mut counts: Vec<EventCount> = counts.into_iter().flatten().collect();
    let runs = experiment.compare(context, CONTEXT_ROUNDS, &load(100_000));
    let of = |(system, runs): (&System, &Vec<Run>)| EventCount::wrong_answers(system.label, runs);
    counts.extend(context.iter().zip(&runs).filter_map(of));
    Evidence::of_counts(conclusion, "wrong answers", &counts)
}

/// One wrong answer refutes. None confirms only where the control shows that this load would have found one.
pub(super) fn rule(control: &EventCount, exact: &[&EventCount]) -> Conclusion {
    if let Some(wrong) = exact.iter().find(|count| count.events > 0) {
        return Conclusion::fails(format!("{} answers were wrong", wrong.labelled()));
    }
    if !exact.iter().all(|count| count.is_enough()) {
        return Conclusion::not_measured("too few increments were made");
    }
    if control.events == 0 {
        return Conclusion::not_measured(format!(
            "{} gave no wrong answer either: this load does not show a mistake",
            control.label
        ));
    }
    let counts = exact.iter().copied().chain([control]);
    Conclusion::holds(format!("wrong answers: {}", EventCount::list(counts)))
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn verdict(control: u64, exact: EventCount) -> ClaimVerdict {
        rule(&count("racy", control), &[&exact]).verdict
    }

    fn count(label: &str, events: u64) -> EventCount {
        EventCount {
            label: label.to_owned(),
            events,
            of: 1_000_000,
            runs: 4,
        }
    }

    #[test]
    fn no_wrong_answer_confirms_where_the_control_is_wrong() {
        assert_eq!(verdict(900, count("mutex", 0)), ClaimVerdict::Holds);
    }

    #[test]
    fn one_wrong_answer_refutes() {
        assert_eq!(verdict(900, count("mutex", 1)), ClaimVerdict::Fails);
    }

    #[test]
    fn a_control_that_is_right_too_and_few_increments_decide_nothing() {
        assert_eq!(verdict(0, count("mutex", 0)).word(), "not measured");
        let few = EventCount {
            of: 1000,
            runs: 3,
            ..count("mutex", 0)
        };
        assert_eq!(verdict(9, few).word(), "not measured");
    }
}
