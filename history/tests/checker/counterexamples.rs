//! Counterexamples: the two operations that contradict each other, complete, and few of them.

use history::{Anomaly, Checker, Event, EventSink, Verdict};

use crate::anomalies::names;
use crate::checker;
use crate::timeline::{Timeline, connection, key};

fn history() -> Timeline {
    Timeline::default()
}

#[test]
fn a_counterexample_carries_times_connection_sequence_and_value() {
    let verdict = checker(&history().incr_ok(4, 1).get_ok(5, 0).events);
    let example = &verdict.examples[0];
    let (faulty, other) = (example.faulty.unwrap(), example.other.unwrap());
    assert_eq!(
        (faulty.key, faulty.connection, faulty.sequence),
        (key(0), connection(5), 0)
    );
    assert_eq!(
        (faulty.inv_ns, faulty.ret_ns, faulty.value),
        (2, Some(3), Some(0))
    );
    assert_eq!(
        (other.inv_ns, other.ret_ns, other.value),
        (0, Some(1), Some(1))
    );
    let expected = "stale read on key 0: GET #0 of connection 5 -> 0 [0.000000002 s .. 0.000000003 s], \
                    against INCR #0 of connection 4 -> 1 [0.000000000 s .. 0.000000001 s]";
    assert_eq!(example.to_string(), expected);
}

#[test]
fn ten_examples_are_kept_and_all_are_counted() {
    let mut timeline = history();
    timeline.incr_ok(0, 1);
    for _ in 0..500 {
        timeline.get_ok(1, 0).incr_ok(2, 1);
    }
    let verdict = checker(&timeline.events);
    assert_eq!(
        (
            verdict.counts[Anomaly::StaleRead],
            verdict.counts[Anomaly::LostUpdate]
        ),
        (500, 500)
    );
    assert_eq!(verdict.keys[0].counts, verdict.counts);
    let kept = |anomaly| {
        verdict
            .examples
            .iter()
            .filter(|example| example.anomaly == anomaly)
            .count()
    };
    assert_eq!(
        (kept(Anomaly::StaleRead), kept(Anomaly::LostUpdate)),
        (10, 10)
    );
}

fn verdict_remembering(replies: usize, events: &[Event]) -> Verdict {
    let mut checker = Checker::default().remembering(replies);
    for &event in events {
        checker.observe(event);
    }
    checker.verdict()
}

#[test]
fn an_operation_too_far_back_is_missing_until_the_checker_remembers_more() {
    let mut timeline = history();
    for value in 1..=20_000 {
        timeline.incr_ok(0, value);
    }
    timeline.incr_ok(1, 5);
    let live = checker(&timeline.events);
    assert_eq!(names(&live.examples[0]), (Some((1, 0)), None));
    let saved = verdict_remembering(30_000, &timeline.events);
    assert_eq!(names(&saved.examples[0]), (Some((1, 0)), Some((0, 4))));
}

/// A complete example takes the place of one whose second operation is lost.
#[test]
fn examples_with_both_operations_are_preferred() {
    let mut timeline = history();
    for value in 1..=20 {
        timeline.incr_ok(0, value);
    }
    for value in (1..=10).chain([20]) {
        timeline.incr_ok(1, value);
    }
    let verdict = verdict_remembering(12, &timeline.events);
    assert_eq!((verdict.counts.total(), verdict.examples.len()), (11, 10));
    assert!(
        verdict
            .examples
            .iter()
            .any(|example| names(example).1 == Some((0, 19))),
        "{verdict}"
    );
}
