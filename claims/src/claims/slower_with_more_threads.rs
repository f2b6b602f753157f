//! More and more threads: what one request costs.

use results::{AxisScale, Chart, Figure, Metric, Run, Unit};

use crate::bench::{Bench, Entry, GUEST_ROUNDS};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Difference, Pair, Ruling, ratio_text};
use crate::system::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "slower-with-more-threads",
    sentence: "The previous threaded code using a shared ressource is less and less efficient as the number of threads increases.",
    confirms: "processor time per request that grows by more than 10 % from 10 threads to the most, and by more than the reactor's grows with the same connections",
    refutes: "growth of less than 10 %",
    experiment: "INCR in a closed loop from 10 to 10,000 connections (to 1,000 with --quick), each with its thread, the server on one processor; the reactor under the same load is the control: what it pays too is the connections' price, not the threads'. \
        Beside them, with --full and up to 1,000 connections, tasks of one thread, the article's own servers in Python, and Redis; they have no say in the verdict.",
    examine,
};

const GUESTS: [System; 4] = [ASYNC, TWISTED, PYTHON_THREADS, REDIS];

/// The guests get no more connections than this: a Python with thousands of threads is busy starting them.
const GUEST_CONNECTIONS: [u32; 3] = [10, 100, 1_000];

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let connections =
        bench.quick_or_full(&[10, 100, 1_000][..], &[10, 100, 1_000, 4_000, 10_000][..]);
    let length = bench.quick_or_full("-d 400ms --warmup 0s", "-d 1s --warmup 0s --timeout 20s");
    let rounds = bench.rounds().max(6);
    let mut all = measured(bench, &[THREADS, REACTOR], connections, rounds, length);
    let [threads, reactor] = [&all[0], &all[1]].map(Measured::growth);
    let ruling = rule(&threads, &reactor);
    let guests = bench.guests(&GUESTS);
    let length = "-d 500ms --warmup 0s --timeout 20s";
    all.extend(measured(
        bench,
        &guests,
        &GUEST_CONNECTIONS,
        GUEST_ROUNDS,
        length,
    ));
    let what = "growth of processor time per request";
    let growths = all
        .iter()
        .filter_map(|of| figures::of_pair(of.label, what, &of.growth()));
    Evidence {
        chart: Some(chart(&all, &ruling.answer)),
        ruling,
        figures: growths
            .chain(all.iter().flat_map(Measured::levels))
            .collect(),
    }
}

/// One system: its runs with each number of connections.
struct Measured {
    label: &'static str,
    places: Vec<(u32, Vec<Run>)>,
}

fn measured(
    bench: &mut Bench<'_>,
    systems: &[System],
    connections: &[u32],
    rounds: u32,
    length: &str,
) -> Vec<Measured> {
    let entries: Vec<Entry> = systems.iter().copied().map(Entry::pinned).collect();
    let nothing_yet = |system: &System| Measured {
        label: system.label,
        places: Vec::new(),
    };
    let mut measured: Vec<Measured> = systems.iter().map(nothing_yet).collect();
    for connections in connections {
        let runs = bench.compare(&entries, rounds, &format!("-c {connections} {length}"));
        for (of, runs) in measured.iter_mut().zip(runs) {
            of.places.push((*connections, runs));
        }
    }
    measured
}

impl Measured {
    /// Processor time per request with the most connections against that with the fewest.
    fn growth(&self) -> Pair {
        let cost = |place: Option<&(u32, Vec<Run>)>| {
            place.map_or_else(Vec::new, |(_, runs)| {
                figures::values(runs, Metric::CpuPerRequest)
            })
        };
        let connections = |place: Option<&(u32, Vec<Run>)>| place.map_or(0, |(number, _)| *number);
        let (few, most) = (self.places.first(), self.places.last());
        Pair {
            condition: format!(
                "{} against {}",
                connections(most),
                figures::connections(connections(few))
            ),
            reference: cost(few),
            candidate: cost(most),
        }
    }

    /// What was measured at each place. A server that does not count its own switches has none here.
    fn levels(&self) -> Vec<Figure> {
        const LEVELS: [(Metric, &str, Unit); 3] = [
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
        ];
        let of = |(connections, runs): &(u32, Vec<Run>)| {
            LEVELS.map(|(metric, what, unit)| {
                let what = format!("{what}, {}", figures::connections(*connections));
                figures::middle(self.label, &what, unit, &figures::values(runs, metric))
            })
        };
        self.places.iter().flat_map(of).flatten().collect()
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

fn chart(measured: &[Measured], finding: &str) -> Chart {
    let line = |of: &Measured| {
        let cost = |(connections, runs): &(u32, Vec<Run>)| {
            (
                f64::from(*connections),
                figures::values(runs, Metric::CpuPerRequest),
            )
        };
        figures::series(of.label, &of.places.iter().map(cost).collect::<Vec<_>>())
    };
    // An interpreter takes ten times as long: beside it ours would be one line at the bottom.
    let scale = match measured.len() {
        0..=2 => AxisScale::Linear,
        _ => AxisScale::Log,
    };
    Chart {
        finding: finding.to_owned(),
        caption: "Processor time of the server, user and kernel, for each request. Median of the runs; the band is from the lowest to the highest.".to_owned(),
        x: figures::axis("connections", Unit::Count, AxisScale::Log),
        y: figures::axis("processor time per request", Unit::Time, scale),
        series: figures::seen(measured.iter().map(line)),
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
