//! A second opinion: the Wing–Gong–Lowe checker of the `todc-utils` crate, on small histories.
//!
//! It knows neither pipelines nor unanswered operations, so that every operation gets a connection of its own, and one
//! without an answer returns at the very end (where it harms nothing: nobody looks at the counter any more).

use history::{Event, Key};
use todc_utils::{Action, History, Specification, WGLChecker};

use crate::oracle::{self, Outcome, Step};
use crate::random::{Plan, Rng, simulate, tamper};

#[derive(Clone, Debug)]
enum Operation {
    Incr(Option<i64>),
    Get(i64),
}

struct Counter;

impl Specification for Counter {
    type State = i64;
    type Operation = Operation;

    fn init() -> i64 {
        0
    }

    fn apply(operation: &Operation, &value: &i64) -> (bool, i64) {
        match *operation {
            Operation::Incr(None) => (true, value + 1),
            Operation::Incr(Some(returned)) => (returned == value + 1, value + 1),
            Operation::Get(returned) => (returned == value, value),
        }
    }
}

fn second_opinion(events: &[Event]) -> bool {
    let (ops, steps) = oracle::parse(events).unwrap();
    let operation = |op: usize| match (ops[op].amount, ops[op].outcome) {
        (Some(_), Outcome::Value(returned)) => Some(Operation::Incr(Some(returned))),
        (Some(_), Outcome::Unanswered) => Some(Operation::Incr(None)),
        (None, Outcome::Value(returned)) => Some(Operation::Get(returned)),
        (_, Outcome::Failed) | (None, Outcome::Unanswered) => None,
    };
    let mut actions = Vec::new();
    actions.extend(steps.iter().filter_map(|&step| match step {
        Step::Begin(op) => Some((op, Action::Call(operation(op)?))),
        Step::Return(op) => Some((op, Action::Response(operation(op)?))),
    }));
    let unanswered = (0..ops.len()).filter(|&op| ops[op].outcome == Outcome::Unanswered);
    actions.extend(unanswered.filter_map(|op| Some((op, Action::Response(operation(op)?)))));
    if actions.is_empty() {
        return true; // `from_actions` takes no empty history.
    }
    WGLChecker::<Counter>::is_linearizable(History::from_actions(actions))
}

#[test]
fn checker_oracle_and_published_checker_agree() {
    let mut rng = Rng(3);
    let mut verdicts = [0; 2];
    for number in 0..4_000 {
        let plan = Plan::small(&mut rng);
        let mut events = simulate(&plan, &mut rng);
        if number % 2 == 1 {
            tamper(&mut events, &mut rng);
        }
        let Some((ops, steps)) = oracle::parse(&events) else {
            continue;
        };
        let second = second_opinion(&events);
        assert_eq!(crate::is_ok(&events), second, "{events:#?}");
        assert_eq!(
            oracle::linearizable(&ops, &steps, Key::FIRST, 0),
            second,
            "{events:#?}"
        );
        verdicts[usize::from(second)] += 1;
    }
    assert!(verdicts.iter().all(|&count| count > 800), "{verdicts:?}");
}
