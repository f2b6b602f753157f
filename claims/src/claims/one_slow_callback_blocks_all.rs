//! One request of a hundred takes ten milliseconds: what do the others wait?

mod beside;
mod disturber;

use results::statistics::{MIN_RUNS, median};
use results::{AxisScale, Chart, Unit};

use self::beside::Beside;
use self::disturber::Kind;
use crate::bench::{Bench, Entry, GUEST_ROUNDS};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Ruling, Says, over_conditions};
use crate::system::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "one-slow-callback-blocks-all",
    sentence: "a function which takes too long block every other. […] function running isolated in a thread or process have the latitude to take as long the developer see fit, without impacting the other threads or process.",
    confirms: "beside 2 % of requests that take 10 ms, one of ten others waits for 5 ms or more on one thread, and fewer than one of twenty under threads, in three of four runs",
    refutes: "fewer than one of twenty on one thread, or one of ten under threads",
    experiment: "20 connections send 2,000 INCR per second on schedule; beside them others send requests that sleep, or compute, for 10 ms. \
        What is counted are the INCR alone. With --full Redis stands beside, which can be asked to sleep; the verdict rests on the threads and the one thread.",
    examine,
};

const SYSTEMS: [System; 3] = [THREADS, REACTOR, ASYNC];

/// The share of slow requests, in percent, that decides.
const DECIDING_PERCENT: f64 = 2.0;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let rounds = bench.rounds();
    let percents = bench.quick_or_full(
        &[0.0, DECIDING_PERCENT][..],
        &[0.0, 0.5, 1.0, DECIDING_PERCENT, 4.0][..],
    );
    let entries = SYSTEMS.map(allowed);
    let mut asleep: Vec<Beside> = percents
        .iter()
        .map(|percent| Beside::measure(bench, &entries, rounds, Kind::Asleep, *percent))
        .collect();
    let at_work = Beside::measure(bench, &entries, rounds, Kind::AtWork, DECIDING_PERCENT);
    let sleeping = asleep
        .iter()
        .find(|beside| beside.percent == DECIDING_PERCENT)
        .map_or_else(Vec::new, Beside::delayed);
    let conditions = [
        ("a request that sleeps", sleeping),
        ("a request that computes", at_work.delayed()),
    ];
    let (ruling, of_sleep) = (rule(&conditions), rule(&conditions[..1]));
    let guests = guests(bench);
    for place in &mut asleep {
        let more = Beside::measure(bench, &guests, GUEST_ROUNDS, Kind::Asleep, place.percent);
        place.systems.extend(more.systems);
    }
    Evidence {
        figures: asleep
            .iter()
            .chain([&at_work])
            .flat_map(Beside::figures)
            .collect(),
        chart: Some(chart(&asleep, &of_sleep.answer)),
        ruling,
    }
}

/// A server that may be asked to sleep and to compute.
fn allowed(system: System) -> Entry {
    Entry {
        more: "--allow-debug".to_owned(),
        ..system.into()
    }
}

/// Redis sleeps when asked, and cannot be asked to compute; the article's servers can be asked neither.
fn guests(bench: &mut Bench<'_>) -> Vec<Entry> {
    for system in [TWISTED, PYTHON_THREADS] {
        bench.miss(
            system.label,
            "the article's server offers INCR and ECHO, and no command that sleeps or computes",
        );
    }
    let guests = bench.guests(&[REDIS]);
    if !guests.is_empty() {
        bench.miss(
            "Redis, beside requests that compute",
            "it has no such command",
        );
    }
    let may_sleep = |system: System| Entry {
        more: "--enable-debug-command local".to_owned(),
        ..system.into()
    };
    guests.into_iter().map(may_sleep).collect()
}

/// Each kind of slow request is a condition. Threads come first, then one thread; the numbers are shares that waited long.
fn rule(conditions: &[(&str, Vec<Vec<f64>>)]) -> Ruling {
    let says = |runs: &[Vec<f64>]| {
        let [threads, reactor, ..] = runs else {
            return Says::Nothing;
        };
        match (blocked(threads), blocked(reactor)) {
            (Some(false), Some(true)) => Says::Confirms,
            (Some(true), _) | (_, Some(false)) => Says::Refutes,
            _ => Says::Nothing,
        }
    };
    let said: Vec<_> = conditions
        .iter()
        .map(|(name, runs)| ((*name).to_owned(), says(runs)))
        .collect();
    let middle = |runs: Option<&Vec<f64>>| {
        let middle = runs.and_then(|runs| median(runs));
        middle.map_or_else(
            || results::units::NOT_MEASURED.to_owned(),
            results::units::percent,
        )
    };
    let told: Vec<String> = conditions
        .iter()
        .map(|(name, runs)| format!("beside {name}, {} of the others wait 5 ms or more on one thread and {} under threads", middle(runs.get(1)), middle(runs.first())))
        .collect();
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

/// P4: the isolation curve.
fn chart(asleep: &[Beside], finding: &str) -> Chart {
    let systems = asleep.first().map_or(0, |beside| beside.systems.len());
    let line = |place: usize| {
        let of = |beside: &Beside| {
            let (_, runs) = beside.systems.get(place)?;
            let p99_ns = runs.iter().map(|run| run.p99_ns).collect();
            Some((beside.percent / 100.0, p99_ns))
        };
        let label = asleep.first().map_or("", |beside| beside.systems[place].0);
        figures::series(label, &asleep.iter().filter_map(of).collect::<Vec<_>>())
    };
    Chart {
        finding: finding.to_owned(),
        caption: "The 99th percentile of requests that have nothing to wait for, against the share of requests beside them that sleep for 10 ms. Median of the runs; the band is from the lowest to the highest."
            .to_owned(),
        x: figures::axis("requests that sleep for 10 ms", Unit::Share, AxisScale::Linear),
        y: figures::axis("p99 of the others", Unit::Time, AxisScale::Log),
        series: figures::seen((0..systems).map(line)),
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn verdict(threads: [f64; 4], reactor: [f64; 4]) -> ClaimVerdict {
        let runs = vec![threads.to_vec(), reactor.to_vec()];
        rule(&[("a request that sleeps", runs)]).verdict
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
        let few = vec![vec![0.0; 3], vec![0.2; 3]];
        assert_eq!(rule(&[("a", few)]).verdict.word(), "not measured");
    }
}
