//! Random histories of up to 60 operations of a true counter, half of them tampered with, checked by both.

use history::{Conclusion, Event};

use crate::oracle::{self, Op};
use crate::timeline::key;

mod simulated;
mod tampered;

pub(crate) use simulated::{Amounts, Plan, Rng, simulate};
pub(crate) use tampered::tamper;

/// What the comparison met.
#[derive(Debug, Default)]
struct Tally {
    right: u64,
    wrong: u64,
    unknown: u64,
    most_operations: usize,
    with_unanswered: u64,
}

impl Tally {
    /// Compares both checks on one history.
    fn compare(&mut self, events: &[Event], ops: &[Op], steps: &[oracle::Step], plan: &Plan) {
        let right = |number| oracle::linearizable(ops, steps, key(number as u32), plan.start);
        let expected = (0..plan.keys).all(right);
        match crate::checker(events).conclusion() {
            Conclusion::Ok => assert!(expected, "checked ok, but it is wrong: {events:#?}"),
            Conclusion::Wrong => assert!(!expected, "checked wrong, but it is right: {events:#?}"),
            Conclusion::Unknown(_) => {
                let amounts = || ops.iter().filter_map(|op| op.amount);
                assert!(
                    amounts().min() != amounts().max(),
                    "unknown, with one amount only: {events:#?}"
                );
                self.unknown += 1;
                return;
            }
        }
        match expected {
            true => self.right += 1,
            false => self.wrong += 1,
        }
        self.most_operations = self.most_operations.max(ops.len());
        let unanswered = ops
            .iter()
            .any(|op| op.outcome == oracle::Outcome::Unanswered);
        self.with_unanswered += u64::from(unanswered);
    }
}

fn compare(seed: u64, histories: u64, amounts: Amounts) -> Tally {
    let mut tally = Tally::default();
    let mut rng = Rng(seed);
    for number in 0..histories {
        let plan = Plan::random(&mut rng, amounts);
        let mut events = simulate(&plan, &mut rng);
        if number % 2 == 1 {
            tamper(&mut events, &mut rng);
        }
        if let Some((ops, steps)) = oracle::parse(&events) {
            tally.compare(&events, &ops, &steps, &plan);
        }
    }
    tally
}

/// How many histories: some thousands, or as many as the environment asks for.
fn histories(usual: u64) -> u64 {
    let asked = std::env::var("HISTORIES").ok();
    asked.map_or(usual, |number| {
        number.parse().expect("HISTORIES is a number")
    })
}

#[test]
fn checker_and_oracle_agree_on_random_histories() {
    let histories = histories(6_000);
    let tally = compare(1, histories, Amounts::One);
    println!("{histories} histories: {tally:?}");
    let checked = tally.right + tally.wrong;
    assert!(checked * 100 >= histories * 95, "{tally:?}");
    for share in [tally.right, tally.wrong] {
        assert!((30..=70).contains(&(share * 100 / checked)), "{tally:?}");
    }
    assert!(
        tally.most_operations == 60 && tally.with_unanswered * 5 > checked,
        "{tally:?}"
    );
}

/// With several amounts, positive and negative, the checker must never answer "ok" beyond what it knows.
#[test]
fn with_mixed_amounts_the_checker_says_unknown_and_never_errs() {
    let histories = histories(2_000) / 2;
    let tally = compare(2, histories, Amounts::Mixed);
    println!("{histories} histories of mixed amounts: {tally:?}");
    assert!(tally.unknown * 2 > histories, "{tally:?}");
}
