//! More and more threads: what one request costs.

use results::{AxisScale, Chart, Metric, Run, Unit};

use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Difference, Pair, Ruling, ratio_text};
use crate::system::{Cpus, REACTOR, THREADS};

pub(super) const CLAIM: Claim = Claim {
    name: "slower-with-more-threads",
    sentence: "The previous threaded code using a shared ressource is less and less efficient as the number of threads increases.",
    confirms: "processor time per request that grows by more than 10 % from 10 threads to the most, and by more than the reactor's grows with the same connections",
    refutes: "growth of less than 10 %",
    experiment: "INCR in a closed loop from 10 to 10,000 connections (to 1,000 with --quick), each with its thread, the server on one processor; the reactor under the same load is the control: what it pays too is the connections' price, not the threads'.",
    examine,
};

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let entries = [THREADS, REACTOR].map(|system| Entry {
        cpus: Cpus::One,
        ..system.into()
    });
    let connections =
        bench.quick_or_full(&[10, 100, 1_000][..], &[10, 100, 1_000, 4_000, 10_000][..]);
    let length = bench.quick_or_full("-d 400ms --warmup 0s", "-d 2s --warmup 0s --timeout 20s");
    let mut measured = Vec::new();
    for connections in connections {
        let load = format!("-c {connections} {length}");
        measured.push((
            *connections,
            bench.compare(&entries, bench.rounds().max(6), &load),
        ));
    }
    let cost = |place: usize, at: Option<&(u32, Vec<Vec<Run>>)>| {
        at.map_or_else(Vec::new, |(_, runs)| {
            figures::values(&runs[place], Metric::CpuPerRequest)
        })
    };
    let [threads, reactor] = [0, 1].map(|place| Pair {
        condition: format!(
            "{} against 10 connections",
            connections.last().unwrap_or(&10)
        ),
        reference: cost(place, measured.first()),
        candidate: cost(place, measured.last()),
    });
    let ruling = rule(&threads, &reactor);
    let mut all = Vec::new();
    for (pair, label) in [(&threads, THREADS.label), (&reactor, REACTOR.label)] {
        all.extend(figures::of_pair(
            label,
            "growth of processor time per request",
            pair,
        ));
    }
    for (connections, runs) in &measured {
        for (entry, runs) in entries.iter().zip(runs) {
            let label = entry.system.label;
            for (metric, what, unit) in [
                (
                    Metric::CpuPerRequest,
                    "processor time per request",
                    Unit::Time,
                ),
                (Metric::Throughput, "requests per second", Unit::PerSecond),
                (
                    Metric::SwitchesPerRequest,
                    "switches per request",
                    Unit::PerRequest,
                ),
            ] {
                let what = format!("{what}, {connections} connections");
                all.extend(figures::middle(
                    label,
                    &what,
                    unit,
                    &figures::values(runs, metric),
                ));
            }
        }
    }
    Evidence {
        chart: Some(chart(&measured, &ruling.answer)),
        ruling,
        figures: all,
    }
}

/// Growth that is called one: 10 %.
const GROWTH: f64 = 0.10;

/// The threads' growth decides, and the reactor's, round by round, says whose growth it is.
fn rule(threads: &Pair, reactor: &Pair) -> Ruling {
    let growths = |pair: &Pair| -> Vec<f64> {
        let rounds = pair.candidate.iter().zip(&pair.reference);
        rounds.map(|(most, few)| most / few).collect()
    };
    let beyond = Pair {
        condition: String::new(),
        reference: growths(reactor),
        candidate: growths(threads),
    };
    let answer = format!(
        "processor time per request with {}: threads {}, reactor {}",
        threads.condition,
        ratio_text(threads),
        ratio_text(reactor)
    );
    let at_most = threads
        .contrast()
        .and_then(|seen| seen.evidence)
        .map(|evidence| evidence.high.value());
    match (threads.difference(GROWTH), beyond.difference(0.05)) {
        (Difference::More, Difference::More) => Ruling::holds(answer),
        (Difference::More, _) => Ruling::depends(
            "the number of connections, not of threads: one thread with as many connections pays as well",
            answer,
        ),
        _ if at_most.is_some_and(|high| high < 1.0 + GROWTH) => Ruling::fails(answer),
        _ => Ruling {
            answer,
            ..Ruling::not_measured(
                "fewer than four runs, or too far apart to tell whether it grows by 10 %",
            )
        },
    }
}

fn chart(measured: &[(u32, Vec<Vec<Run>>)], finding: &str) -> Chart {
    let line = |place: usize, label| {
        let of = |(connections, runs): &(u32, Vec<Vec<Run>>)| {
            (
                f64::from(*connections),
                figures::values(&runs[place], Metric::CpuPerRequest),
            )
        };
        figures::series(label, &measured.iter().map(of).collect::<Vec<_>>())
    };
    Chart {
        finding: finding.to_owned(),
        caption: "Processor time of the server, user and kernel, for each request. Median of the runs; the band is from the lowest to the highest.".to_owned(),
        x: figures::axis("connections", Unit::Count, AxisScale::Log),
        y: figures::axis("processor time per request", Unit::Time, AxisScale::Linear),
        series: vec![line(0, THREADS.label), line(1, REACTOR.label)],
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn pair(factor: f64) -> Pair {
        let few = [4.0, 4.02, 3.98, 4.01];
        Pair {
            condition: "1000 against 10 connections".to_owned(),
            reference: few.to_vec(),
            candidate: few.map(|cost| cost * factor).to_vec(),
        }
    }

    #[test]
    fn growth_that_the_reactor_does_not_have_confirms() {
        assert_eq!(rule(&pair(1.5), &pair(1.0)).verdict, ClaimVerdict::Holds);
    }

    #[test]
    fn no_growth_refutes_and_a_common_one_depends() {
        assert_eq!(rule(&pair(0.9), &pair(1.0)).verdict, ClaimVerdict::Fails);
        assert_eq!(rule(&pair(1.5), &pair(1.8)).verdict.word(), "depends");
    }

    #[test]
    fn runs_around_the_limit_decide_nothing() {
        let mut near = pair(1.1);
        near.candidate = vec![3.6, 5.2, 4.0, 4.9];
        assert_eq!(rule(&near, &pair(1.0)).verdict.word(), "not measured");
        near.candidate.truncate(2);
        assert_eq!(rule(&near, &pair(1.0)).verdict.word(), "not measured");
    }
}
