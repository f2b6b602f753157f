//! Handlers that compute: does another processor help?

mod at_work;

use std::thread;
use std::time::Duration;

use results::{AxisScale, Chart, ChartPoint, ChartSeries, Joining, Unit};

use self::at_work::{AtWork, ONE, at_work, most};
use crate::bench::{Bench, GUEST_ROUNDS};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Ruling, Says, over_conditions};
use crate::system::{ASYNC, ASYNC_MULTI, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "stuck-on-one-processor",
    sentence: "this model does not automatically takes advantage of the multiple core or processors available on the host: there is only one thread in one process, which is stuck on only one processor.",
    confirms: "all processors instead of one make the cooperative server quicker by less than a fifth, or never a second of its threads was ready; and in no run is more than one processor at work for it, while the threads gain more",
    refutes: "a gain of a fifth or more, with the work of 1.2 processors or more",
    experiment: "Connections, two for each processor and eight at least, send WORK 5000 (five milliseconds of processor time: what the client takes for a request, some hundredths of one, is nothing beside it, so it may share the processors), \
        each as soon as it was answered, to a server that may use one processor and to one that may use all, in turns. The speed-up is the rate with all over the rate with one. Whoever else is busy makes a run \
        slower, never quicker, so the verdict looks at the quickest run of each, and at how many threads of the server ran or were ready to. With --full Twisted, threads in Python and Redis stand beside, without a say in the verdict.",
    examine,
};

/// Threads first: they show that there is a second processor to be had.
const DECIDING: [System; 4] = [THREADS, REACTOR, ASYNC, ASYNC_MULTI];

const GUESTS: [System; 3] = [TWISTED, PYTHON_THREADS, REDIS];

/// Batches of runs in which a server may get what it can use; a busy machine needs more than one.
const BATCHES: usize = 4;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if processors < 2 {
        return Evidence::none("this machine has one processor");
    }
    let time = bench.quick_or_full(Duration::from_millis(250), Duration::from_secs(1));
    let rounds = bench.rounds();
    let mut measured = at_work(bench, &DECIDING, rounds, time);
    for _ in 1..BATCHES {
        for of in &mut measured {
            if !bench.is_stopped() && of.says() == Says::Nothing {
                at_work(bench, &[of.system], rounds, time)
                    .into_iter()
                    .for_each(|more| of.take(more));
            }
        }
    }
    let ruling = match measured.split_first() {
        Some((threads, cooperative)) => rule(threads, cooperative),
        None => Ruling::not_measured("no server could be measured"),
    };
    let guests = bench.guests(&GUESTS);
    measured.extend(at_work(bench, &guests, GUEST_ROUNDS, time));
    measured.retain(|of| of.speed_up().is_some());
    Evidence {
        chart: Some(chart(&measured, processors, &ruling.answer)),
        figures: measured
            .iter()
            .flat_map(|of| of.figures(processors))
            .collect(),
        ruling,
    }
}

/// The threads show that there is a second processor to be had; then each cooperative server is a condition.
fn rule(threads: &AtWork, cooperative: &[AtWork]) -> Ruling {
    let all = || std::iter::once(threads).chain(cooperative);
    let told = |of: &AtWork| match of.speed_up() {
        Some(speed_up) => format!("{} {speed_up:.2}×", of.system.label),
        None => format!("{} {}", of.system.label, results::units::NOT_MEASURED),
    };
    let answer = format!(
        "speed-up from one processor to all, of the quickest runs: {}",
        all().map(told).collect::<Vec<_>>().join("; ")
    );
    let not_measured = |why: &str| Ruling {
        answer: answer.clone(),
        ..Ruling::not_measured(why)
    };
    if all().any(|of| most(&of.one) > ONE) {
        return not_measured("a server on one processor did the work of more: its clock is wrong");
    }
    if threads.says() != Says::Refutes {
        return not_measured("not even threads got more than one processor: the others were busy");
    }
    let conditions: Vec<_> = cooperative
        .iter()
        .map(|of| (of.system.label.to_owned(), of.says()))
        .collect();
    over_conditions(
        "how many threads run the callbacks or tasks",
        &conditions,
        answer.clone(),
    )
}

/// The speed-ups by name, under the line that would be perfect.
fn chart(measured: &[AtWork], processors: usize, finding: &str) -> Chart {
    let point = |(place, of): (usize, &AtWork)| {
        let seen = of.pair().contrast()?;
        let interval = seen
            .evidence
            .map(|evidence| (evidence.low.value(), evidence.high.value()));
        let point = ChartPoint::new(place as f64, seen.ratio.value(), interval);
        Some(ChartSeries::new(of.system.label, Joining::Apart, point))
    };
    let ends = [-0.5, measured.len() as f64 - 0.5];
    let perfect = ChartSeries::new(
        &format!("{processors} processors"),
        Joining::Bound,
        ends.into_iter()
            .filter_map(|end| ChartPoint::new(end, processors as f64, None)),
    );
    let names = measured.iter().map(|of| of.system.label.to_owned());
    Chart {
        finding: finding.to_owned(),
        caption: "Requests that compute for five milliseconds: how many times as many are answered in a second by a server that may use all processors as by one that may use one. Ratio of the medians; whiskers: 95 % interval. \
            The dotted line is the number of processors: what lies beyond it was disturbed by other programs."
            .to_owned(),
        x: figures::axis("", Unit::Count, AxisScale::Names { names: names.collect() }),
        y: figures::axis("speed-up", Unit::Ratio, AxisScale::Linear),
        series: measured
            .iter()
            .enumerate()
            .filter_map(point)
            .chain([perfect])
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::at_work::Done;
    use super::*;

    fn at_work(system: System, one: f64, all: f64) -> AtWork {
        AtWork {
            system,
            one: done(one, None),
            all: done(all, None),
        }
    }

    fn done(work: f64, ready: Option<f64>) -> Vec<Done> {
        let done = |work| Done { work, ready };
        [0.7 * work, work, work, work].map(done).to_vec()
    }

    fn verdict(threads: f64, cooperative: &[AtWork]) -> ClaimVerdict {
        rule(&at_work(THREADS, 0.97, threads), cooperative).verdict
    }

    #[test]
    fn no_gain_confirms_where_threads_gain() {
        let stuck = at_work(REACTOR, 0.97, 0.98);
        assert_eq!(verdict(1.9, &[stuck]), ClaimVerdict::Holds);
    }

    #[test]
    fn a_gain_refutes_and_of_one_alone_it_depends() {
        let gains = at_work(ASYNC_MULTI, 0.97, 1.9);
        assert_eq!(
            verdict(1.9, std::slice::from_ref(&gains)),
            ClaimVerdict::Fails
        );
        assert_eq!(
            verdict(1.9, &[at_work(REACTOR, 0.9, 0.95), gains]).reason(),
            Some(
                "how many threads run the callbacks or tasks: so with reactor; not with async, all processors"
            )
        );
    }

    /// On one processor others were in its way; with two it found a free one. That is a gain, and no second processor at work.
    #[test]
    fn a_server_that_was_hindered_decides_nothing() {
        for (one, all) in [(0.5, 0.97), (0.9, 0.5), (0.9, 1.1)] {
            let hindered = at_work(REACTOR, one, all);
            assert_eq!(verdict(1.9, &[hindered]).word(), "not measured");
        }
    }

    /// On a machine that is busy with something else the work tells nothing, but that no second thread was ready does.
    #[test]
    fn a_hindered_server_with_one_ready_thread_confirms_and_with_two_decides_nothing() {
        let hindered = |ready| AtWork {
            all: done(0.6, Some(ready)),
            ..at_work(REACTOR, 0.4, 0.6)
        };
        assert_eq!(verdict(1.9, &[hindered(0.99)]), ClaimVerdict::Holds);
        assert_eq!(verdict(1.9, &[hindered(1.9)]).word(), "not measured");
        assert_eq!(verdict(1.9, &[hindered(0.5)]).word(), "not measured");
    }

    #[test]
    fn a_machine_without_room_a_wrong_clock_or_three_runs_decide_nothing() {
        let stuck = || at_work(REACTOR, 0.97, 0.97);
        assert_eq!(verdict(1.0, &[stuck()]).word(), "not measured");
        let beyond = at_work(REACTOR, 1.5, 0.97);
        assert_eq!(verdict(1.9, &[beyond]).word(), "not measured");
        let mut few = stuck();
        few.all.truncate(3);
        assert_eq!(verdict(1.9, &[few]).word(), "not measured");
    }
}
