//! More and more threads: what one request costs.

use std::time::Duration;

use loadgen::config::ConfigBuilder;
use results::statistics::MIN_RUNS;
use results::{AxisScale, Chart, Figure, Finite, Metric, Run, Unit};

use crate::systems::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};
use crate::{
    CONTEXT_ROUNDS, Claim, Conclusion, Difference, Evidence, Experiment, Level, Pair, Setup, Sweep,
    figures, load_for_ms,
};

pub(super) const CLAIM: Claim = Claim {
    name: "slower-with-more-threads",
    sentence: "The previous threaded code using a shared ressource is less and less efficient as the number of threads increases.",
    confirms: "processor time per request that grows by more than 10 % from 10 threads to the most, and by more than the reactor's grows with the same connections",
    refutes: "growth of less than 10 %",
    experiment: "INCR in a closed loop from 10 to 10,000 connections (to 1,000 with --quick), each with its thread, the server on one processor; the reactor under the same load is the control: what it pays too is the price of connections, not of threads. \
        For context, with --full and up to 1,000 connections: tasks of one thread, the article's own servers in Python, and Redis; the verdict does not look at them.",
    examine,
};

/// Threads from which growth is counted.
const FEW: u32 = 10;

const CONTEXT: [System; 4] = [ASYNC, TWISTED, PYTHON_THREADS, REDIS];

/// Context systems get no more connections than this: Python with thousands of threads is busy starting them.
const CONTEXT_CONNECTIONS: [u32; 3] = [FEW, 100, 1_000];

/// A server that does not count its own switches has none here.
const LEVELS: [Level<Run>; 3] = [
    Level::CPU_PER_REQUEST,
    Level::THROUGHPUT,
    Level::new("switches per request", Unit::PerRequest, |run| {
        Metric::SwitchesPerRequest.of(run)
    }),
];

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let connections = experiment.quick_or_full(
        &CONTEXT_CONNECTIONS[..],
        &[FEW, 100, 1_000, 4_000, 10_000][..],
    );
    let patient = |load: ConfigBuilder| load.timeout(Duration::from_secs(20));
    let load = load_for_ms(400);
    let load = experiment.quick_or_full(load, patient(load_for_ms(1_000)));
    let rounds = experiment.rounds().max(6);
    let setups = [THREADS, REACTOR].map(with_room);
    let mut sweeps = Sweep::of_runs(experiment, &setups, connections, rounds, &load);
    let most = most_connections(&sweeps);
    let [threads, reactor] = [&sweeps[0], &sweeps[1]].map(|sweep| growth(sweep, most));
    let conclusion = rule(&threads, &reactor);
    let context = experiment.context(&CONTEXT.map(System::on_one_processor));
    let load = patient(load_for_ms(500));
    let places = &CONTEXT_CONNECTIONS;
    let context = Sweep::of_runs(experiment, &context, places, CONTEXT_ROUNDS, &load);
    sweeps.extend(context);
    let levels = sweeps.iter().flat_map(|sweep| sweep.figures(&LEVELS));
    Evidence {
        chart: Some(chart(&sweeps, &conclusion.answer)),
        conclusion,
        figures: sweeps.iter().flat_map(growths).chain(levels).collect(),
    }
}

/// On one processor, with room for ten thousand connections and for the load generator's own.
fn with_room(system: System) -> Setup {
    system.on_one_processor().with("--max-connections 10100")
}

/// The most connections with which every system has enough runs: fewer than asked where the machine allows fewer open files.
fn most_connections(sweeps: &[Sweep<Run>]) -> u32 {
    let places = sweeps.first().into_iter().flat_map(|sweep| &sweep.places);
    let is_enough = |connections: &u32| {
        let mut sweeps = sweeps.iter();
        *connections > FEW && sweeps.all(|sweep| sweep.runs(*connections).len() >= MIN_RUNS)
    };
    let numbers = places.map(|(connections, _)| *connections);
    numbers.filter(is_enough).max().unwrap_or(0)
}

/// Processor time per request with this many connections against that with ten.
fn growth(sweep: &Sweep<Run>, most: u32) -> Pair {
    let condition = format!("{most} against {}", figures::connections(FEW));
    let cost = |connections| sweep.values(connections, Level::CPU_PER_REQUEST.of);
    Pair::new(condition, cost(FEW), cost(most))
}

/// The growth to the most connections that it had, and the slope: what ten times as many bring, by the ends of the line.
fn growths(sweep: &Sweep<Run>) -> Vec<Figure> {
    const WHAT: &str = "growth of processor time per request";
    let most = most_connections(std::slice::from_ref(sweep));
    let whole = growth(sweep, most).figure(sweep.label, WHAT);
    let decades = (f64::from(most) / f64::from(FEW)).log10();
    let slope = whole.as_ref().and_then(|whole| {
        let root = |ratio: Finite| ratio.value().powf(decades.recip());
        let what = format!("{WHAT}, for ten times the connections");
        let slope = Figure::new(sweep.label, what, Unit::Ratio, root(whole.value))?;
        let (low, high) = whole.interval?;
        let slope = slope.of_runs(whole.runs as usize);
        Some(slope.between(root(low), root(high)))
    });
    whole.into_iter().chain(slope).collect()
}

/// Growth that counts: 10 %.
const GROWTH: f64 = 0.10;

/// Distance between the two intervals: 5 %.
const BEYOND: f64 = 0.05;

/// The threads' growth decides, and the reactor's says whether it comes from the threads: the two differ where their intervals
/// lie apart. Servers with few connections and with many start in rounds of their own, so the growths of single rounds cannot be
/// compared.
fn rule(threads: &Pair, reactor: &Pair) -> Conclusion {
    let (of_threads, of_reactor) = (threads.interval(), reactor.interval());
    let is_beyond = of_threads
        .zip(of_reactor)
        .is_some_and(|((low, _), (_, high))| low > (1.0 + BEYOND) * high);
    let answer = format!(
        "processor time per request with {}: threads {}, reactor {}",
        threads.condition,
        threads.text(),
        reactor.text()
    );
    match (threads.difference(GROWTH), is_beyond) {
        (Difference::More, true) => Conclusion::holds(answer),
        (Difference::More, _) => Conclusion::depends(
            "the number of connections, not of threads: one thread with as many connections pays as well",
            answer,
        ),
        _ if of_threads.is_some_and(|(_, high)| high < 1.0 + GROWTH) => Conclusion::fails(answer),
        _ => Conclusion::not_measured(
            "fewer than four runs, or too far apart to tell whether it grows by 10 %",
        )
        .with_answer(answer),
    }
}

fn chart(sweeps: &[Sweep<Run>], finding: &str) -> Chart {
    // An interpreter takes ten times as long: on a linear scale ours would be one line at the bottom.
    let scale = match sweeps.len() {
        0..=2 => AxisScale::Linear,
        _ => AxisScale::Log,
    };
    figures::chart(
        finding,
        "Processor time of the server, user and kernel, for each request. Median of the runs; the band is from the lowest to the highest.",
        figures::axis("connections", Unit::Count, AxisScale::Log),
        figures::axis("processor time per request", Unit::Time, scale),
        sweeps
            .iter()
            .map(|sweep| sweep.line(Level::CPU_PER_REQUEST.of)),
    )
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn measured(runs_at_most: usize) -> Sweep<Run> {
        let runs = |count| vec![results::example::closed_loop("a"); count];
        Sweep {
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
