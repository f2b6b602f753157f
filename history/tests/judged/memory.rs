//! Memory: 32 bytes per operation in flight, and nothing that grows with the run.

use history::{Call, Event, Judge, Key, Observer};

use crate::timeline::connection;

/// A closed loop over `connections` with `depth` requests in flight on each, answered batch by batch: the connections take
/// turns in an order that changes, so that values arrive out of order.
fn drive(judge: &mut Judge, connections: u32, depth: i64, rounds: i64) {
    let start = |judge: &mut Judge, on| {
        for _ in 0..depth {
            judge.observe(Event::started(connection(on), 0, Call::incr(Key::FIRST)));
        }
    };
    (0..connections).for_each(|on| start(judge, on));
    let turn = i64::from(connections) * depth;
    for round in 0..rounds {
        for turn_of in 0..connections {
            let on = (turn_of * 7 + round as u32) % connections;
            let first = round * turn + i64::from(on) * depth + 1;
            for value in first..first + depth {
                judge.observe(Event::returned(connection(on), 0, value));
            }
            start(judge, on);
        }
    }
}

#[test]
fn memory_is_the_same_after_a_hundred_times_the_operations() {
    let bytes_after = |rounds| {
        let mut judge = Judge::default();
        drive(&mut judge, 10, 16, rounds);
        assert_eq!(judge.anomalies(), 0);
        judge.memory_bytes()
    };
    assert_eq!(bytes_after(100), bytes_after(10_000));
}

#[test]
fn an_operation_in_flight_costs_at_most_32_bytes() {
    let bytes_at = |depth| {
        let mut judge = Judge::default().remembering(1);
        drive(&mut judge, 32, depth, 3);
        judge.memory_bytes()
    };
    for depth in [64, 512] {
        let per_operation = (bytes_at(depth) - bytes_at(1)) / (32 * (depth as usize - 1));
        assert!(
            per_operation <= 32,
            "{per_operation} bytes per operation in flight at depth {depth}"
        );
    }
}
