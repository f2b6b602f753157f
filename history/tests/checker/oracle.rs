//! The oracle: linearizability by definition, with any amounts, by trying every order (just-in-time linearization).
//!
//! It knows nothing of gaps, floors or matchings. It walks through the history and keeps every state that the counter may
//! be in: its value, and which of the operations in flight have taken effect already. When an operation returns, only the
//! states survive in which it has taken effect with the value it returned. An operation without an answer stays in flight.

use std::collections::{HashMap, HashSet, VecDeque};

use history::{Call, Event, EventKind, Key};

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Value(i64),
    Failed,
    Unanswered,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Op {
    pub(crate) key: Key,
    /// What is added; `None` for GET.
    pub(crate) amount: Option<i64>,
    /// The connection, and how often it had been lost before.
    session: (u32, u32),
    pub(crate) outcome: Outcome,
}

/// An operation (by its number) begins or returns.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Begin(usize),
    Return(usize),
}

/// The operations of a history and their order. `None` if a reply comes to nothing.
pub(crate) fn parse(events: &[Event]) -> Option<(Vec<Op>, Vec<Step>)> {
    let (mut ops, mut steps) = (Vec::<Op>::new(), Vec::new());
    let mut in_flight = HashMap::<u32, VecDeque<usize>>::new();
    let mut losses = HashMap::<u32, u32>::new();
    for event in events {
        let connection = event.connection.number();
        let queue = in_flight.entry(connection).or_default();
        let loss = losses.entry(connection).or_default();
        match event.kind {
            EventKind::Invoke(call) => {
                let (key, amount) = match call {
                    Call::Add { key, amount } => (key, Some(amount.get())),
                    Call::Get { key } => (key, None),
                    Call::Write { .. } => panic!("the oracle knows no writes"),
                };
                queue.push_back(ops.len());
                steps.push(Step::Begin(ops.len()));
                ops.push(Op {
                    key,
                    amount,
                    session: (connection, *loss),
                    outcome: Outcome::Unanswered,
                });
            }
            EventKind::Ok(value) => {
                let op = queue.pop_front()?;
                ops[op].outcome = Outcome::Value(value);
                steps.push(Step::Return(op));
            }
            EventKind::Fail => ops[queue.pop_front()?].outcome = Outcome::Failed,
            EventKind::Info { whole } => {
                for op in queue.drain(..).skip(whole as usize) {
                    ops[op].outcome = Outcome::Failed;
                }
                *loss += 1;
            }
            EventKind::Declare { .. } | EventKind::Report(_) => {}
        }
    }
    Some((ops, steps))
}

/// A state the counter may be in. The set holds the operations in flight that have taken effect.
type State = (i64, u128);

/// Whether the operations on one key can have come from a counter that began at `start`.
pub(crate) fn linearizable(ops: &[Op], steps: &[Step], key: Key, start: i64) -> bool {
    assert!(ops.len() <= 128);
    let mut in_flight = Vec::new();
    let mut states = HashSet::from([(start, 0)]);
    for &step in steps {
        match step {
            Step::Begin(op) if ops[op].key != key => {}
            Step::Return(op) if ops[op].key != key => {}
            // What failed has no effect, and a GET without an answer tells nothing.
            Step::Begin(op) if ops[op].outcome == Outcome::Failed => {}
            Step::Begin(op)
                if ops[op].outcome == Outcome::Unanswered && ops[op].amount.is_none() => {}
            Step::Begin(op) => in_flight.push(op),
            Step::Return(op) => {
                states = after_return(ops, &in_flight, states, op);
                in_flight.retain(|&other| other != op);
            }
        }
    }
    !states.is_empty()
}

/// The states in which `returned` has taken effect, reached from `states` by letting operations in flight take effect.
fn after_return(
    ops: &[Op],
    in_flight: &[usize],
    states: HashSet<State>,
    returned: usize,
) -> HashSet<State> {
    let mut survivors = HashSet::new();
    let mut open: Vec<State> = states.iter().copied().collect();
    let mut known = states;
    while let Some((value, done)) = open.pop() {
        if done & 1 << returned != 0 {
            survivors.insert((value, done & !(1 << returned)));
            continue;
        }
        for &op in in_flight {
            let next = take_effect(ops, in_flight, (value, done), op);
            open.extend(next.filter(|&next| known.insert(next)));
        }
    }
    survivors
}

fn take_effect(ops: &[Op], in_flight: &[usize], (value, done): State, op: usize) -> Option<State> {
    let Op {
        amount,
        session,
        outcome,
        ..
    } = ops[op];
    // A connection's requests are executed in their order.
    let waits = |&earlier: &usize| {
        earlier < op && ops[earlier].session == session && done & 1 << earlier == 0
    };
    if done & 1 << op != 0 || in_flight.iter().any(waits) {
        return None;
    }
    let after = value + amount.unwrap_or(0);
    let fits = match outcome {
        Outcome::Value(returned) => returned == after,
        Outcome::Unanswered => true,
        Outcome::Failed => false,
    };
    fits.then_some((after, done | 1 << op))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Timeline;

    fn says(timeline: &mut Timeline) -> bool {
        let (ops, steps) = parse(&timeline.events).unwrap();
        linearizable(&ops, &steps, Key::FIRST, 0)
    }

    /// The oracle itself, on histories whose answer is plain.
    #[test]
    fn the_oracle_knows_right_from_wrong() {
        let history = Timeline::default;
        assert!(says(history().incr_ok(0, 1).get_ok(1, 1).incr_ok(1, 2)));
        assert!(!says(history().incr_ok(0, 1).get_ok(1, 0)));
        assert!(!says(history().incr_ok(0, 1).incr_ok(1, 1)));
        assert!(says(history().incr(0).incr(1).ok(1, 1).ok(0, 2)));
        assert!(!says(history().incr(0).incr(0).ok(0, 2).ok(0, 1)));
        assert!(says(history().incr(0).info(0, 1).get_ok(1, 1)));
        assert!(!says(history().incr(0).info(0, 0).get_ok(1, 1)));
        assert!(!says(history().get_ok(1, 1).incr(0).info(0, 1)));
        assert!(says(
            history().add(0, 0, -3).add(1, 0, 5).ok(1, 2).ok(0, -3)
        ));
    }
}
