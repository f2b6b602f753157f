//! What the scheduler costs: context switches, and the time threads wait for a processor.

use loadgen::config::ConfigBuilder;
use results::{AxisScale, Chart, Run, Unit};

use crate::process_cost::ProcessCost;
use crate::systems::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};
use crate::{
    CONTEXT_ROUNDS, Claim, Conclusion, Conditions, Difference, Evidence, Experiment, Indication,
    Level, Pair, Setup, Sweep, figures, load_for_ms,
};

pub(super) const CLAIM: Claim = Claim {
    name: "scheduling-overhead",
    sentence: "The scheduling overhead does not occur with Twisted.",
    confirms: "a tenth or less of the threads' context switches for each request",
    refutes: "more than half of them",
    experiment: "INCR in a closed loop from 1, 50 and 500 connections against a thread per connection and against one thread with one poll, each pinned to one processor. Context switches are \
        the kernel's own count of the whole process, from when it listened to its end; the processor time spent in the kernel for each request, and the time spent waiting for a processor (of up to 256 threads), are shown with them. \
        With --full the same is measured on tasks of one thread, the article's own servers in Python, and Redis; the verdict rests on the first two.",
    examine,
};

const CONNECTIONS: [u32; 3] = [1, 50, 500];

/// Threads first, then one thread: the verdict rests on these.
const DECIDING: [System; 2] = [THREADS, REACTOR];

const CONTEXT: [System; 4] = [ASYNC, TWISTED, PYTHON_THREADS, REDIS];

/// What the scheduler and the kernel did for one request.
#[derive(Debug, Clone, Copy)]
struct Cost {
    switches: f64,
    kernel_ns: f64,
    /// Ready to run without a processor, over all threads; unknown of very many threads.
    waiting_ns: Option<f64>,
}

const SWITCHES: Level<Cost> = Level::new("switches per request", Unit::PerRequest, |cost| {
    Some(cost.switches)
});

const LEVELS: [Level<Cost>; 3] = [
    SWITCHES,
    Level::new("kernel time per request", Unit::Time, |cost| {
        Some(cost.kernel_ns)
    }),
    Level::new("wait for a processor per request", Unit::Time, |cost| {
        cost.waiting_ns
    }),
];

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    // Switches are counted one by one, so a short run shows as many for each request as a long one.
    let load = load_for_ms(experiment.quick_or_full(300, 700));
    let rounds = experiment.rounds();
    let deciding = DECIDING.map(System::on_one_processor);
    let costs =
        |experiment: &mut Experiment<'_>, setups: &[Setup], rounds, load: &ConfigBuilder| {
            Sweep::measure(experiment, setups, &CONNECTIONS, rounds, load, cost)
        };
    let mut sweeps = costs(experiment, &deciding, rounds, &load);
    let pairs = CONNECTIONS.map(|connections| Sweep::pair(&sweeps, connections, SWITCHES.of));
    let conclusion = rule(&pairs);
    let context = experiment.context(&CONTEXT.map(System::on_one_processor));
    sweeps.extend(costs(
        experiment,
        &context,
        CONTEXT_ROUNDS,
        &load_for_ms(500),
    ));
    let figures = sweeps.iter().flat_map(|sweep| sweep.figures(&LEVELS));
    Evidence {
        figures: figures.collect(),
        chart: Some(chart(&sweeps, &conclusion.answer)),
        conclusion,
    }
}

fn cost(run: Run, process: Option<ProcessCost>) -> Option<Cost> {
    let (requests, process) = (run.totals.completed as f64, process?);
    let waiting_ns = run.server_cost.and_then(|cost| cost.run_queue_wait_ns);
    Some(Cost {
        switches: process.switches as f64 / requests,
        kernel_ns: process.kernel.as_nanos() as f64 / requests,
        waiting_ns: waiting_ns.map(|ns| ns as f64 / requests),
    })
}

/// At most a tenth of the switches confirms, more than half of them refutes; anything between is undecided.
fn rule(switches: &[Pair]) -> Conclusion {
    let indication = |pair: &Pair| {
        let (Some(ratio), Some((low, high))) = (pair.ratio(), pair.interval()) else {
            return Indication::Undecided;
        };
        match pair.difference(0.05) {
            Difference::Less if high <= 0.1 => Indication::Confirms,
            _ if low > 0.5 && ratio > 0.5 => Indication::Refutes,
            _ => Indication::Undecided,
        }
    };
    let ratios = Pair::list(switches);
    let answer = format!("context switches per request, reactor over threads: {ratios}");
    Conditions::of_pairs(switches, indication)
        .conclude("how many requests are ready at once", answer)
}

fn chart(sweeps: &[Sweep<Cost>], finding: &str) -> Chart {
    figures::chart(
        finding,
        "Context switches of the server for each request, on one processor. With one connection every server can only wait for the next request.",
        figures::axis("connections", Unit::Count, AxisScale::Log),
        figures::axis("switches per request", Unit::PerRequest, AxisScale::Log),
        sweeps.iter().map(|sweep| sweep.line(SWITCHES.of)),
    )
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn pair(condition: &str, factor: f64) -> Pair {
        let threads = [1.0, 1.01, 0.99, 1.005];
        Pair {
            condition: condition.to_owned(),
            reference: threads.to_vec(),
            candidate: threads.map(|rate| rate * factor).to_vec(),
        }
    }

    #[test]
    fn a_tenth_confirms_and_as_many_refute() {
        assert_eq!(
            rule(&[pair("a", 0.01), pair("b", 0.05)]).verdict,
            ClaimVerdict::Holds
        );
        assert_eq!(
            rule(&[pair("a", 1.0), pair("b", 0.9)]).verdict,
            ClaimVerdict::Fails
        );
        assert_eq!(
            rule(&[pair("a", 1.0), pair("b", 0.02)]).verdict.word(),
            "depends"
        );
    }

    #[test]
    fn a_quarter_decides_nothing() {
        assert_eq!(rule(&[pair("a", 0.25)]).verdict.word(), "not measured");
        assert_eq!(rule(&[]).verdict.word(), "not measured");
    }
}
