//! Several threads' records, merged: beginnings before ends at one instant, each thread's own order kept, nothing checked
//! before every thread has reported up to there.

use history::{
    Batch, Call, Checker, Conclusion, Event, EventBuffer, EventKind, EventSink, Key, Merge,
};

use crate::timeline::connection;

/// An operation with its two stamps and what it returned: INCR or GET.
#[derive(Clone, Copy, Debug)]
struct Op {
    inv_ns: u64,
    ret_ns: u64,
    adds: bool,
    returned: i64,
}

/// By definition: some order of the operations respects `ret(a) < inv(b)`, strictly, and gives these values.
fn linearizable(ops: &[Op], left: &mut Vec<usize>, value: i64) -> bool {
    if left.is_empty() {
        return true;
    }
    (0..left.len()).any(|at| {
        let op = ops[left[at]];
        let first = left.iter().all(|&other| ops[other].ret_ns >= op.inv_ns);
        let after = value + i64::from(op.adds);
        if !first || op.returned != after {
            return false;
        }
        let taken = left.remove(at);
        let rest = linearizable(ops, left, after);
        left.insert(at, taken);
        rest
    })
}

/// Each operation is recorded by a thread of its own.
fn merged_is_ok(ops: &[Op]) -> bool {
    let mut checker = Checker::default();
    let mut merge = Merge::new(ops.len());
    for (thread, op) in ops.iter().enumerate() {
        let mut recorder = EventBuffer::default();
        let call = if op.adds {
            Call::incr(Key::FIRST)
        } else {
            Call::get(Key::FIRST)
        };
        recorder.observe(Event::invoke(connection(thread as u32), op.inv_ns, call));
        recorder.observe(Event::ok(connection(thread as u32), op.ret_ns, op.returned));
        let batch = recorder.hand_over(op.ret_ns, Vec::new());
        merge.accept(thread, batch, &mut checker);
        merge.finish_thread(thread, &mut checker);
    }
    checker.verdict().conclusion() == Conclusion::Ok
}

/// Every pair of stamps below `instants`, so that operations touch, coincide and have no length in all ways.
fn stamps(instants: u64) -> Vec<(u64, u64)> {
    (0..instants)
        .flat_map(|inv| (inv..instants).map(move |ret| (inv, ret)))
        .collect()
}

#[test]
fn operations_that_touch_are_concurrent_in_every_way_that_stamps_can_coincide() {
    let mut verdicts = [0; 2];
    let mut compare = |ops: &[Op]| {
        let expected = linearizable(ops, &mut (0..ops.len()).collect(), 0);
        assert_eq!(merged_is_ok(ops), expected, "{ops:#?}");
        verdicts[usize::from(expected)] += 1;
    };
    let op = |(inv_ns, ret_ns), code: i64| Op {
        inv_ns,
        ret_ns,
        adds: code % 2 == 0,
        returned: code / 2,
    };
    for one in stamps(4) {
        for two in stamps(4) {
            for code in 0..8 * 8 {
                compare(&[op(one, code % 8), op(two, code / 8)]);
            }
            for three in stamps(3) {
                for code in 0..6 * 6 * 6 {
                    compare(&[
                        op(one, code % 6),
                        op(two, code / 6 % 6),
                        op(three, code / 36),
                    ]);
                }
            }
        }
    }
    assert!(verdicts.iter().all(|&count| count > 5_000), "{verdicts:?}");
}

/// One reading of the clock may be the end of one request and the beginning of the next. Within a thread the order counts.
#[test]
fn a_thread_keeps_its_own_order_at_one_instant() {
    let mut recorder = EventBuffer::default();
    for value in [1, 1] {
        recorder.observe(Event::invoke(connection(0), 5, Call::incr(Key::FIRST)));
        recorder.observe(Event::ok(connection(0), 5, value));
        recorder.observe(Event::info(connection(0), 5, 0));
    }
    let mut events = Vec::new();
    let mut merge = Merge::new(1);
    merge.accept(0, recorder.hand_over(5, Vec::new()), &mut events);
    merge.finish_thread(0, &mut events);
    let kinds: Vec<bool> = events
        .iter()
        .map(|event| matches!(event.kind, EventKind::Invoke(_)))
        .collect();
    assert_eq!(kinds, [true, false, false, true, false, false]);
}

fn batch(thread: u32, stamps: &[u64], through_ns: u64) -> Batch {
    let mut recorder = EventBuffer::default();
    for &at_ns in stamps {
        recorder.observe(Event::invoke(
            connection(thread),
            at_ns,
            Call::get(Key::FIRST),
        ));
    }
    recorder.hand_over(through_ns, Vec::new())
}

#[test]
fn nothing_passes_before_the_slowest_thread_has_reported() {
    let mut passed = Vec::new();
    let mut merge = Merge::new(2);
    let stamps = |events: &[Event]| events.iter().map(|event| event.at_ns).collect::<Vec<_>>();

    merge.accept(0, batch(0, &[10, 20, 30], 35), &mut passed);
    assert!(stamps(&passed).is_empty());
    merge.accept(1, batch(1, &[15, 20], 20), &mut passed);
    assert_eq!(
        stamps(&passed),
        [10, 15],
        "at 20 the second thread may yet have more to say"
    );
    merge.accept(1, batch(1, &[], 100), &mut passed);
    assert_eq!(stamps(&passed), [10, 15, 20, 20, 30]);
    merge.accept(0, batch(0, &[40], 41), &mut passed);
    merge.finish_thread(0, &mut passed);
    assert_eq!(stamps(&passed), [10, 15, 20, 20, 30, 40]);
    merge.finish_thread(1, &mut passed);
    assert_eq!(stamps(&passed), [10, 15, 20, 20, 30, 40]);
}

/// A stamp that is older than the last hand-over cannot slip in before what others have passed on since.
#[test]
fn a_stale_stamp_counts_from_the_hand_over_on() {
    let mut recorder = EventBuffer::default();
    recorder.hand_over(100, Vec::new());
    recorder.observe(Event::invoke(connection(0), 7, Call::get(Key::FIRST)));
    let mut passed = Vec::new();
    let mut merge = Merge::new(1);
    merge.accept(0, recorder.hand_over(200, Vec::new()), &mut passed);
    assert_eq!(passed[0].at_ns, 100);
}

/// However the batches are cut, the merged stream is the one history.
#[test]
fn the_cut_of_the_batches_does_not_matter() {
    use crate::random::{Plan, Rng, simulate, tamper};
    let mut rng = Rng(4);
    for number in 0..300 {
        let mut events = simulate(
            &Plan::random(&mut rng, crate::random::Amounts::One),
            &mut rng,
        );
        if number % 2 == 1 {
            tamper(&mut events, &mut rng);
        }
        let mut merged = Vec::new();
        let mut merge = Merge::new(3);
        let mut recorders = [(); 3].map(|()| EventBuffer::default());
        for &event in &events {
            let thread = (event.connection.number() % 3) as usize;
            recorders[thread].observe(event);
            if rng.chance(30) {
                let handing = rng.below(3);
                let batch = recorders[handing].hand_over(event.at_ns, Vec::new());
                merge.accept(handing, batch, &mut merged);
            }
        }
        for (thread, mut recorder) in recorders.into_iter().enumerate() {
            let batch = recorder.hand_over(events.len() as u64, Vec::new());
            merge.accept(thread, batch, &mut merged);
            merge.finish_thread(thread, &mut merged);
        }
        assert_eq!(merged, events);
    }
}
