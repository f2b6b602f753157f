//! Events observed together or one by one: the same history and the same verdict.

use std::collections::VecDeque;

use history::{Call, Checker, Event, EventKind, EventSink, Level, Verdict};

use crate::random::{Rng, tamper};
use crate::timeline::{connection, key};

/// A true counter behind connections that write many requests at once and read many answers at once.
fn batches(rng: &mut Rng) -> Vec<Event> {
    let (connections, keys) = (1 + rng.below(6), 1 + rng.below(2));
    let most = [5, 200][rng.below(2)];
    let depth = 1 + rng.below(most);
    let writes_percent = [0, 0, 0, 5][rng.below(4)];
    let mut counters = vec![0; keys];
    let mut asked: Vec<VecDeque<Call>> = vec![VecDeque::new(); connections];
    let mut executed: Vec<VecDeque<i64>> = vec![VecDeque::new(); connections];
    let mut events = Vec::new();
    for at_ns in 0..80 {
        let on = rng.below(connections);
        let mut tell = |kind| events.push(Event::new(connection(on as u32), at_ns, kind));
        match rng.below(3) {
            0 => {
                let number = key(rng.below(keys) as u32);
                let call = match rng.below(100) {
                    few if few < writes_percent => Call::Write { key: number },
                    some if some < 25 => Call::get(number),
                    _ => Call::incr(number),
                };
                let room = depth - (asked[on].len() + executed[on].len()).min(depth);
                for _ in 0..rng.below(room + 1) {
                    asked[on].push_back(call);
                    tell(EventKind::Invoke(call));
                }
            }
            1 => {
                let turn = rng.below(asked[on].len() + 1);
                for call in asked[on].drain(..turn) {
                    let (Call::Add { key, .. } | Call::Get { key } | Call::Write { key }) = call;
                    let counter = &mut counters[key.number() as usize];
                    *counter += i64::from(matches!(call, Call::Add { .. }));
                    executed[on].push_back(*counter);
                }
            }
            _ => {
                let read = rng.below(executed[on].len() + 1);
                for value in executed[on].drain(..read) {
                    tell(EventKind::Ok(value));
                }
            }
        }
    }
    events
}

fn one_by_one(events: &[Event], level: Level) -> Verdict {
    let mut checker = Checker::new(level);
    events.iter().for_each(|event| checker.observe(*event));
    checker.verdict()
}

fn together(events: &[Event], level: Level) -> Verdict {
    let mut checker = Checker::new(level);
    let mut rest = events;
    while let Some(first) = rest.first() {
        let (on, at_ns) = (first.connection, first.at_ns);
        let here = |event: &Event| (event.connection, event.at_ns) == (on, at_ns);
        let count = match first.kind {
            EventKind::Invoke(call) => {
                let alike = |event: &&Event| here(event) && event.kind == first.kind;
                let count = rest.iter().take_while(alike).count();
                checker.invoke_many(on, at_ns, call, count as u32);
                count
            }
            EventKind::Ok(_) => {
                let value = |event: &Event| match event.kind {
                    EventKind::Ok(value) if here(event) => Some(value),
                    _ => None,
                };
                let values: Vec<i64> = rest.iter().map_while(value).collect();
                checker.ok_many(on, at_ns, &values);
                values.len()
            }
            _ => {
                checker.observe(*first);
                1
            }
        };
        rest = &rest[count..];
    }
    checker.verdict()
}

#[test]
fn together_or_one_by_one_the_verdict_is_the_same() {
    let mut rng = Rng(3);
    let (mut right, mut wrong) = (0, 0);
    for number in 0..4_000 {
        let mut events = batches(&mut rng);
        if number % 2 == 1 {
            tamper(&mut events, &mut rng);
        }
        for level in [Level::Full, Level::Replies] {
            let (single, batched) = (one_by_one(&events, level), together(&events, level));
            assert_eq!(
                format!("{batched:#?}"),
                format!("{single:#?}"),
                "{level:?}: {events:?}"
            );
            match single.counts.total() {
                0 => right += 1,
                _ => wrong += 1,
            }
        }
    }
    assert!(
        right > 3_000 && wrong > 1_000,
        "{right} right, {wrong} wrong"
    );
}
