//! Memory: 32 bytes per operation in flight, and nothing that grows with the run.

use history::{Call, Checker, Event, EventSink, Key};

use crate::timeline::connection;

/// A closed loop over `connections` with `depth` requests in flight on each, answered batch by batch: the connections take
/// turns in an order that changes, so that values arrive out of order.
fn drive(checker: &mut Checker, connections: u32, depth: i64, rounds: i64) {
    let start = |checker: &mut Checker, on| {
        for _ in 0..depth {
            checker.observe(Event::invoke(connection(on), 0, Call::incr(Key::FIRST)));
        }
    };
    (0..connections).for_each(|on| start(checker, on));
    let turn = i64::from(connections) * depth;
    for round in 0..rounds {
        for turn_of in 0..connections {
            let on = (turn_of * 7 + round as u32) % connections;
            let first = round * turn + i64::from(on) * depth + 1;
            for value in first..first + depth {
                checker.observe(Event::ok(connection(on), 0, value));
            }
            start(checker, on);
        }
    }
}

#[test]
fn memory_is_the_same_after_a_hundred_times_the_operations() {
    let bytes_after = |rounds| {
        let mut checker = Checker::default();
        drive(&mut checker, 10, 16, rounds);
        assert_eq!(checker.anomalies(), 0);
        checker.memory_bytes()
    };
    assert_eq!(bytes_after(100), bytes_after(10_000));
}

#[test]
fn an_operation_in_flight_costs_at_most_32_bytes() {
    let bytes_at = |depth| {
        let mut checker = Checker::default().remembering(1);
        drive(&mut checker, 32, depth, 3);
        checker.memory_bytes()
    };
    for depth in [64, 512] {
        let per_operation = (bytes_at(depth) - bytes_at(1)) / (32 * (depth as usize - 1));
        assert!(
            per_operation <= 32,
            "{per_operation} bytes per operation in flight at depth {depth}"
        );
    }
}
