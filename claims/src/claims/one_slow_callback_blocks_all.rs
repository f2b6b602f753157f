//! One request of a hundred takes ten milliseconds: what do the others wait?

mod disturber;

use results::statistics::{MIN_RUNS, median};
use results::{AxisScale, Chart, Figure, Metric, Unit};

use self::disturber::{Disturber, Kind};
use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Ruling, Says, over_conditions};
use crate::system::{ASYNC, REACTOR, System, THREADS};

pub(super) const CLAIM: Claim = Claim {
    name: "one-slow-callback-blocks-all",
    sentence: "a function which takes too long block every other. […] function running isolated in a thread or process have the latitude to take as long the developer see fit, without impacting the other threads or process.",
    confirms: "beside 2 % of requests that take 10 ms, one of ten others waits for 5 ms or more on one thread, and fewer than one of twenty under threads, in three of four runs",
    refutes: "fewer than one of twenty on one thread, or one of ten under threads",
    experiment: "20 connections send 2,000 INCR per second on schedule; beside them others send requests that sleep, or compute, for 10 ms. \
        What is counted are the INCR alone.",
    examine,
};

const SYSTEMS: [System; 3] = [THREADS, REACTOR, ASYNC];

const RATE_PER_S: f64 = 2_000.0;

/// Half of what the slow requests take: who waits longer waits for them.
const LONG_NS: u64 = 5_000_000;

/// The share of slow requests, in percent, that decides.
const DECIDING_PERCENT: f64 = 2.0;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let length = bench.quick_or_full("-d 500ms --warmup 0s", "-d 1s --warmup 0s");
    let percents = bench.quick_or_full(
        &[0.0, DECIDING_PERCENT][..],
        &[0.0, 0.1, 0.3, 1.0, DECIDING_PERCENT, 4.0][..],
    );
    let mut asleep = Vec::new();
    for percent in percents {
        asleep.push((*percent, waits(bench, Kind::Asleep, *percent, length)));
    }
    let at_work = waits(bench, Kind::AtWork, DECIDING_PERCENT, length);
    let sleeping = asleep
        .iter()
        .find(|(percent, _)| *percent == DECIDING_PERCENT);
    let delayed = |systems: &[Vec<Waits>]| -> Vec<Vec<f64>> {
        systems
            .iter()
            .map(|runs| runs.iter().map(|run| run.delayed).collect())
            .collect()
    };
    let ruling = rule(&[
        (
            "a request that sleeps",
            &sleeping.map_or_else(Vec::new, |(_, runs)| delayed(runs)),
        ),
        ("a request that computes", &delayed(&at_work)),
    ]);
    let mut all = Vec::new();
    for (percent, systems) in &asleep {
        all.extend(figures_of(systems, &format!("{percent} % sleep")));
    }
    all.extend(figures_of(
        &at_work,
        &format!("{DECIDING_PERCENT} % compute"),
    ));
    Evidence {
        chart: Some(chart(&asleep, &ruling.answer)),
        ruling,
        figures: all,
    }
}

/// What the others waited in one run.
#[derive(Debug, Clone, Copy)]
struct Waits {
    /// The share that waited long.
    delayed: f64,
    p99_ns: f64,
}

fn figures_of(systems: &[Vec<Waits>], beside: &str) -> Vec<Figure> {
    let of = |(system, runs): (&System, &Vec<Waits>)| {
        let delayed: Vec<f64> = runs.iter().map(|run| run.delayed).collect();
        let p99_ns: Vec<f64> = runs.iter().map(|run| run.p99_ns).collect();
        let share = figures::middle(
            system.label,
            &format!("others that wait 5 ms or more, {beside}"),
            Unit::Share,
            &delayed,
        );
        let p99 = figures::middle(
            system.label,
            &format!("p99 of the others, {beside}"),
            Unit::Time,
            &p99_ns,
        );
        [share, p99]
    };
    SYSTEMS.iter().zip(systems).flat_map(of).flatten().collect()
}

/// The others' waits for each system, one for each run.
fn waits(bench: &mut Bench<'_>, kind: Kind, percent: f64, length: &str) -> Vec<Vec<Waits>> {
    let entries = SYSTEMS.map(|system| Entry {
        more: "--allow-debug".to_owned(),
        ..system.into()
    });
    let load = format!("-c 20 -r 2k {length}");
    bench.each(&entries, bench.rounds(), |stage| {
        let disturber = Disturber::start(stage.server.port, kind, RATE_PER_S * percent / 100.0)?;
        let run = stage.drive(&load)?;
        disturber.stop()?;
        let response = &run.latency.response;
        let long: u64 = response
            .ranges()
            .filter(|(ns, _)| *ns >= LONG_NS)
            .map(|(_, count)| count)
            .sum();
        Ok(Waits {
            delayed: long as f64 / response.count().max(1) as f64,
            p99_ns: Metric::P99.of(&run).ok_or("no request was answered")?,
        })
    })
}

/// Each kind of slow request is a condition. Threads come first, then one thread; the numbers are shares that waited long.
fn rule(conditions: &[(&str, &[Vec<f64>])]) -> Ruling {
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
fn chart(asleep: &[(f64, Vec<Vec<Waits>>)], finding: &str) -> Chart {
    let line = |place: usize, system: &System| {
        let of = |(percent, runs): &(f64, Vec<Vec<Waits>>)| {
            (
                *percent / 100.0,
                runs[place].iter().map(|run| run.p99_ns).collect(),
            )
        };
        figures::series(system.label, &asleep.iter().map(of).collect::<Vec<_>>())
    };
    Chart {
        finding: finding.to_owned(),
        caption: "The 99th percentile of requests that have nothing to wait for, against the share of requests beside them that sleep for 10 ms. Median of the runs; the band is from the lowest to the highest."
            .to_owned(),
        x: figures::axis("requests that sleep for 10 ms", Unit::Share, AxisScale::Linear),
        y: figures::axis("p99 of the others", Unit::Time, AxisScale::Log),
        series: SYSTEMS.iter().enumerate().map(|(place, system)| line(place, system)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn verdict(threads: [f64; 4], reactor: [f64; 4]) -> ClaimVerdict {
        let runs = [threads.to_vec(), reactor.to_vec()];
        rule(&[("a request that sleeps", &runs)]).verdict
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
        let few = [vec![0.0; 3], vec![0.2; 3]];
        assert_eq!(rule(&[("a", &few)]).verdict.word(), "not measured");
    }
}
