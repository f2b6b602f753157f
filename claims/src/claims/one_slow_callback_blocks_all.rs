//! One request of a hundred takes ten milliseconds: what do the others wait?

mod disturber;

use results::{AxisScale, Chart, Metric, Unit};

use self::disturber::{Disturber, Kind};
use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Ruling, Says, over_conditions};
use crate::system::{ASYNC, REACTOR, System, THREADS};

pub(super) const CLAIM: Claim = Claim {
    name: "one-slow-callback-blocks-all",
    sentence: "a function which takes too long block every other. […] function running isolated in a thread or process have the latitude to take as long the developer see fit, without impacting the other threads or process.",
    confirms: "with 1 % of the requests taking 10 ms, the others' 99th percentile is 5 ms or more on one thread, and less under threads, in three of four runs",
    refutes: "less than 5 ms on one thread, or 5 ms and more under threads",
    experiment: "20 connections send 2,000 INCR per second on schedule; beside them others send requests that sleep, or compute, for 10 ms. \
        The 99th percentile is of the INCR alone.",
    examine,
};

const SYSTEMS: [System; 3] = [THREADS, REACTOR, ASYNC];

const RATE_PER_S: f64 = 2_000.0;

/// Half of what the slow requests take: who waits longer waits for them.
const BLOCKED_NS: f64 = 5e6;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let length = bench.quick_or_full("-d 500ms --warmup 0s", "-d 4s --warmup 500ms");
    let percents = bench.quick_or_full(&[0.0, 1.0][..], &[0.0, 0.1, 0.3, 1.0, 2.0, 4.0][..]);
    let mut asleep = Vec::new();
    for percent in percents {
        asleep.push((*percent, p99(bench, Kind::Asleep, *percent, length)));
    }
    let at_work = p99(bench, Kind::AtWork, 1.0, length);
    let sleeping = asleep.iter().find(|(percent, _)| *percent == 1.0);
    let conditions = [
        (
            "a request that sleeps",
            sleeping.map_or(&[][..], |(_, runs)| runs),
        ),
        ("a request that computes", &at_work),
    ];
    let ruling = rule(&conditions);
    let mut all = Vec::new();
    for (percent, runs) in &asleep {
        for (system, runs) in SYSTEMS.iter().zip(runs) {
            all.extend(figures::middle(
                system.label,
                &format!("p99 of the others, {percent} % sleep"),
                Unit::Time,
                runs,
            ));
        }
    }
    for (system, runs) in SYSTEMS.iter().zip(&at_work) {
        all.extend(figures::middle(
            system.label,
            "p99 of the others, 1 % compute",
            Unit::Time,
            runs,
        ));
    }
    Evidence {
        chart: Some(chart(&asleep, &ruling.answer)),
        ruling,
        figures: all,
    }
}

/// The others' 99th percentile for each system, a number for each run.
fn p99(bench: &mut Bench<'_>, kind: Kind, percent: f64, length: &str) -> Vec<Vec<f64>> {
    let entries = SYSTEMS.map(|system| Entry {
        more: "--allow-debug".to_owned(),
        ..system.into()
    });
    let load = format!("-c 20 -r 2k {length}");
    bench.each(&entries, bench.rounds(), |stage| {
        let disturber = Disturber::start(stage.server.port, kind, RATE_PER_S * percent / 100.0)?;
        let run = stage.drive(&load)?;
        disturber.stop()?;
        Metric::P99
            .of(&run)
            .ok_or_else(|| "no request was answered".to_owned())
    })
}

/// Each kind of slow request is a condition. Threads come first, then those with one thread.
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
    let median = |runs: Option<&Vec<f64>>| {
        let median = runs.and_then(|runs| results::statistics::median(runs));
        median.map_or_else(
            || results::units::NOT_MEASURED.to_owned(),
            results::units::time_of,
        )
    };
    let told: Vec<String> = conditions
        .iter()
        .map(|(name, runs)| {
            format!(
                "beside {name} p99 is {} on one thread and {} under threads",
                median(runs.get(1)),
                median(runs.first())
            )
        })
        .collect();
    over_conditions("what the slow request does", &said, told.join("; "))
}

/// Whether three of four runs waited for the slow requests; `None` of a mixture, or of fewer than four.
fn blocked(p99_ns: &[f64]) -> Option<bool> {
    let waited = p99_ns.iter().filter(|p99| **p99 >= BLOCKED_NS).count();
    match p99_ns.len() {
        0..4 => None,
        runs if 4 * waited >= 3 * runs => Some(true),
        runs if 4 * waited <= runs => Some(false),
        _ => None,
    }
}

/// P4: the isolation curve.
fn chart(asleep: &[(f64, Vec<Vec<f64>>)], finding: &str) -> Chart {
    let line = |place: usize, system: &System| {
        let of = |(percent, runs): &(f64, Vec<Vec<f64>>)| (*percent / 100.0, runs[place].clone());
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

    fn verdict(threads_ns: [f64; 4], reactor_ns: [f64; 4]) -> ClaimVerdict {
        let runs = [threads_ns.to_vec(), reactor_ns.to_vec()];
        rule(&[("a request that sleeps", &runs)]).verdict
    }

    #[test]
    fn blocked_on_one_thread_alone_confirms() {
        assert_eq!(
            verdict([2e5, 3e5, 2e5, 9e6], [9e6, 9.5e6, 9e6, 1e7]),
            ClaimVerdict::Holds
        );
    }

    #[test]
    fn blocked_everywhere_or_nowhere_refutes() {
        assert_eq!(verdict([9e6; 4], [9e6; 4]), ClaimVerdict::Fails);
        assert_eq!(verdict([2e5; 4], [2e5; 4]), ClaimVerdict::Fails);
    }

    #[test]
    fn a_mixture_or_three_runs_decide_nothing() {
        assert_eq!(
            verdict([2e5; 4], [9e6, 9e6, 2e5, 2e5]).word(),
            "not measured"
        );
        let few = [vec![2e5; 3], vec![9e6; 3]];
        assert_eq!(rule(&[("a", &few)]).verdict.word(), "not measured");
    }
}
