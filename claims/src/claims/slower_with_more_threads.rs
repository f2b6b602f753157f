//! More and more threads: what one request costs.

use results::statistics::MIN_RUNS;
use results::{AxisScale, Chart, Figure, Finite, Metric, Run, Unit};

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

/// Threads from which growth is counted.
const FEW: u32 = 10;

const GUESTS: [System; 4] = [ASYNC, TWISTED, PYTHON_THREADS, REDIS];

/// The guests get no more connections than this: a Python with thousands of threads is busy starting them.
const GUEST_CONNECTIONS: [u32; 3] = [FEW, 100, 1_000];

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let connections = bench.quick_or_full(
        &[FEW, 100, 1_000][..],
        &[FEW, 100, 1_000, 4_000, 10_000][..],
    );
    let length = bench.quick_or_full("-d 400ms --warmup 0s", "-d 1s --warmup 0s --timeout 20s");
    let rounds = bench.rounds().max(6);
    let entries = [THREADS, REACTOR].map(roomy);
    let mut all = measured(bench, &entries, connections, rounds, length);
    let most = most_connections(&all);
    let [threads, reactor] = [&all[0], &all[1]].map(|of| of.growth(most));
    let ruling = rule(&threads, &reactor);
    let guests: Vec<Entry> = bench
        .guests(&GUESTS)
        .into_iter()
        .map(Entry::pinned)
        .collect();
    let length = "-d 500ms --warmup 0s --timeout 20s";
    all.extend(measured(
        bench,
        &guests,
        &GUEST_CONNECTIONS,
        GUEST_ROUNDS,
        length,
    ));
    let growths = all.iter().flat_map(Measured::growths);
    Evidence {
        chart: Some(chart(&all, &ruling.answer)),
        ruling,
        figures: growths
            .chain(all.iter().flat_map(Measured::levels))
            .collect(),
    }
}

/// On one processor, and with room for ten thousand connections and for those of the load generator that look on.
fn roomy(system: System) -> Entry {
    Entry {
        more: "--max-connections 10100".to_owned(),
        ..Entry::pinned(system)
    }
}

/// The most connections with which every system has runs enough: where the machine allows no more files, that is fewer than asked.
fn most_connections(measured: &[Measured]) -> u32 {
    let is_enough = |of: &Measured, connections| of.runs(connections).len() >= MIN_RUNS;
    let places = measured.first().into_iter().flat_map(|of| &of.places);
    let numbers = places.map(|(connections, _)| *connections);
    numbers
        .filter(|connections| *connections > FEW)
        .filter(|connections| measured.iter().all(|of| is_enough(of, *connections)))
        .max()
        .unwrap_or(0)
}

/// One system: its runs with each number of connections.
struct Measured {
    label: &'static str,
    places: Vec<(u32, Vec<Run>)>,
}

fn measured(
    bench: &mut Bench<'_>,
    entries: &[Entry],
    connections: &[u32],
    rounds: u32,
    length: &str,
) -> Vec<Measured> {
    let nothing_yet = |entry: &Entry| Measured {
        label: entry.system.label,
        places: Vec::new(),
    };
    let mut measured: Vec<Measured> = entries.iter().map(nothing_yet).collect();
    for connections in connections {
        let runs = bench.compare(entries, rounds, &format!("-c {connections} {length}"));
        for (of, runs) in measured.iter_mut().zip(runs) {
            of.places.push((*connections, runs));
        }
    }
    measured
}

impl Measured {
    fn runs(&self, connections: u32) -> &[Run] {
        let mut places = self.places.iter();
        let place = places.find(|(number, _)| *number == connections);
        place.map_or(&[], |(_, runs)| runs)
    }

    /// Processor time per request with so many connections against that with ten.
    fn growth(&self, most: u32) -> Pair {
        let cost = |connections| figures::values(self.runs(connections), Metric::CpuPerRequest);
        Pair {
            condition: format!("{most} against {}", figures::connections(FEW)),
            reference: cost(FEW),
            candidate: cost(most),
        }
    }

    /// The growth to the most connections that it had, and the slope: what ten times as many bring, by the ends of the line.
    fn growths(&self) -> Vec<Figure> {
        let most = most_connections(std::slice::from_ref(self));
        let growth = self.growth(most);
        let whole = figures::of_pair(self.label, "growth of processor time per request", &growth);
        let decades = (f64::from(most) / f64::from(FEW)).log10();
        let slope = whole.as_ref().and_then(|whole| {
            let root = |ratio: Finite| ratio.value().powf(decades.recip());
            let what = "growth of processor time per request, for ten times the connections";
            let slope = Figure::new(self.label, what, Unit::Ratio, root(whole.value))?;
            let slope = slope.of_runs(whole.runs as usize);
            let (low, high) = whole.interval?;
            Some(slope.between(root(low), root(high)))
        });
        whole.into_iter().chain(slope).collect()
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

/// Air between the two intervals: 5 %.
const BEYOND: f64 = 0.05;

/// The threads' growth decides, and the reactor's says whose growth it is: the two differ where their intervals lie apart. Servers
/// with few connections and with many are started in rounds of their own, so no growth of a round could be compared.
fn rule(threads: &Pair, reactor: &Pair) -> Ruling {
    let interval = |pair: &Pair| {
        let evidence = pair.contrast()?.evidence?;
        Some((evidence.low.value(), evidence.high.value()))
    };
    let (of_threads, of_reactor) = (interval(threads), interval(reactor));
    let is_beyond = of_threads
        .zip(of_reactor)
        .is_some_and(|((low, _), (_, high))| low > (1.0 + BEYOND) * high);
    let answer = format!(
        "processor time per request with {}: threads {}, reactor {}",
        threads.condition,
        ratio_text(threads),
        ratio_text(reactor)
    );
    match (threads.difference(GROWTH), is_beyond) {
        (Difference::More, true) => Ruling::holds(answer),
        (Difference::More, _) => Ruling::depends(
            "the number of connections, not of threads: one thread with as many connections pays as well",
            answer,
        ),
        _ if of_threads.is_some_and(|(_, high)| high < 1.0 + GROWTH) => Ruling::fails(answer),
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

    fn measured(runs_at_most: usize) -> Measured {
        let runs = |count| vec![results::example::closed_loop("a"); count];
        Measured {
            label: "a",
            places: vec![(FEW, runs(4)), (100, runs(4)), (1_000, runs(runs_at_most))],
        }
    }

    #[test]
    fn growth_is_counted_to_where_every_system_came() {
        assert_eq!(most_connections(&[measured(4), measured(4)]), 1_000);
        assert_eq!(most_connections(&[measured(4), measured(3)]), 100);
        let mut nowhere = measured(4);
        nowhere.places.truncate(1);
        assert_eq!(
            most_connections(&[nowhere]),
            0,
            "ten against ten is no growth"
        );
    }

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
