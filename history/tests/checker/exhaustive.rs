//! Every history of up to three operations: every interval order, every share of connections, every kind, every outcome.

use std::num::NonZeroI64;

use history::{Call, Event, EventKind, Key};

use crate::oracle;
use crate::timeline::Timeline;

#[derive(Clone, Copy, Debug)]
struct Op {
    connection: u32,
    amount: Option<i64>,
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Value(i64),
    Fail,
    Never,
}

/// The kinds of operation: each with every value that can be true, and one beyond on either side.
fn kinds(count: usize, start: i64, amount: i64) -> Vec<(Option<i64>, Ending)> {
    let values = (-1..=count as i64 + 1).map(|steps| start + steps * amount);
    let answered: Vec<Ending> = values.map(Ending::Value).collect();
    let unanswered = [Ending::Fail, Ending::Never];
    let adds = answered
        .iter()
        .chain(&unanswered)
        .map(|&ending| (Some(amount), ending));
    let gets = answered.iter().map(|&ending| (None, ending));
    adds.chain(gets).collect()
}

/// Every way to share connections among the operations: the first has 0, each other one of those before it or a new one.
fn shares(count: usize) -> Vec<Vec<u32>> {
    let mut shares = vec![vec![]];
    for _ in 0..count {
        let longer = shares.iter().flat_map(|share: &Vec<u32>| {
            let fresh = share.iter().max().map_or(0, |most| most + 1);
            (0..=fresh).map(|connection| [share.as_slice(), &[connection]].concat())
        });
        shares = longer.collect();
    }
    shares
}

/// Every interleaving of beginnings (in the operations' order) and ends (each after its beginning and after the ends of
/// the operations before it on its connection).
fn interleavings(
    ops: &[Op],
    begun: usize,
    ended: &mut Vec<usize>,
    timeline: &mut Timeline,
    visit: &mut impl FnMut(&[Event]),
) {
    let never = |op: &Op| op.ending == Ending::Never;
    if begun == ops.len() && ended.len() + ops.iter().filter(|op| never(op)).count() == ops.len() {
        return visit(&timeline.events);
    }
    if begun < ops.len() {
        timeline.push(
            ops[begun].connection,
            EventKind::Invoke(match ops[begun].amount {
                Some(amount) => Call::Add {
                    key: Key::FIRST,
                    amount: NonZeroI64::new(amount).unwrap(),
                },
                None => Call::get(Key::FIRST),
            }),
        );
        interleavings(ops, begun + 1, ended, timeline, visit);
        timeline.events.pop();
    }
    for op in 0..begun {
        let first = (0..op)
            .all(|other| ops[other].connection != ops[op].connection || ended.contains(&other));
        if never(&ops[op]) || ended.contains(&op) || !first {
            continue;
        }
        match ops[op].ending {
            Ending::Value(value) => timeline.ok(ops[op].connection, value),
            _ => timeline.fail(ops[op].connection),
        };
        ended.push(op);
        interleavings(ops, begun, ended, timeline, visit);
        ended.pop();
        timeline.events.pop();
    }
}

/// Compares checker and oracle on all histories; says how many there were and how many of them are right.
fn compare(count: usize, start: i64, amount: i64) -> (u64, u64) {
    let kinds = kinds(count, start, amount);
    let (mut histories, mut right) = (0, 0);
    for share in shares(count) {
        for code in 0..kinds.len().pow(count as u32) {
            let ops: Vec<Op> = (0..count)
                .map(|op| {
                    let (amount, ending) = kinds[code / kinds.len().pow(op as u32) % kinds.len()];
                    let connection = share[op];
                    Op {
                        connection,
                        amount,
                        ending,
                    }
                })
                .collect();
            let mut timeline = Timeline::default();
            timeline.declare(0, start);
            interleavings(&ops, 0, &mut Vec::new(), &mut timeline, &mut |events| {
                let (parsed, steps) = oracle::parse(events).unwrap();
                let expected = oracle::linearizable(&parsed, &steps, Key::FIRST, start);
                assert_eq!(crate::is_ok(events), expected, "{events:#?}");
                histories += 1;
                right += u64::from(expected);
            });
        }
    }
    (histories, right)
}

#[test]
fn every_history_of_one_or_two_operations() {
    for (start, amount) in [(0, 1), (7, -3), (i64::MAX - 30, 10)] {
        assert_eq!(compare(1, start, amount), (10, 4));
        assert_eq!(compare(2, start, amount), (662, 72));
    }
}

#[test]
fn every_history_of_three_operations() {
    assert_eq!(compare(3, 0, 1), (118_604, 2_972));
}

/// Tens of millions: only where the long run is asked for.
#[test]
fn every_history_of_four_operations() {
    if std::env::var_os("HISTORIES").is_some() {
        println!("four operations: {:?}", compare(4, 0, 1));
    }
}
