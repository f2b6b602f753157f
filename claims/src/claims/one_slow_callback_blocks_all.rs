//! One request of a hundred takes ten milliseconds: what do the others wait?

mod beside;
mod curves;
mod disturber;

use results::statistics::{MIN_RUNS, median};

use self::curves::Curves;
use crate::bench::{Bench, GUEST_ROUNDS};
use crate::claim::{Claim, Evidence};
use crate::rule::{Ruling, Says, over_conditions};
use crate::system::{ASYNC, Hold, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "one-slow-callback-blocks-all",
    sentence: "a function which takes too long block every other. […] function running isolated in a thread or process have the latitude to take as long the developer see fit, without impacting the other threads or process.",
    confirms: "where nobody waits long while nobody is slow: beside 2 % of requests that take 10 ms, one of ten others waits for 5 ms or more on one thread, and fewer than one of twenty under threads, in three of four runs",
    refutes: "fewer than one of twenty on one thread, or one of ten under threads",
    experiment: "20 connections send 2,000 INCR per second on schedule; beside them others send requests that sleep, or compute, for 10 ms. \
        What is counted are the INCR alone. \
        With --full at more shares than the one that decides, and with Twisted, threads in Python and Redis beside, which have no say in the verdict.",
    examine,
};

/// Threads first, then one thread: what the verdict rests on.
const SYSTEMS: [System; 3] = [THREADS, REACTOR, ASYNC];

const GUESTS: [System; 3] = [TWISTED, PYTHON_THREADS, REDIS];

const KINDS: [(Hold, &str); 2] = [
    (Hold::Asleep, "a request that sleeps"),
    (Hold::AtWork, "a request that computes"),
];

/// The share of slow requests, in percent, that decides.
const DECIDING_PERCENT: f64 = 2.0;

/// Batches of the runs that decide. Whatever else the machine does makes everybody wait, so runs that do not tell are joined by
/// more of them.
const BATCHES: usize = 4;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let rounds = bench.rounds();
    let mut curves = Curves::measure(bench, &SYSTEMS, rounds);
    for (how, _) in KINDS {
        for _ in 1..BATCHES {
            if curves.delayed(how).says() == Says::Nothing && !bench.is_stopped() {
                curves.measure_again(bench, &SYSTEMS, rounds, how);
            }
        }
    }
    let conditions = KINDS.map(|(how, name)| (name, curves.delayed(how)));
    let ruling = rule(&conditions);
    let guests = bench.guests(&GUESTS);
    let beside = Curves::measure(bench, &guests, GUEST_ROUNDS);
    curves.stand_beside(beside);
    Evidence {
        figures: curves.figures(),
        chart: Some(curves.chart(&finding(&conditions))),
        ruling,
    }
}

/// The shares that waited long, in each run of each system: threads come first, then one thread.
#[derive(Debug, Clone)]
struct Delayed {
    /// While nobody is slow.
    before: Vec<Vec<f64>>,
    /// Beside as many slow requests as decide.
    beside: Vec<Vec<f64>>,
}

impl Delayed {
    /// The shares in the middle, under threads and on one thread.
    fn told(&self) -> [String; 2] {
        [0, 1].map(|place| {
            let runs = self.beside.get(place);
            let middle = runs.and_then(|runs| median(runs));
            middle.map_or_else(
                || results::units::NOT_MEASURED.to_owned(),
                results::units::percent,
            )
        })
    }

    fn says(&self) -> Says {
        let [threads, reactor, ..] = &self.beside[..] else {
            return Says::Nothing;
        };
        // Who waits while nobody is slow waits for something else: this machine has no time for either.
        let mut before = self.before.iter().take(2);
        if before.any(|runs| blocked(runs) == Some(true)) {
            return Says::Nothing;
        }
        match (blocked(threads), blocked(reactor)) {
            (Some(false), Some(true)) => Says::Confirms,
            (Some(true), _) | (_, Some(false)) => Says::Refutes,
            _ => Says::Nothing,
        }
    }
}

/// The title of the picture, which has one line for it.
fn finding(conditions: &[(&str, Delayed)]) -> String {
    let told = |(name, delayed): &(&str, Delayed)| {
        let [threads, reactor] = delayed.told();
        format!("{name} delays {reactor} of the others on one thread, {threads} under threads")
    };
    conditions.iter().map(told).collect::<Vec<_>>().join("; ")
}

/// Each kind of slow request is a condition.
fn rule(conditions: &[(&str, Delayed)]) -> Ruling {
    let said: Vec<_> = conditions
        .iter()
        .map(|(name, delayed)| ((*name).to_owned(), delayed.says()))
        .collect();
    let told = |(name, delayed): &(&str, Delayed)| {
        let [threads, reactor] = delayed.told();
        format!(
            "beside {name}, {reactor} of the others wait 5 ms or more on one thread and {threads} under threads"
        )
    };
    let told: Vec<String> = conditions.iter().map(told).collect();
    over_conditions("what the slow request does", &said, told.join("; "))
}

/// Whether three of four runs saw one of ten wait long; no, where they saw fewer than one of twenty; `None` of anything else.
fn blocked(delayed: &[f64]) -> Option<bool> {
    let most = |runs: usize| 4 * runs >= 3 * delayed.len();
    let many = delayed.iter().filter(|share| **share >= 0.10).count();
    let few = delayed.iter().filter(|share| **share < 0.05).count();
    match () {
        () if delayed.len() < MIN_RUNS => None,
        () if most(many) => Some(true),
        () if most(few) => Some(false),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn delayed(threads: [f64; 4], reactor: [f64; 4]) -> Delayed {
        Delayed {
            before: vec![vec![0.0; 4]; 2],
            beside: vec![threads.to_vec(), reactor.to_vec()],
        }
    }

    fn verdict(threads: [f64; 4], reactor: [f64; 4]) -> ClaimVerdict {
        rule(&[("a request that sleeps", delayed(threads, reactor))]).verdict
    }

    #[test]
    fn blocked_on_one_thread_alone_confirms() {
        assert_eq!(
            verdict([0.0, 0.01, 0.0, 0.3], [0.2, 0.21, 0.19, 0.2]),
            ClaimVerdict::Holds
        );
    }

    #[test]
    fn blocked_everywhere_or_nowhere_refutes() {
        assert_eq!(verdict([0.2; 4], [0.2; 4]), ClaimVerdict::Fails);
        assert_eq!(verdict([0.0; 4], [0.0; 4]), ClaimVerdict::Fails);
    }

    #[test]
    fn a_mixture_or_three_runs_decide_nothing() {
        assert_eq!(
            verdict([0.0; 4], [0.2, 0.2, 0.0, 0.0]).word(),
            "not measured"
        );
        let mut few = delayed([0.0; 4], [0.2; 4]);
        few.beside[1].truncate(3);
        assert_eq!(rule(&[("a", few)]).verdict.word(), "not measured");
    }

    /// All wait, beside slow requests and without them: that is no isolation that failed.
    #[test]
    fn a_machine_on_which_all_wait_anyhow_decides_nothing() {
        let mut busy = delayed([0.2; 4], [0.4; 4]);
        busy.before[0] = vec![0.2, 0.3, 0.0, 0.2];
        assert_eq!(rule(&[("a", busy)]).verdict.word(), "not measured");
    }
}
