//! INCRs that nobody answered: which values they may account for (Hall's condition), and which not.

use history::{Anomaly, Conclusion};

use crate::checker;
use crate::timeline::Timeline;

fn history() -> Timeline {
    Timeline::default()
}

#[test]
fn an_unanswered_incr_may_have_happened_or_not() {
    assert!(crate::is_ok(
        &history()
            .incr(0)
            .info(0, 1)
            .get_ok(1, 0)
            .incr_ok(1, 1)
            .events
    ));
    assert!(crate::is_ok(
        &history()
            .incr(0)
            .info(0, 1)
            .get_ok(1, 1)
            .incr_ok(1, 2)
            .events
    ));
    // Even long after the connection broke.
    assert!(crate::is_ok(
        &history()
            .incr(0)
            .info(0, 1)
            .get_ok(1, 0)
            .get_ok(1, 1)
            .events
    ));
    // But not before it began, nor twice, nor if the request was never sent entirely.
    assert!(!crate::is_ok(
        &history().get_ok(1, 1).incr(0).info(0, 1).events
    ));
    assert!(!crate::is_ok(
        &history()
            .incr(0)
            .info(0, 1)
            .get_ok(1, 1)
            .get_ok(1, 2)
            .events
    ));
    assert!(!crate::is_ok(
        &history().incr(0).info(0, 0).get_ok(1, 1).events
    ));
}

#[test]
fn only_the_requests_that_were_written_whole_may_have_happened() {
    let lost_of_three = |whole, seen| {
        history()
            .incr(0)
            .incr(0)
            .incr(0)
            .info(0, whole)
            .get_ok(1, seen)
            .events
            .clone()
    };
    for whole in 0..=3 {
        for seen in 0..=4 {
            assert_eq!(
                crate::is_ok(&lost_of_three(whole, seen)),
                seen <= i64::from(whole),
                "{whole} {seen}"
            );
        }
    }
}

#[test]
fn what_is_in_flight_at_the_end_counts_as_unanswered() {
    let verdict = checker(&history().incr(0).incr(1).get(2).incr_ok(3, 2).events);
    let key = &verdict.keys[0];
    assert_eq!(
        (verdict.conclusion(), key.unanswered, key.took_effect),
        (Conclusion::Ok, 2, 1)
    );
}

#[test]
fn hall_two_holes_need_two_incrs_that_began_in_time() {
    // Values 1 and 3 are passed. Both unanswered INCRs began before anything was seen: fine.
    let mut timeline = history();
    timeline
        .incr(8)
        .incr(9)
        .incr_ok(0, 2)
        .incr_ok(0, 4)
        .info(8, 1)
        .info(9, 1);
    assert!(crate::is_ok(&timeline.events));

    // The second began after 2 was seen: it can be 3, and the first is 1.
    let mut timeline = history();
    timeline
        .incr(8)
        .incr_ok(0, 2)
        .incr(9)
        .incr_ok(0, 4)
        .info(8, 1)
        .info(9, 1);
    assert!(crate::is_ok(&timeline.events));

    // Both began after 2 was seen: nobody is left for 1. At that moment nothing was begun that could be it.
    let mut timeline = history();
    timeline
        .incr_ok(0, 2)
        .incr(8)
        .incr(9)
        .incr_ok(0, 3)
        .info(8, 1)
        .info(9, 1);
    assert_eq!(checker(&timeline.events).conclusion(), Conclusion::Wrong);
}

#[test]
fn hall_is_needed_where_counting_is_not_enough() {
    // When 2 is seen an INCR is in flight that may be 1. It turns out to be 3. The other unanswered one began too late for
    // 1: as many operations as gaps, and still no match.
    let mut timeline = history();
    timeline.incr(1).incr_ok(0, 2).incr(9).ok(1, 3).info(9, 1);
    let verdict = checker(&timeline.events);
    assert_eq!(verdict.counts[Anomaly::ReplyMissing], 1, "{verdict}");
    assert_eq!(
        (verdict.counts.total(), verdict.examples[0].value),
        (1, Some(1))
    );
    let late = verdict.examples[0].other.unwrap();
    assert_eq!(
        (late.connection.number(), late.ret_ns, late.value),
        (9, None, None)
    );

    // Had it begun before 2 was seen, all would be well.
    let mut timeline = history();
    timeline.incr(1).incr(9).incr_ok(0, 2).ok(1, 3).info(9, 1);
    assert!(crate::is_ok(&timeline.events));
}

#[test]
fn an_unanswered_incr_comes_after_the_replies_of_its_pipeline() {
    // All three overlap, but they went down one connection: the third cannot be 1 if the first is 2.
    let mut timeline = history();
    timeline.incr(0).incr(0).ok(0, 2).info(0, 1);
    assert_eq!(checker(&timeline.events).conclusion(), Conclusion::Wrong);
    let mut timeline = history();
    timeline.incr(0).incr(1).ok(0, 2).info(1, 1);
    assert!(crate::is_ok(&timeline.events), "on two connections it can");
}

#[test]
fn many_truthful_resets_are_never_called_lies() {
    let mut timeline = history();
    let mut value = 0;
    for round in 0..2_000_i64 {
        // Two of four requests are executed, one of those unanswered; the rest was lost on its way.
        timeline
            .incr(0)
            .incr(0)
            .incr(0)
            .incr(0)
            .ok(0, value + 1)
            .info(0, 2);
        value += 2;
        if round % 3 == 0 {
            timeline.get_ok(1, value);
        }
    }
    timeline.get_ok(2, value);
    let verdict = checker(&timeline.events);
    let key = &verdict.keys[0];
    assert_eq!(verdict.conclusion(), Conclusion::Ok, "{verdict}");
    assert_eq!((key.acknowledged, key.failed), (2_000, 2_000));
    assert_eq!((key.unanswered, key.took_effect), (4_000, 2_000));
    assert_eq!((key.final_value, key.lost), (Some(4_000), Some(0)));
}

#[test]
fn operations_that_failed_had_better_leave_no_trace() {
    assert!(crate::is_ok(
        &history().incr(0).fail(0).get_ok(1, 0).incr_ok(1, 1).events
    ));
    assert!(!crate::is_ok(
        &history().incr(0).fail(0).get_ok(1, 1).events
    ));
    let verdict = checker(
        &history()
            .get(0)
            .fail(0)
            .incr(0)
            .fail(0)
            .get(0)
            .info(0, 1)
            .events,
    );
    let key = &verdict.keys[0];
    assert_eq!(
        (key.failed, key.unanswered, key.unanswered_reads),
        (2, 0, 1)
    );
}
