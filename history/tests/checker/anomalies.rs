//! Wrong histories by hand: each anomaly has its name, the faulty operation, and the one it contradicts.

use history::{Anomaly, Counterexample};

use crate::checker;
use crate::timeline::Timeline;

fn history() -> Timeline {
    Timeline::default()
}

/// An operation by its connection and sequence.
pub(crate) type Name = (u32, u64);

pub(crate) fn names(example: &Counterexample) -> (Option<Name>, Option<Name>) {
    let name = |operation: &history::Operation| (operation.connection.number(), operation.sequence);
    (
        example.faulty.as_ref().map(name),
        example.other.as_ref().map(name),
    )
}

/// The one anomaly of a history and its two operations.
fn only(timeline: &Timeline) -> (Anomaly, Option<Name>, Option<Name>) {
    let verdict = checker(&timeline.events);
    assert_eq!(verdict.counts.total(), 1, "{verdict}");
    let (faulty, other) = names(&verdict.examples[0]);
    (verdict.examples[0].anomaly, faulty, other)
}

#[test]
fn a_lost_update_names_both_operations_that_returned_one_value() {
    let found = only(history().incr(0).incr(1).ok(0, 1).ok(1, 1));
    assert_eq!(found, (Anomaly::LostUpdate, Some((1, 0)), Some((0, 0))));
    // Also where the duplicate comes long after: it is a lost update before it is a regression.
    let found = only(history().incr_ok(0, 1).incr_ok(0, 2).incr_ok(1, 1));
    assert_eq!(found, (Anomaly::LostUpdate, Some((1, 0)), Some((0, 0))));
}

#[test]
fn lost_updates_are_also_a_quantity() {
    let mut timeline = history();
    timeline
        .incr(0)
        .incr(1)
        .ok(0, 1)
        .ok(1, 1)
        .incr_ok(0, 2)
        .get_ok(7, 2);
    let verdict = checker(&timeline.events);
    let key = &verdict.keys[0];
    assert_eq!(
        (key.acknowledged, key.final_value, key.lost),
        (3, Some(2), Some(1))
    );
}

#[test]
fn a_counter_that_falls_before_the_eyes_of_one_connection_regresses() {
    // Connection 0 saw 3 (value 2 belongs to connection 1, still in flight) and then receives 2.
    let found = only(
        history()
            .incr(1)
            .incr(2)
            .incr_ok(0, 3)
            .incr_ok(0, 2)
            .ok(1, 1)
            .info(2, 1),
    );
    assert_eq!(
        found,
        (Anomaly::CounterRegression, Some((0, 1)), Some((0, 0)))
    );
    // Below the start.
    let found = only(history().declare(0, 100).incr_ok(0, 1));
    assert_eq!(found, (Anomaly::CounterRegression, Some((0, 0)), None));
}

#[test]
fn a_stale_read_is_below_a_value_that_another_connection_had_read() {
    let found = only(history().incr_ok(0, 1).incr_ok(0, 2).get_ok(1, 1));
    assert_eq!(found, (Anomaly::StaleRead, Some((1, 0)), Some((0, 1))));
    // A GET that only overlaps is not stale.
    assert!(crate::is_ok(
        &history().get(1).incr_ok(0, 1).ok(1, 0).events
    ));
}

#[test]
fn a_non_monotonic_read_is_below_what_its_connection_had_read() {
    let found = only(history().incr_ok(0, 1).get_ok(1, 1).get_ok(1, 0));
    assert_eq!(
        found,
        (Anomaly::NonMonotonicRead, Some((1, 1)), Some((1, 0)))
    );
    // In one pipeline, where real time has nothing to say.
    let found = only(history().incr(0).get(1).get(1).ok(1, 1).ok(1, 0).ok(0, 1));
    assert_eq!(
        found,
        (Anomaly::NonMonotonicRead, Some((1, 1)), Some((1, 0)))
    );
}

#[test]
fn a_read_that_misses_its_own_write() {
    let found = only(history().incr_ok(0, 1).get_ok(0, 0));
    assert_eq!(found, (Anomaly::ReadYourWrites, Some((0, 1)), Some((0, 0))));
    let found = only(history().incr(0).get(0).ok(0, 1).ok(0, 0));
    assert_eq!(found, (Anomaly::ReadYourWrites, Some((0, 1)), Some((0, 0))));
}

#[test]
fn a_real_time_violation_is_in_order_for_each_connection_but_not_on_the_wall() {
    // 2 was returned before connection 1 began and returned 1, which connection 0 had in flight all along.
    let found = only(history().incr(0).incr_ok(2, 2).incr_ok(1, 1).info(0, 1));
    assert_eq!(
        found,
        (Anomaly::RealTimeViolation, Some((1, 0)), Some((2, 0)))
    );
}

#[test]
fn a_future_read_sees_what_nobody_had_begun() {
    let found = only(history().incr_ok(0, 1).get_ok(1, 2).incr_ok(0, 2));
    assert_eq!(found, (Anomaly::FutureRead, Some((1, 0)), Some((0, 0))));
    let found = only(history().get_ok(1, 1));
    assert_eq!(found, (Anomaly::FutureRead, Some((1, 0)), None));
    // An INCR in flight is reason enough.
    assert!(crate::is_ok(
        &history().incr(0).get_ok(1, 1).ok(0, 1).events
    ));
}

#[test]
fn a_phantom_increment_is_found_at_once_or_at_the_end() {
    let found = only(history().incr_ok(0, 1).incr_ok(0, 3));
    assert_eq!(
        found,
        (Anomaly::PhantomIncrement, Some((0, 1)), Some((0, 0)))
    );
    // While another INCR is in flight 1 may be its value. In the end it is not.
    let found = only(history().incr(0).incr_ok(1, 2).fail(0));
    assert_eq!(
        found,
        (Anomaly::PhantomIncrement, Some((0, 0)), Some((1, 0)))
    );
    let verdict = checker(&history().incr(0).incr_ok(1, 2).ok(0, 3).events);
    assert_eq!(verdict.counts[Anomaly::PhantomIncrement], 1, "{verdict}");
}

#[test]
fn a_refused_increment_that_is_in_the_counter_is_a_phantom() {
    let found = only(history().incr(0).get_ok(1, 1).fail(0));
    assert_eq!(
        found,
        (Anomaly::PhantomIncrement, Some((0, 0)), Some((1, 0)))
    );
}

#[test]
fn replies_exchanged_within_a_pipeline_are_out_of_order() {
    let found = only(history().incr(0).incr(0).incr(0).ok(0, 1).ok(0, 3).ok(0, 2));
    assert_eq!(
        found,
        (Anomaly::ReplyOutOfOrder, Some((0, 2)), Some((0, 1)))
    );
}

#[test]
fn a_reply_sent_twice_is_distinguished_from_a_lost_update_by_the_reply_left_over() {
    // 1, 1 and then 2 for two requests: every reply after the doubled one slips by one.
    let mut timeline = history();
    timeline.incr(0).incr(0).ok(0, 1).ok(0, 1).ok(0, 2);
    assert_eq!(
        only(&timeline),
        (Anomaly::ReplyDuplicate, Some((0, 1)), Some((0, 0)))
    );
    // At depth 1 the second copy comes while nothing is in flight.
    assert_eq!(
        only(history().incr_ok(0, 1).ok(0, 1)).0,
        Anomaly::ReplyDuplicate
    );
    assert_eq!(
        only(history().incr_ok(0, 1).ok(0, 5)).0,
        Anomaly::ReplyUnsolicited
    );
    assert_eq!(only(history().ok(0, 5)).0, Anomaly::ReplyUnsolicited);
}

#[test]
fn a_reply_that_went_missing_leaves_a_value_without_incr_and_an_incr_without_reply() {
    // The reply 1 is dropped: the pipeline's replies slip forward, and the last request, begun after 2 was known, starves.
    let mut timeline = history();
    timeline
        .incr(0)
        .incr(0)
        .ok(0, 2)
        .incr(0)
        .ok(0, 3)
        .info(0, 1);
    assert_eq!(
        only(&timeline),
        (Anomaly::ReplyMissing, Some((0, 0)), Some((0, 2)))
    );
    let example = &checker(&timeline.events).examples[0];
    assert_eq!(example.value, Some(1));
}

#[test]
fn what_the_client_saw_is_part_of_the_verdict() {
    let mut timeline = history();
    timeline.incr(3).reported(3, Anomaly::CrossTalk).ok(3, 1);
    assert_eq!(only(&timeline), (Anomaly::CrossTalk, Some((3, 0)), None));
    let verdict = checker(&timeline.events);
    assert_eq!(verdict.conclusion(), history::Conclusion::Wrong);
    assert_eq!(verdict.keys[0].conclusion, history::Conclusion::Ok);
}

#[test]
fn one_flipped_digit_is_one_anomaly() {
    for flipped in [1_002, 102, 7_000_000_000_000_000_000, i64::MAX] {
        let mut timeline = history();
        for value in 1..=100 {
            timeline.incr_ok(0, if value == 50 { flipped } else { value });
        }
        timeline.get_ok(1, 100);
        let found = only(&timeline);
        assert_eq!(
            found,
            (Anomaly::PhantomIncrement, Some((0, 49)), Some((0, 48)))
        );
    }
    // Downwards it repeats a value that was returned before.
    let mut timeline = history();
    for value in 1..=100 {
        timeline.incr_ok(0, if value == 50 { 10 } else { value });
    }
    assert_eq!(
        only(&timeline),
        (Anomaly::LostUpdate, Some((0, 49)), Some((0, 9)))
    );
}

#[test]
fn a_counter_that_jumped_is_two_anomalies_and_is_followed() {
    let mut timeline = history();
    for value in (0..20).chain(1_000_020..1_000_100).map(|turn| 4 * turn) {
        timeline.incr(0).incr(1).incr(2).incr(3);
        // The highest first, so that the lower ones come when the leap is known already.
        timeline
            .ok(3, value + 4)
            .ok(2, value + 3)
            .ok(1, value + 2)
            .ok(0, value + 1);
    }
    let verdict = checker(&timeline.events);
    assert_eq!(verdict.counts[Anomaly::PhantomIncrement], 2, "{verdict}");
    assert_eq!(verdict.counts.total(), 2, "{verdict}");
}
