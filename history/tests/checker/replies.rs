//! The lesser level: what holds without a common clock.

use history::{Anomaly, Checker, Conclusion, Event, EventKind, EventSink, Level, Verdict};

use crate::random::{Amounts, Plan, Rng, simulate};
use crate::timeline::Timeline;

fn check_replies<'a>(events: impl IntoIterator<Item = &'a Event>) -> Verdict {
    let mut checker = Checker::new(Level::Replies);
    for &event in events {
        checker.observe(event);
    }
    checker.verdict()
}

/// Each thread's events all at once, thread after thread: the order that real time would forbid.
#[test]
fn a_true_counter_has_no_anomaly_whatever_the_order_of_the_threads() {
    let mut rng = Rng(5);
    for _ in 0..2_000 {
        let events = simulate(&Plan::random(&mut rng, Amounts::One), &mut rng);
        let (declared, others): (Vec<Event>, Vec<Event>) = events
            .iter()
            .partition(|event| matches!(event.kind, EventKind::Declare { .. }));
        let of_thread = |number| {
            others
                .iter()
                .filter(move |event| event.connection.number() == number)
        };
        let threads = (0..5).rev().flat_map(of_thread);
        let verdict = check_replies(declared.iter().chain(threads));
        assert_eq!(
            verdict.conclusion(),
            Conclusion::Ok,
            "{verdict} {events:#?}"
        );
    }
}

#[test]
fn without_real_time_a_late_view_is_forgiven_and_a_lost_update_is_not() {
    let mut late = Timeline::default();
    late.incr_ok(0, 1)
        .get_ok(1, 0)
        .incr(2)
        .incr_ok(3, 3)
        .incr_ok(4, 2)
        .info(2, 1);
    assert_eq!(crate::checker(&late.events).conclusion(), Conclusion::Wrong);
    assert_eq!(check_replies(&late.events).conclusion(), Conclusion::Ok);

    let mut lost = Timeline::default();
    lost.incr_ok(0, 1).incr_ok(1, 1).get_ok(2, 1);
    let verdict = check_replies(&lost.events);
    assert_eq!(verdict.counts[Anomaly::LostUpdate], 1);
    assert_eq!(verdict.keys[0].lost, Some(1));
}

#[test]
fn each_connection_is_in_order_and_every_value_is_accounted_for() {
    for (timeline, anomaly) in [
        (
            Timeline::default().incr(0).incr(0).ok(0, 2).ok(0, 1),
            Anomaly::ReplyOutOfOrder,
        ),
        (
            Timeline::default().incr_ok(0, 1).get_ok(0, 0),
            Anomaly::ReadYourWrites,
        ),
        (
            Timeline::default().incr_ok(0, 1).incr_ok(0, 3),
            Anomaly::PhantomIncrement,
        ),
        (
            Timeline::default().incr_ok(0, 1 << 40),
            Anomaly::PhantomIncrement,
        ),
        (
            Timeline::default().incr_ok(0, 1).get_ok(0, 1 << 40),
            Anomaly::FutureRead,
        ),
    ] {
        let verdict = check_replies(&timeline.events);
        assert_eq!(
            (verdict.counts.total(), verdict.counts[anomaly]),
            (1, 1),
            "{verdict}"
        );
    }
}
