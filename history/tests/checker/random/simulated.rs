//! A true counter behind connections that pipeline, stall, refuse and break: every history it makes is linearizable.

use std::collections::VecDeque;
use std::num::NonZeroI64;

use history::{Call, Event, EventKind};

use crate::timeline::{Timeline, key};

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Amounts {
    /// One amount in a history.
    One,
    /// Every operation its own.
    Mixed,
}

/// A history to make.
pub(crate) struct Plan {
    pub(crate) start: i64,
    pub(crate) operations: usize,
    pub(crate) keys: usize,
    connections: usize,
    depth: usize,
    reads_percent: usize,
    losses_percent: usize,
    amounts: Vec<i64>,
}

impl Plan {
    pub(crate) fn random(rng: &mut Rng, amounts: Amounts) -> Self {
        let amounts = match amounts {
            Amounts::One => vec![[1, 1, 1, 5, -2][rng.below(5)]],
            Amounts::Mixed => vec![1, 2, 5, -1],
        };
        Self {
            start: [0, 0, 0, 100, -4][rng.below(5)],
            operations: 1 + rng.below(60),
            keys: [1, 1, 3][rng.below(3)],
            connections: 1 + rng.below(5),
            depth: 1 + rng.below(4),
            reads_percent: [0, 20, 50][rng.below(3)],
            losses_percent: [0, 0, 2, 8][rng.below(4)],
            amounts,
        }
    }

    /// A plan for a history of a few operations at depth 1, each on a connection of its own.
    pub(crate) fn small(rng: &mut Rng) -> Self {
        Self {
            operations: 1 + rng.below(8),
            depth: 1,
            start: 0,
            keys: 1,
            amounts: vec![1],
            ..Self::random(rng, Amounts::One)
        }
    }
}

/// A request on its way.
#[derive(Clone, Copy)]
struct Request {
    key: usize,
    /// `None`: GET.
    amount: Option<i64>,
    /// Once it was executed.
    answer: Option<i64>,
}

impl Request {
    fn random(plan: &Plan, rng: &mut Rng) -> Self {
        let amount = plan.amounts[rng.below(plan.amounts.len())];
        Self {
            key: rng.below(plan.keys),
            amount: (!rng.chance(plan.reads_percent)).then_some(amount),
            answer: None,
        }
    }

    fn call(&self) -> Call {
        let key = key(self.key as u32);
        match self.amount.and_then(NonZeroI64::new) {
            Some(amount) => Call::Add { key, amount },
            None => Call::get(key),
        }
    }

    fn execute(&mut self, values: &mut [i64]) {
        values[self.key] += self.amount.unwrap_or(0);
        self.answer = Some(values[self.key]);
    }
}

/// Makes a history.
pub(crate) fn simulate(plan: &Plan, rng: &mut Rng) -> Vec<Event> {
    let mut timeline = Timeline::default();
    for number in 0..plan.keys {
        timeline.declare(number as u32, plan.start);
    }
    let mut values = vec![plan.start; plan.keys];
    let mut begun = 0;
    let mut in_flight = vec![VecDeque::<Request>::new(); plan.connections];
    // Requests whose connection broke but which the server holds already.
    let mut orphans = Vec::<Request>::new();

    while begun < plan.operations || in_flight.iter().any(|requests| !requests.is_empty()) {
        if !orphans.is_empty() && rng.chance(15) {
            let orphan = rng.below(orphans.len());
            orphans.swap_remove(orphan).execute(&mut values);
        }
        let on = rng.below(plan.connections);
        let requests = &mut in_flight[on];
        match rng.below(3) {
            0 if begun < plan.operations && requests.len() < plan.depth => {
                begun += 1;
                let request = Request::random(plan, rng);
                timeline.push(on as u32, EventKind::Invoke(request.call()));
                requests.push_back(request);
            }
            1 => {
                if let Some(next) = requests.iter_mut().find(|request| request.answer.is_none()) {
                    next.execute(&mut values);
                }
            }
            _ if rng.chance(plan.losses_percent) => {
                // The first `whole` were written; those of them that the server had not executed it may yet execute.
                let executed = requests
                    .iter()
                    .filter(|request| request.answer.is_some())
                    .count();
                let whole = executed + rng.below(requests.len() - executed + 1);
                orphans.extend(requests.drain(..).take(whole).skip(executed));
                timeline.info(on as u32, whole as u32);
            }
            _ => match requests.front().map(|request| request.answer) {
                Some(Some(answer)) => {
                    timeline.ok(on as u32, answer);
                    requests.pop_front();
                }
                Some(None) if rng.chance(3) => {
                    timeline.fail(on as u32);
                    requests.pop_front();
                }
                _ => {}
            },
        }
    }
    timeline.events
}
