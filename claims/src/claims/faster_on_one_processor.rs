//! Threads against one thread, both on one processor.

use loadgen::config::Warmup;
use std::time::Duration;

use results::{Arrival, AxisScale, Chart, Figure, Metric, Run, Unit};

use crate::systems::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};
use crate::{
    CONTEXT_ROUNDS, Claim, Conclusion, Conditions, Difference, Evidence, Experiment, Indication,
    Level, Pair, Sweep, figures, load_for_ms,
};

pub(super) const CLAIM: Claim = Claim {
    name: "faster-on-one-processor",
    sentence: "This has two advantages over the thread model: it is safer and faster on one processor.",
    confirms: "more requests per second by more than 5 % from one thread with one poll, at every number of connections",
    refutes: "as many or fewer",
    experiment: "Both servers, ours in Rust and the article's in Python, pinned to one processor, the load to the others; INCR in a closed loop from a few to many connections, and at one rate in an open loop. \
        The verdict is on requests per second; processor time per request, the median and the 99th percentile are shown with it. With --full, tasks of one thread and Redis are shown too, with 50 connections.",
    examine,
};

/// Connections with which the article's servers and the context systems are tried.
const SOME: u32 = 50;

const CONTEXT: [System; 2] = [ASYNC, REDIS];

const OURS: &str = "reactor / threads";

const LEVELS: [Level<Run>; 4] = [
    Level::THROUGHPUT,
    Level::CPU_PER_REQUEST,
    Level::new("p50", Unit::Time, |run| Metric::P50.of(run)),
    Level::new("p99", Unit::Time, |run| Metric::P99.of(run)),
];

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let connections = experiment.quick_or_full(&[1, SOME, 500][..], &[1, 8, SOME, 200, 1000][..]);
    let load = load_for_ms(experiment.quick_or_full(400, 1_000))
        .warmup(Warmup::Fixed(Duration::from_millis(100)));
    let open_load = load.clone().rate_per_s(10_000.0).arrival(Arrival::Poisson);
    let rounds = experiment.rounds();
    let ours = [THREADS, REACTOR].map(System::on_one_processor);
    let article = [PYTHON_THREADS, TWISTED].map(System::on_one_processor);
    let context = experiment.context(&CONTEXT.map(System::on_one_processor));
    let closed = Sweep::of_runs(experiment, &ours, connections, rounds, &load);
    let python = Sweep::of_runs(experiment, &article, &[SOME], rounds, &load);
    let open = Sweep::of_runs(experiment, &ours, &[SOME], rounds, &open_load);
    let context = Sweep::of_runs(experiment, &context, &[SOME], CONTEXT_ROUNDS, &load);

    let mut all: Vec<Figure> = Vec::new();
    for connections in connections {
        all.extend(ratios(&closed, *connections, OURS));
    }
    all.extend(ratios(&python, SOME, "Twisted / Python threads"));
    for level in &LEVELS[2..] {
        let what = format!("{}, {SOME} connections, 10 000/s", level.what);
        all.extend(Sweep::pair(&open, SOME, level.of).ratio_figure(OURS, &what));
    }
    for sweep in context.iter().chain(&closed).chain(&python) {
        all.extend(sweep.figures_at(SOME, &LEVELS));
    }
    let mut pairs: Vec<Pair> = connections
        .iter()
        .map(|connections| Sweep::pair(&closed, *connections, Level::THROUGHPUT.of))
        .collect();
    let chart = chart(&closed, &pairs);
    let in_python = Pair {
        condition: format!("{SOME} connections in Python"),
        ..Sweep::pair(&python, SOME, Level::THROUGHPUT.of)
    };
    if !in_python.candidate.is_empty() {
        pairs.push(in_python);
    }
    Evidence {
        chart: Some(chart),
        conclusion: rule(&pairs),
        figures: all,
    }
}

/// The numbers of the second system over those of the first.
fn ratios(sweeps: &[Sweep<Run>], connections: u32, systems: &str) -> Vec<Figure> {
    let ratio =
        |level: &Level<Run>| Sweep::pair(sweeps, connections, level.of).figure(systems, level.what);
    LEVELS.iter().filter_map(ratio).collect()
}

/// More requests per second confirm; as many or fewer refute.
///
/// One connection leaves a server idle half of the time, so its figure is the least steady: it may refute or be undecided. As
/// long as many connections confirm, the claim depends on their number either way, so the verdict does not rest on it.
fn rule(throughput: &[Pair]) -> Conclusion {
    let indication = |pair: &Pair| match (pair.difference(0.05), pair.interval()) {
        (Difference::More, _) => Indication::Confirms,
        (_, Some((_, high))) if high < 1.05 => Indication::Refutes,
        _ => Indication::Undecided,
    };
    let ratios = Pair::list(throughput);
    let answer = format!("requests per second, reactor over threads: {ratios}");
    Conditions::of_pairs(throughput, indication).conclude("the number of connections", answer)
}

fn chart(sweeps: &[Sweep<Run>], pairs: &[Pair]) -> Chart {
    let ends = [pairs.first(), pairs.last()].into_iter().flatten();
    let ratios = Pair::list(ends).replace("; ", ", ");
    figures::chart(
        &format!("requests per second, one thread over many: {ratios}"),
        "Requests per second in a closed loop, the server on one processor. Median of the runs; the band is from the lowest to the highest.",
        figures::axis("connections", Unit::Count, AxisScale::Log),
        figures::axis("requests per second", Unit::PerSecond, AxisScale::Linear),
        sweeps.iter().map(|sweep| sweep.line(Level::THROUGHPUT.of)),
    )
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
        let conclusion = rule(&[pair("1 connection", 0.9), pair("500 connections", 1.4)]);
        assert_eq!(
            conclusion.verdict.reason(),
            Some("the number of connections: holds with 500 connections; fails with 1 connection")
        );
    }

    #[test]
    fn one_undecided_connection_changes_no_verdict() {
        let mut unsteady = pair("1 connection", 1.0);
        unsteady.candidate = vec![80.0, 115.0, 95.0, 108.0];
        let refuting = [pair("1 connection", 0.9), pair("500 connections", 1.4)];
        let undecided = [unsteady, pair("500 connections", 1.4)];
        assert_eq!(rule(&refuting).verdict.word(), "depends");
        assert_eq!(rule(&undecided).verdict.word(), "depends");
    }

    #[test]
    fn three_runs_decide_nothing() {
        let mut few = pair("a", 2.0);
        few.candidate.truncate(3);
        assert_eq!(rule(&[few]).verdict.word(), "not measured");
    }
}
