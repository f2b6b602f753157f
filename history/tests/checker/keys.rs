//! Several keys, starts, amounts, epochs, and the keys that cannot be checked.

use history::{Anomaly, Conclusion, Reason};

use crate::checker;
use crate::timeline::{Timeline, key};

fn history() -> Timeline {
    Timeline::default()
}

#[test]
fn each_key_is_checked_separately() {
    let mut timeline = history();
    timeline
        .add(0, 0, 1)
        .ok(0, 1)
        .add(0, 5, 1)
        .ok(0, 1)
        .add(1, 5, 1)
        .ok(1, 1)
        .add(0, 0, 1)
        .ok(0, 2);
    let verdict = checker(&timeline.events);
    let conclusions: Vec<_> = verdict
        .keys
        .iter()
        .map(|of| (of.key, of.conclusion))
        .collect();
    assert_eq!(
        conclusions,
        [(key(0), Conclusion::Ok), (key(5), Conclusion::Wrong)]
    );
    assert_eq!(verdict.keys[1].counts[Anomaly::LostUpdate], 1);
    assert_eq!(verdict.conclusion(), Conclusion::Wrong);
}

#[test]
fn a_pipeline_over_several_keys_is_in_order_on_each() {
    // The values of one connection fall from key to key; that is no regression. On one key it is.
    let mut timeline = history();
    timeline
        .declare(0, 50)
        .add(0, 0, 1)
        .add(0, 1, 1)
        .add(0, 0, 1)
        .add(0, 1, 1);
    timeline.ok(0, 51).ok(0, 1).ok(0, 52).ok(0, 2);
    assert!(crate::is_ok(&timeline.events));

    let mut timeline = history();
    timeline.add(0, 0, 1).add(0, 1, 1).add(0, 0, 1).add(0, 1, 1);
    timeline.ok(0, 2).ok(0, 1).ok(0, 1).ok(0, 2);
    let verdict = checker(&timeline.events);
    assert_eq!(verdict.counts[Anomaly::ReplyOutOfOrder], 1, "{verdict}");
    assert_eq!(
        (verdict.keys[0].conclusion, verdict.keys[1].conclusion),
        (Conclusion::Wrong, Conclusion::Ok)
    );
}

#[test]
fn equal_amounts_of_any_size_are_checked() {
    assert!(crate::is_ok(
        &history()
            .add(0, 0, 5)
            .add(1, 0, 5)
            .ok(1, 10)
            .ok(0, 5)
            .get_ok(0, 10)
            .events
    ));
    assert!(crate::is_ok(
        &history()
            .declare(0, 10)
            .add(0, 0, -4)
            .ok(0, 6)
            .get_ok(1, 6)
            .events
    ));

    let verdict = checker(&history().add(0, 0, 5).ok(0, 5).add(0, 0, 5).ok(0, 8).events);
    assert_eq!(
        verdict.counts[Anomaly::PhantomIncrement],
        1,
        "8 is between two steps: {verdict}"
    );
    let verdict = checker(&history().add(0, 0, -1).ok(0, 1).events);
    assert_eq!(
        verdict.counts[Anomaly::CounterRegression],
        1,
        "up instead of down: {verdict}"
    );
}

#[test]
fn the_ends_of_the_number_line_do_not_overflow() {
    let mut timeline = history();
    timeline.declare(0, i64::MAX - 1).incr_ok(0, i64::MAX);
    assert!(crate::is_ok(&timeline.events));
    timeline.incr(0).fail(0).get_ok(0, i64::MIN);
    assert_eq!(checker(&timeline.events).counts.total(), 1);

    let mut timeline = history();
    timeline
        .declare(0, i64::MIN)
        .add(0, 0, i64::MIN)
        .ok(0, 0)
        .add(0, 0, i64::MIN)
        .ok(0, i64::MAX);
    assert_eq!(checker(&timeline.events).conclusion(), Conclusion::Wrong);
}

#[test]
fn mixed_amounts_are_unknown_even_if_they_look_right() {
    for amounts in [[1, 2], [1, -1], [5, 6]] {
        let mut timeline = history();
        timeline.add(0, 0, amounts[0]).ok(0, amounts[0]);
        timeline
            .add(0, 0, amounts[1])
            .ok(0, amounts[0] + amounts[1]);
        timeline.get_ok(1, amounts[0] + amounts[1]);
        let verdict = checker(&timeline.events);
        assert_eq!(
            verdict.conclusion(),
            Conclusion::Unknown(Reason::MixedAmounts)
        );
        let key = &verdict.keys[0];
        assert_eq!(
            (key.final_value, key.lost),
            (Some(amounts[0] + amounts[1]), None)
        );
        assert_eq!(
            (verdict.keys[0].acknowledged, verdict.counts.total()),
            (2, 0)
        );
    }
}

#[test]
fn what_was_found_before_the_amounts_were_mixed_stands() {
    let mut timeline = history();
    timeline
        .incr_ok(0, 1)
        .incr_ok(1, 1)
        .add(0, 0, 7)
        .ok(0, 9)
        .add(0, 0, 7)
        .ok(0, 900);
    let verdict = checker(&timeline.events);
    assert_eq!(
        (verdict.conclusion(), verdict.counts.total()),
        (Conclusion::Wrong, 1)
    );
}

#[test]
fn a_key_that_is_written_otherwise_is_unknown_and_the_others_are_not() {
    let write = history::EventKind::Invoke(history::Call::Write { key: key(0) });
    let mut timeline = history();
    timeline
        .incr_ok(0, 1)
        .push(0, write)
        .ok(0, 0)
        .incr_ok(0, 77)
        .add(1, 1, 1)
        .ok(1, 1);
    let verdict = checker(&timeline.events);
    let conclusions: Vec<_> = verdict.keys.iter().map(|of| of.conclusion).collect();
    assert_eq!(
        conclusions,
        [Conclusion::Unknown(Reason::OtherWrites), Conclusion::Ok]
    );
    assert_eq!(
        verdict.conclusion(),
        Conclusion::Unknown(Reason::OtherWrites)
    );
}

#[test]
fn a_foreign_writer_shows_as_phantoms() {
    let mut timeline = history();
    timeline
        .declare(0, 40)
        .incr_ok(0, 41)
        .incr_ok(0, 43)
        .incr_ok(0, 44)
        .get_ok(1, 44);
    let verdict = checker(&timeline.events);
    let key = &verdict.keys[0];
    assert_eq!(
        (key.conclusion, key.final_value),
        (Conclusion::Wrong, Some(44))
    );
    assert!(verdict.counts[Anomaly::PhantomIncrement] >= 1, "{verdict}");
    assert_eq!(verdict.counts[Anomaly::LostUpdate], 0, "{verdict}");

    // Seen only in the end: our own INCRs in flight could have been the other client's, until they were answered.
    let mut timeline = history();
    timeline.incr(0).incr(1).ok(0, 3).ok(1, 2).get_ok(2, 3);
    let verdict = checker(&timeline.events);
    assert!(verdict.counts[Anomaly::PhantomIncrement] >= 1, "{verdict}");
}

/// The server was killed and came back empty: what was in flight is lost to the old epoch, and the new one starts at 0.
#[test]
fn a_new_epoch_begins_anew_under_new_keys() {
    let mut timeline = history();
    timeline
        .incr_ok(0, 1)
        .incr(0)
        .incr(1)
        .ok(1, 3)
        .info(0, 1)
        .info(1, 0);
    timeline
        .declare(1, 0)
        .add(0, 1, 1)
        .ok(0, 1)
        .add(1, 1, 1)
        .ok(1, 2);
    let verdict = checker(&timeline.events);
    assert_eq!(verdict.conclusion(), Conclusion::Ok, "{verdict}");
    let [old, new] = verdict.keys.as_slice() else {
        panic!("{verdict}");
    };
    assert_eq!(
        (old.acknowledged, old.unanswered, old.took_effect),
        (2, 1, 1)
    );
    assert_eq!((new.acknowledged, new.unanswered), (2, 0));
    // Under the old key the same replies would be wrong.
    for event in &mut timeline.events {
        if let history::EventKind::Invoke(call) = &mut event.kind {
            *call = history::Call::incr(key(0));
        }
    }
    timeline
        .events
        .retain(|event| !matches!(event.kind, history::EventKind::Declare { .. }));
    assert_eq!(checker(&timeline.events).conclusion(), Conclusion::Wrong);
}
