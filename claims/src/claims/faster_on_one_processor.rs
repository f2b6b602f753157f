//! Threads against one thread, both on one processor.

use results::{AxisScale, Chart, Metric, Run, Unit};

use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Difference, Pair, Ruling, Says, over_conditions, ratio_text};
use crate::system::{Cpus, PYTHON_THREADS, REACTOR, THREADS, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "faster-on-one-processor",
    sentence: "This has two advantages over the thread model: it is safer and faster on one processor.",
    confirms: "more requests per second by more than 5 % from one thread with one poll, at every number of connections",
    refutes: "as many or fewer",
    experiment: "Both servers, ours in Rust and the article's in Python, pinned to one processor, the load to the others; INCR in a closed loop from a few to many connections, and at one rate in an open loop. \
        The verdict is on requests per second; processor time per request and the 99th percentile stand beside it.",
    examine,
};

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let pinned = |system| Entry {
        cpus: Cpus::One,
        ..Entry::from(system)
    };
    let entries = [pinned(THREADS), pinned(REACTOR)];
    let connections = bench.quick_or_full(&[1, 50, 500][..], &[1, 8, 50, 200, 1000][..]);
    let length = bench.quick_or_full("-d 400ms --warmup 100ms", "-d 2s");
    let mut measured = Vec::new();
    for connections in connections {
        let load = format!("-c {connections} {length}");
        measured.push((*connections, bench.compare(&entries, bench.rounds(), &load)));
    }
    let python = [pinned(PYTHON_THREADS), pinned(TWISTED)];
    let in_python = bench.compare(&python, bench.rounds(), &format!("-c 50 {length}"));
    let rate = format!("-c 50 -r 10k --arrival poisson {length}");
    let open = bench.compare(&entries, bench.rounds(), &rate);

    let mut pairs: Vec<Pair> = measured
        .iter()
        .map(|(connections, runs)| pair(*connections, runs, Metric::Throughput))
        .collect();
    let python = Pair {
        condition: "50 connections in Python".to_owned(),
        ..pair(50, &in_python, Metric::Throughput)
    };
    pairs.extend((!python.candidate.is_empty()).then_some(python));
    let ruling = rule(&pairs);
    let mut all = Vec::new();
    for (connections, runs) in &measured {
        for (metric, what) in [
            (Metric::Throughput, "requests per second"),
            (Metric::CpuPerRequest, "processor time per request"),
            (Metric::P99, "p99"),
        ] {
            all.extend(figures::of_pair(
                "reactor / threads",
                what,
                &pair(*connections, runs, metric),
            ));
        }
    }
    for (metric, what) in [
        (Metric::Throughput, "requests per second"),
        (Metric::P99, "p99"),
    ] {
        all.extend(figures::of_pair(
            "Twisted / Python threads",
            what,
            &pair(50, &in_python, metric),
        ));
    }
    let at_rate = |metric| Pair {
        condition: "50 connections, 10 000/s".to_owned(),
        ..pair(50, &open, metric)
    };
    all.extend(figures::of_pair(
        "reactor / threads",
        "p50",
        &at_rate(Metric::P50),
    ));
    all.extend(figures::of_pair(
        "reactor / threads",
        "p99",
        &at_rate(Metric::P99),
    ));
    Evidence {
        chart: Some(chart(&measured, &ruling.answer)),
        ruling,
        figures: all,
    }
}

/// The reactor's numbers against the threads'.
fn pair(connections: i32, runs: &[Vec<Run>], metric: Metric) -> Pair {
    Pair {
        condition: match connections {
            1 => "1 connection".to_owned(),
            more => format!("{more} connections"),
        },
        reference: figures::values(&runs[0], metric),
        candidate: figures::values(&runs[1], metric),
    }
}

/// More requests per second confirm; as many or fewer refute.
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

fn chart(measured: &[(i32, Vec<Vec<Run>>)], finding: &str) -> Chart {
    let line = |place: usize, label| {
        let of = |(connections, runs): &(i32, Vec<Vec<Run>>)| {
            (
                f64::from(*connections),
                figures::values(&runs[place], Metric::Throughput),
            )
        };
        figures::series(label, &measured.iter().map(of).collect::<Vec<_>>())
    };
    Chart {
        finding: finding.to_owned(),
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
    fn three_runs_decide_nothing() {
        let mut few = pair("a", 2.0);
        few.candidate.truncate(3);
        assert_eq!(rule(&[few]).verdict.word(), "not measured");
    }
}
