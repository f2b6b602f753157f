//! Two requests of a hundred take ten milliseconds: how long do the others wait?

mod isolation;
mod slow_clients;

use results::statistics::{MIN_RUNS, median};
use results::units;

use self::isolation::Isolation;
use crate::systems::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, Slow, System, THREADS, TWISTED};
use crate::{
    CONTEXT_ROUNDS, Claim, Conclusion, Conditions, Evidence, Experiment, Indication, figures,
};

pub(super) const CLAIM: Claim = Claim {
    name: "one-slow-callback-blocks-all",
    sentence: "a function which takes too long block every other. […] function running isolated in a thread or process have the latitude to take as long the developer see fit, without impacting the other threads or process.",
    confirms: "beside 2 % of requests that take 10 ms, one of ten others waits 5 ms or more on one thread, and fewer than one of twenty under threads, in three of four runs; and without slow requests no one waits that long",
    refutes: "fewer than one of twenty on one thread, or one of ten under threads",
    experiment: "20 connections send 2,000 INCR per second on schedule; beside them others send requests that sleep, or compute, for 10 ms. \
        Only the INCR are counted. \
        With --full, more shares than the one that decides are measured, and Twisted, threads in Python and Redis are shown for context, without influence on the verdict.",
    examine,
};

/// Threads first, then one thread: the verdict rests on these.
const SYSTEMS: [System; 3] = [THREADS, REACTOR, ASYNC];

const CONTEXT: [System; 3] = [TWISTED, PYTHON_THREADS, REDIS];

const KINDS: [(Slow, &str); 2] = [
    (Slow::Sleeps, "a request that sleeps"),
    (Slow::Computes, "a request that computes"),
];

/// The share of slow requests, in percent, that decides.
const DECIDING_PERCENT: f64 = 2.0;

/// Batches of the runs that decide. Other programs make every request wait, so undecided runs are joined by more.
const BATCHES: usize = 4;

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let rounds = experiment.rounds();
    let mut isolation = Isolation::measure(experiment, &SYSTEMS, rounds);
    for (kind, _) in KINDS {
        for _ in 1..BATCHES {
            let undecided = isolation.delays(kind).indication() == Indication::Undecided;
            if undecided && !experiment.is_stopped() {
                isolation.measure_again(experiment, &SYSTEMS, rounds, kind);
            }
        }
    }
    let conditions = KINDS.map(|(kind, name)| (name, isolation.delays(kind)));
    let context = experiment.context(&CONTEXT);
    isolation.add(Isolation::measure(experiment, &context, CONTEXT_ROUNDS));
    Evidence {
        figures: isolation.figures(),
        chart: Some(isolation.chart(&finding(&conditions))),
        conclusion: rule(&conditions),
    }
}

/// The shares that waited long, in each run of each system: threads first, then one thread.
#[derive(Debug, Clone)]
struct Delays {
    /// Without slow requests.
    without: Vec<Vec<f64>>,
    /// Beside the share of slow requests that decides.
    beside: Vec<Vec<f64>>,
}

impl Delays {
    /// The median shares, under threads and on one thread.
    fn texts(&self) -> [String; 2] {
        [0, 1].map(|place| {
            let share = self.beside.get(place).and_then(|runs| median(runs));
            figures::or_not_measured(share.map(units::percent))
        })
    }

    fn indication(&self) -> Indication {
        let [threads, reactor, ..] = &self.beside[..] else {
            return Indication::Undecided;
        };
        // Requests that wait without slow ones wait for something else: this machine has no time for either.
        let mut without = self.without.iter().take(2);
        if without.any(|runs| blocked(runs) == Some(true)) {
            return Indication::Undecided;
        }
        match (blocked(threads), blocked(reactor)) {
            (Some(false), Some(true)) => Indication::Confirms,
            (Some(true), _) | (_, Some(false)) => Indication::Refutes,
            _ => Indication::Undecided,
        }
    }
}

/// The title of the picture, which has one line for it.
fn finding(conditions: &[(&str, Delays)]) -> String {
    let text = |(name, delays): &(&str, Delays)| {
        let [threads, reactor] = delays.texts();
        format!("{name} delays {reactor} of the others on one thread, {threads} under threads")
    };
    figures::list(conditions.iter().map(text))
}

/// Each kind of slow request is a condition.
fn rule(conditions: &[(&str, Delays)]) -> Conclusion {
    let text = |(name, delays): &(&str, Delays)| {
        let [threads, reactor] = delays.texts();
        format!(
            "beside {name}, {reactor} of the others wait 5 ms or more on one thread and {threads} under threads"
        )
    };
    let answer = figures::list(conditions.iter().map(text));
    let conditions = conditions.iter();
    Conditions::new(conditions.map(|(name, delays)| (*name, delays.indication())))
        .conclude("what the slow request does", answer)
}

/// Whether in three of four runs one of ten waited long; `Some(false)` where fewer than one of twenty did; else `None`.
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

    fn delays(threads: [f64; 4], reactor: [f64; 4]) -> Delays {
        Delays {
            without: vec![vec![0.0; 4]; 2],
            beside: vec![threads.to_vec(), reactor.to_vec()],
        }
    }

    fn verdict(threads: [f64; 4], reactor: [f64; 4]) -> ClaimVerdict {
        rule(&[("a request that sleeps", delays(threads, reactor))]).verdict
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
        let mut few = delays([0.0; 4], [0.2; 4]);
        few.beside[1].truncate(3);
        assert_eq!(rule(&[("a", few)]).verdict.word(), "not measured");
    }

    /// All wait, with slow requests and without: that says nothing about isolation.
    #[test]
    fn a_machine_on_which_all_wait_anyway_decides_nothing() {
        let mut busy = delays([0.2; 4], [0.4; 4]);
        busy.without[0] = vec![0.2, 0.3, 0.0, 0.2];
        assert_eq!(rule(&[("a", busy)]).verdict.word(), "not measured");
    }
}
