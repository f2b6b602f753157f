//! Handlers that compute: does another processor help?

mod work_done;

use std::thread;

use results::{AxisScale, Chart, ChartSeries, Unit};

use self::work_done::{ONE, WorkDone, most, work_done};
use crate::figures::or_not_measured;
use crate::systems::{
    ASYNC, ASYNC_MULTI, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED,
};
use crate::{
    CONTEXT_ROUNDS, Claim, Conclusion, Conditions, Evidence, Experiment, Indication, figures,
};

pub(super) const CLAIM: Claim = Claim {
    name: "stuck-on-one-processor",
    sentence: "this model does not automatically takes advantage of the multiple core or processors available on the host: there is only one thread in one process, which is stuck on only one processor.",
    confirms: "all processors instead of one make the cooperative server quicker by less than a fifth, or never was a second of its threads ready; and no run keeps more than one processor at work for it, while the threads gain more",
    refutes: "a gain of a fifth or more, with the work of 1.2 processors or more",
    experiment: "At least eight connections, two for each processor, send WORK 5000: five milliseconds of processor time. (The client takes some hundredths of a millisecond for a request, so it may share the processors.) \
        Each connection sends the next request after a reply, to a server that may use one processor and to one that may use all, in turns. The speed-up is the rate with all over the rate with one. Other programs make a run \
        slower, never quicker, so the verdict looks at the quickest run of each, and at how many threads of the server ran or were ready to run. With --full, Twisted, threads in Python and Redis are shown for context, without influence on the verdict.",
    examine,
};

/// Threads first: they show that there is a second processor to use.
const DECIDING: [System; 4] = [THREADS, REACTOR, ASYNC, ASYNC_MULTI];

const CONTEXT: [System; 3] = [TWISTED, PYTHON_THREADS, REDIS];

/// Batches of runs in which a server may get what it can use; a busy machine needs more than one.
const BATCHES: usize = 4;

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if processors < 2 {
        return Evidence::none("this machine has one processor");
    }
    let rounds = experiment.rounds();
    let mut measured = work_done(experiment, &DECIDING, rounds);
    for _ in 1..BATCHES {
        for of in &mut measured {
            if !experiment.is_stopped() && of.indication() == Indication::Undecided {
                let more = work_done(experiment, &[of.system], rounds);
                more.into_iter().for_each(|more| of.add(more));
            }
        }
    }
    let conclusion = match measured.split_first() {
        Some((threads, cooperative)) => rule(threads, cooperative),
        None => Conclusion::not_measured("no server could be measured"),
    };
    let context = experiment.context(&CONTEXT);
    measured.extend(work_done(experiment, &context, CONTEXT_ROUNDS));
    measured.retain(|of| of.speed_up().is_some());
    let figures = measured.iter().flat_map(|of| of.figures(processors));
    Evidence {
        figures: figures.collect(),
        chart: Some(chart(&measured, processors, &conclusion.answer)),
        conclusion,
    }
}

/// The threads show that there is a second processor to use; then each cooperative server is a condition.
fn rule(threads: &WorkDone, cooperative: &[WorkDone]) -> Conclusion {
    let all = || std::iter::once(threads).chain(cooperative);
    let text = |of: &WorkDone| {
        let speed_up = of.speed_up().map(|speed_up| format!("{speed_up:.2}×"));
        format!("{} {}", of.system.label, or_not_measured(speed_up))
    };
    let texts = figures::list(all().map(text));
    let answer = format!("speed-up from one processor to all, of the quickest runs: {texts}");
    if all().any(|of| most(&of.one) > ONE) {
        let why = "a server on one processor did the work of more: its clock is wrong";
        return Conclusion::not_measured(why).with_answer(answer);
    }
    if threads.indication() != Indication::Refutes {
        let why = "not even threads got more than one processor: the others were busy";
        return Conclusion::not_measured(why).with_answer(answer);
    }
    let conditions = cooperative.iter();
    let conditions = conditions.map(|of| (of.system.label, of.indication()));
    Conditions::new(conditions).conclude("how many threads run the callbacks or tasks", answer)
}

/// The speed-ups by name, under the line that would be perfect.
fn chart(measured: &[WorkDone], processors: usize, finding: &str) -> Chart {
    let system = |(place, of): (usize, &WorkDone)| -> ChartSeries {
        figures::points(of.system.label, [of.pair().point(place)])
    };
    let perfect = format!("{processors} processors");
    let perfect = figures::bound(&perfect, processors as f64, measured.len());
    figures::chart(
        finding,
        "Requests that compute for five milliseconds: how many times as many a server answers in a second that may use all processors as one that may use one. Ratio of the medians; whiskers: 95 % interval. \
            The dotted line is the number of processors: what lies beyond it was disturbed by other programs.",
        figures::names(measured.iter().map(|of| of.system.label)),
        figures::axis("speed-up", Unit::Ratio, AxisScale::Linear),
        measured.iter().enumerate().map(system).chain([perfect]),
    )
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::work_done::Work;
    use super::*;

    fn done(system: System, one: f64, all: f64) -> WorkDone {
        WorkDone {
            system,
            one: runs(one, None),
            all: runs(all, None),
        }
    }

    fn runs(processors: f64, ready: Option<f64>) -> Vec<Work> {
        let work = |processors| Work { processors, ready };
        [0.7, 1.0, 1.0, 1.0]
            .map(|part| work(part * processors))
            .to_vec()
    }

    fn verdict(threads: f64, cooperative: &[WorkDone]) -> ClaimVerdict {
        rule(&done(THREADS, 0.97, threads), cooperative).verdict
    }

    #[test]
    fn no_gain_confirms_where_threads_gain() {
        let stuck = done(REACTOR, 0.97, 0.98);
        assert_eq!(verdict(1.9, &[stuck]), ClaimVerdict::Holds);
    }

    #[test]
    fn a_gain_refutes_and_of_one_alone_it_depends() {
        let gains = done(ASYNC_MULTI, 0.97, 1.9);
        assert_eq!(
            verdict(1.9, std::slice::from_ref(&gains)),
            ClaimVerdict::Fails
        );
        assert_eq!(
            verdict(1.9, &[done(REACTOR, 0.9, 0.95), gains]).reason(),
            Some(
                "how many threads run the callbacks or tasks: holds with reactor; fails with async, all processors"
            )
        );
    }

    /// Other programs disturbed it on one processor; with two it found a free one. That is a gain without a second processor at work.
    #[test]
    fn a_server_that_was_disturbed_decides_nothing() {
        for (one, all) in [(0.5, 0.97), (0.9, 0.5), (0.9, 1.1)] {
            let disturbed = done(REACTOR, one, all);
            assert_eq!(verdict(1.9, &[disturbed]).word(), "not measured");
        }
    }

    /// On a busy machine the work shows nothing, but it does show something that no second thread was ready.
    #[test]
    fn a_disturbed_server_with_one_ready_thread_confirms_and_with_two_decides_nothing() {
        let disturbed = |ready| WorkDone {
            all: runs(0.6, Some(ready)),
            ..done(REACTOR, 0.4, 0.6)
        };
        assert_eq!(verdict(1.9, &[disturbed(0.99)]), ClaimVerdict::Holds);
        assert_eq!(verdict(1.9, &[disturbed(1.9)]).word(), "not measured");
        assert_eq!(verdict(1.9, &[disturbed(0.5)]).word(), "not measured");
    }

    #[test]
    fn a_machine_without_room_a_wrong_clock_or_three_runs_decide_nothing() {
        let stuck = || done(REACTOR, 0.97, 0.97);
        assert_eq!(verdict(1.0, &[stuck()]).word(), "not measured");
        let beyond = done(REACTOR, 1.5, 0.97);
        assert_eq!(verdict(1.9, &[beyond]).word(), "not measured");
        let mut few = stuck();
        few.all.truncate(3);
        assert_eq!(verdict(1.9, &[few]).word(), "not measured");
    }
}
