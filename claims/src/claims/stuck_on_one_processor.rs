//! Handlers that compute: does another processor help?

use std::thread;
use std::time::{Duration, Instant};

use results::statistics::{MIN_RUNS, median};
use results::{AxisScale, Chart, ChartPoint, ChartSeries, Joining, Unit};

use crate::bench::{Bench, Entry, Stage};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::peer::Peer;
use crate::rule::{Ruling, Says, over_conditions};
use crate::system::{ASYNC, ASYNC_MULTI, REACTOR, THREADS};

pub(super) const CLAIM: Claim = Claim {
    name: "stuck-on-one-processor",
    sentence: "this model does not automatically takes advantage of the multiple core or processors available on the host: there is only one thread in one process, which is stuck on only one processor.",
    confirms: "never more than one processor at work for the cooperative server, in no run, while the threads keep 1.2 or more at work",
    refutes: "1.2 processors at work, or more",
    experiment: "Eight connections send WORK 1000 (a millisecond of processor time), each as soon as it was answered, to a server that may use all processors: \
        the milliseconds of work that were done in a millisecond. Whoever else is busy on the machine makes it less, never more.",
    examine,
};

const CONNECTIONS: usize = 8;

/// Processor time of one request.
const WORK_S: f64 = 0.001;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if processors < 2 {
        return Evidence::none("this machine has one processor");
    }
    let time = bench.quick_or_full(Duration::from_millis(300), Duration::from_secs(1));
    let systems = [THREADS, REACTOR, ASYNC, ASYNC_MULTI];
    let entries = systems.map(|system| Entry {
        more: "--allow-debug".to_owned(),
        ..system.into()
    });
    let rates = bench.each(&entries, bench.rounds(), |stage| {
        answers_per_second(stage, time)
    });
    let at_work: Vec<AtWork> = systems
        .iter()
        .zip(rates)
        .map(|(system, rates)| AtWork {
            label: system.label,
            processors: rates.iter().map(|rate| rate * WORK_S).collect(),
        })
        .filter(|system| !system.processors.is_empty())
        .collect();
    let ruling = match at_work.split_first() {
        Some((threads, cooperative)) => rule(threads, cooperative),
        None => Ruling::not_measured("no server could be measured"),
    };
    let figure = |system: &AtWork| {
        let what = format!("processors at work, of {processors}");
        figures::middle(system.label, &what, Unit::PerRequest, &system.processors)
    };
    Evidence {
        chart: Some(chart(&at_work, &ruling.answer)),
        figures: at_work.iter().filter_map(figure).collect(),
        ruling,
    }
}

/// Processors that a server kept at work, a number for each run.
struct AtWork {
    label: &'static str,
    processors: Vec<f64>,
}

impl AtWork {
    /// In the run with the most.
    fn most(&self) -> f64 {
        self.processors.iter().copied().fold(0.0, f64::max)
    }
}

fn answers_per_second(stage: &mut Stage<'_>, time: Duration) -> Result<f64, String> {
    let peers: Result<Vec<Peer>, _> = (0..CONNECTIONS)
        .map(|_| Peer::connect(stage.server.port))
        .collect();
    let peers = peers.map_err(|error| format!("the server could not be reached: {error}"))?;
    let start = Instant::now();
    let answers: Vec<std::io::Result<u64>> = thread::scope(|scope| {
        let work = |mut peer: Peer| {
            let mut answers = 0;
            while start.elapsed() < time {
                peer.ask("WORK 1000")?;
                answers += 1;
            }
            Ok(answers)
        };
        let threads: Vec<_> = peers
            .into_iter()
            .map(|peer| scope.spawn(move || work(peer)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Ok(0)))
            .collect()
    });
    let answers: std::io::Result<u64> = answers.into_iter().sum();
    let answers = answers.map_err(|error| format!("the server did not answer WORK: {error}"))?;
    Ok(answers as f64 / start.elapsed().as_secs_f64())
}

/// More than one, beyond the error of the clocks.
const MORE_THAN_ONE: f64 = 1.05;

/// More than one, beyond doubt: one run with so many is proof, for nothing can make it more than it was.
const SEVERAL: f64 = 1.2;

/// So much of one processor was to be had: a server that got less shows nothing by staying below one.
const NEARLY_ONE: f64 = 0.8;

/// The threads show that there is a second processor to be had; then each cooperative server is a condition.
fn rule(threads: &AtWork, cooperative: &[AtWork]) -> Ruling {
    let all = std::iter::once(threads).chain(cooperative);
    let told: Vec<String> = all
        .map(|of| format!("{} {:.2}", of.label, of.most()))
        .collect();
    let answer = format!("processors at work, at most: {}", told.join("; "));
    if threads.processors.len() < MIN_RUNS || threads.most() < SEVERAL {
        return Ruling {
            answer,
            ..Ruling::not_measured(
                "not even threads got more than one processor: the others were busy",
            )
        };
    }
    let says = |of: &AtWork| match of.most() {
        _ if of.processors.len() < MIN_RUNS => Says::Nothing,
        most if most >= SEVERAL => Says::Refutes,
        most if (NEARLY_ONE..=MORE_THAN_ONE).contains(&most) => Says::Confirms,
        _ => Says::Nothing,
    };
    let conditions: Vec<_> = cooperative
        .iter()
        .map(|of| (of.label.to_owned(), says(of)))
        .collect();
    over_conditions(
        "how many threads run the callbacks or tasks",
        &conditions,
        answer,
    )
}

fn chart(at_work: &[AtWork], finding: &str) -> Chart {
    let point = |(place, of): (usize, &AtWork)| ChartSeries {
        label: of.label.to_owned(),
        joined: Joining::Apart,
        points: median(&of.processors)
            .and_then(|middle| {
                ChartPoint::new(place as f64, middle, figures::range(&of.processors))
            })
            .into_iter()
            .collect(),
    };
    Chart {
        finding: finding.to_owned(),
        caption: "Milliseconds of work done in a millisecond, for eight connections that ask for work without a pause. Median of the runs; whiskers from the least to the most.".to_owned(),
        x: figures::axis("", Unit::Count, AxisScale::Names { names: at_work.iter().map(|of| of.label.to_owned()).collect() }),
        y: figures::axis("processors at work", Unit::PerRequest, AxisScale::Linear),
        series: at_work.iter().enumerate().map(point).collect(),
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn at_work(label: &'static str, processors: f64) -> AtWork {
        AtWork {
            label,
            processors: vec![processors; 4],
        }
    }

    #[test]
    fn one_at_most_confirms_where_threads_have_more() {
        assert_eq!(
            rule(&at_work("threads", 1.9), &[at_work("reactor", 0.98)]).verdict,
            ClaimVerdict::Holds
        );
        assert_eq!(
            rule(&at_work("threads", 1.9), &[at_work("reactor", 1.9)]).verdict,
            ClaimVerdict::Fails
        );
        let both = rule(
            &at_work("threads", 1.9),
            &[at_work("reactor", 0.9), at_work("async", 1.9)],
        );
        assert_eq!(
            both.verdict.reason(),
            Some("how many threads run the callbacks or tasks: so with reactor; not with async")
        );
    }

    #[test]
    fn a_machine_without_room_decides_nothing() {
        assert_eq!(
            rule(&at_work("threads", 1.0), &[at_work("reactor", 0.5)])
                .verdict
                .word(),
            "not measured"
        );
        assert_eq!(
            rule(&at_work("threads", 1.9), &[at_work("reactor", 1.1)])
                .verdict
                .word(),
            "not measured"
        );
        let few = AtWork {
            label: "reactor",
            processors: vec![0.9; 3],
        };
        assert_eq!(
            rule(&at_work("threads", 1.9), &[few]).verdict.word(),
            "not measured"
        );
    }
}
