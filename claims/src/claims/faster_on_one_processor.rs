//! Threads against one thread, both on one processor.

use results::{AxisScale, Chart, Figure, Metric, Run, Unit};

use crate::bench::{Bench, Entry, GUEST_ROUNDS};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Difference, Pair, Ruling, Says, over_conditions, ratio_text};
use crate::system::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "faster-on-one-processor",
    sentence: "This has two advantages over the thread model: it is safer and faster on one processor.",
    confirms: "more requests per second by more than 5 % from one thread with one poll, at every number of connections",
    refutes: "as many or fewer",
    experiment: "Both servers, ours in Rust and the article's in Python, pinned to one processor, the load to the others; INCR in a closed loop from a few to many connections, and at one rate in an open loop. \
        The verdict is on requests per second; processor time per request, the median and the 99th percentile stand beside it. With --full so do tasks of one thread and Redis, with 50 connections.",
    examine,
};

/// Connections with which the article's servers and the guests are tried.
const SOME: u32 = 50;

const GUESTS: [System; 2] = [ASYNC, REDIS];

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let entries = [THREADS, REACTOR].map(Entry::pinned);
    let connections = bench.quick_or_full(&[1, SOME, 500][..], &[1, 8, SOME, 200, 1000][..]);
    let length = bench.quick_or_full("-d 400ms --warmup 100ms", "-d 1s --warmup 100ms");
    let rounds = bench.rounds();
    let measured: Vec<Measured> = connections
        .iter()
        .map(|connections| {
            let runs = bench.compare(&entries, rounds, &format!("-c {connections} {length}"));
            (*connections, runs)
        })
        .collect();
    let some = format!("-c {SOME} {length}");
    let in_python = [PYTHON_THREADS, TWISTED].map(Entry::pinned);
    let in_python = bench.compare(&in_python, rounds, &some);
    let open = bench.compare(
        &entries,
        rounds,
        &format!("{some} -r 10k --arrival poisson"),
    );
    let guests: Vec<Entry> = bench
        .guests(&GUESTS)
        .into_iter()
        .map(Entry::pinned)
        .collect();
    let guest_runs = bench.compare(&guests, GUEST_ROUNDS, &some);

    let ruling = rule(&throughputs(&measured, &in_python));
    let mut all = ratios(&measured, &in_python, &open);
    for (entry, runs) in guests.iter().zip(&guest_runs) {
        all.extend(levels(entry.system.label, runs));
    }
    if let Some((_, runs)) = measured
        .iter()
        .find(|(connections, _)| *connections == SOME)
    {
        all.extend(levels(THREADS.label, &runs[0]));
        all.extend(levels(REACTOR.label, &runs[1]));
    }
    all.extend(levels(PYTHON_THREADS.label, &in_python[0]));
    all.extend(levels(TWISTED.label, &in_python[1]));
    Evidence {
        chart: Some(chart(&measured)),
        ruling,
        figures: all,
    }
}

/// A number of connections, and the runs of the threads and of the reactor.
type Measured = (u32, Vec<Vec<Run>>);

/// The pairs that decide: ours with each number of connections, and the article's.
fn throughputs(measured: &[Measured], in_python: &[Vec<Run>]) -> Vec<Pair> {
    let ours = measured
        .iter()
        .map(|(connections, runs)| pair(*connections, runs, Metric::Throughput));
    let python = Pair {
        condition: format!("{SOME} connections in Python"),
        ..pair(SOME, in_python, Metric::Throughput)
    };
    ours.chain((!python.candidate.is_empty()).then_some(python))
        .collect()
}

/// The reactor's numbers over the threads'.
fn ratios(measured: &[Measured], in_python: &[Vec<Run>], open: &[Vec<Run>]) -> Vec<Figure> {
    const OURS: &str = "reactor / threads";
    let mut all = Vec::new();
    let mut add = |system, metric, pair: Pair| {
        all.extend(figures::of_pair(system, name(metric), &pair));
    };
    for (connections, runs) in measured {
        for metric in LEVELS {
            add(OURS, metric, pair(*connections, runs, metric));
        }
    }
    for metric in LEVELS {
        add(
            "Twisted / Python threads",
            metric,
            pair(SOME, in_python, metric),
        );
    }
    for metric in [Metric::P50, Metric::P99] {
        let condition = format!("{SOME} connections, 10 000/s");
        add(
            OURS,
            metric,
            Pair {
                condition,
                ..pair(SOME, open, metric)
            },
        );
    }
    all
}

const LEVELS: [Metric; 4] = [
    Metric::Throughput,
    Metric::CpuPerRequest,
    Metric::P50,
    Metric::P99,
];

/// One system's own numbers.
fn levels(label: &str, runs: &[Run]) -> Vec<Figure> {
    let figure = |metric| {
        let what = format!("{}, {SOME} connections", name(metric));
        let unit = match metric {
            Metric::Throughput => Unit::PerSecond,
            _ => Unit::Time,
        };
        figures::middle(label, &what, unit, &figures::values(runs, metric))
    };
    LEVELS.into_iter().filter_map(figure).collect()
}

fn name(metric: Metric) -> &'static str {
    match metric {
        Metric::CpuPerRequest => "processor time per request",
        Metric::Throughput => "requests per second",
        other => other.title(),
    }
}

/// The reactor's numbers against the threads'.
fn pair(connections: u32, runs: &[Vec<Run>], metric: Metric) -> Pair {
    Pair {
        condition: figures::connections(connections),
        reference: figures::values(&runs[0], metric),
        candidate: figures::values(&runs[1], metric),
    }
}

/// More requests per second confirm; as many or fewer refute.
///
/// One connection leaves a server idle half of the time, so its figure is the least steady: it may refute, or not tell. Either
/// way the claim depends on the number of connections as long as many of them confirm, so the verdict does not rest on it.
fn rule(throughput: &[Pair]) -> Ruling {
    let says = |pair: &Pair| {
        let evidence = pair.contrast().and_then(|seen| seen.evidence);
        match (pair.difference(0.05), evidence) {
            (Difference::More, _) => Says::Confirms,
            (_, Some(evidence)) if evidence.high.value() < 1.05 => Says::Refutes,
            _ => Says::Nothing,
        }
    };
    let conditions: Vec<_> = throughput
        .iter()
        .map(|pair| (pair.condition.clone(), says(pair)))
        .collect();
    let told: Vec<String> = throughput
        .iter()
        .map(|pair| format!("{} with {}", ratio_text(pair), pair.condition))
        .collect();
    over_conditions(
        "the number of connections",
        &conditions,
        format!(
            "requests per second, reactor over threads: {}",
            told.join("; ")
        ),
    )
}

/// What the picture shows, in a line: the fewest connections and the most.
fn finding(measured: &[Measured]) -> String {
    let told = |(connections, runs): &Measured| {
        let pair = pair(*connections, runs, Metric::Throughput);
        format!("{} with {}", ratio_text(&pair), pair.condition)
    };
    let ends = [measured.first(), measured.last()].into_iter().flatten();
    format!(
        "requests per second, one thread over many: {}",
        ends.map(told).collect::<Vec<_>>().join(", ")
    )
}

fn chart(measured: &[Measured]) -> Chart {
    let line = |place: usize, label| {
        let of = |(connections, runs): &Measured| {
            (
                f64::from(*connections),
                figures::values(&runs[place], Metric::Throughput),
            )
        };
        figures::series(label, &measured.iter().map(of).collect::<Vec<_>>())
    };
    Chart {
        finding: finding(measured),
        caption: "Requests per second in a closed loop, the server on one processor. Median of the runs; the band is from the lowest to the highest.".to_owned(),
        x: figures::axis("connections", Unit::Count, AxisScale::Log),
        y: figures::axis("requests per second", Unit::PerSecond, AxisScale::Linear),
        series: vec![line(0, THREADS.label), line(1, REACTOR.label)],
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn pair(condition: &str, factor: f64) -> Pair {
        let threads = [100.0, 101.0, 99.0, 100.5];
        Pair {
            condition: condition.to_owned(),
            reference: threads.to_vec(),
            candidate: threads.map(|rate| rate * factor).to_vec(),
        }
    }

    #[test]
    fn faster_everywhere_confirms_and_nowhere_refutes() {
        assert_eq!(
            rule(&[pair("a", 1.3), pair("b", 1.2)]).verdict,
            ClaimVerdict::Holds
        );
        assert_eq!(
            rule(&[pair("a", 0.8), pair("b", 1.0)]).verdict,
            ClaimVerdict::Fails
        );
    }

    #[test]
    fn faster_with_some_depends_on_how_many() {
        let ruling = rule(&[pair("1 connection", 0.9), pair("500 connections", 1.4)]);
        assert_eq!(
            ruling.verdict.reason(),
            Some("the number of connections: so with 500 connections; not with 1 connection")
        );
    }

    #[test]
    fn one_connection_that_does_not_tell_changes_no_verdict() {
        let mut unsteady = pair("1 connection", 1.0);
        unsteady.candidate = vec![80.0, 115.0, 95.0, 108.0];
        let refuting = [pair("1 connection", 0.9), pair("500 connections", 1.4)];
        let silent = [unsteady, pair("500 connections", 1.4)];
        assert_eq!(rule(&refuting).verdict.word(), "depends");
        assert_eq!(rule(&silent).verdict.word(), "depends");
    }

    #[test]
    fn three_runs_decide_nothing() {
        let mut few = pair("a", 2.0);
        few.candidate.truncate(3);
        assert_eq!(rule(&[few]).verdict.word(), "not measured");
    }
}
