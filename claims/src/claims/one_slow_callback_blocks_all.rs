//! One request of a hundred takes ten milliseconds: what do the others wait?

mod beside;
mod disturber;

use results::statistics::{MIN_RUNS, median};
use results::{AxisScale, Chart, ChartSeries, Unit};

use self::beside::Beside;
use crate::bench::{Bench, Entry, GUEST_ROUNDS};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Ruling, Says, over_conditions};
use crate::system::{ASYNC, Hold, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "one-slow-callback-blocks-all",
    sentence: "a function which takes too long block every other. […] function running isolated in a thread or process have the latitude to take as long the developer see fit, without impacting the other threads or process.",
    confirms: "beside 2 % of requests that take 10 ms, one of ten others waits for 5 ms or more on one thread, and fewer than one of twenty under threads, in three of four runs",
    refutes: "fewer than one of twenty on one thread, or one of ten under threads",
    experiment: "20 connections send 2,000 INCR per second on schedule; beside them others send requests that sleep, or compute, for 10 ms. \
        What is counted are the INCR alone. \
        With --full at more shares than the one that decides, and with Twisted, threads in Python and Redis beside, which have no say in the verdict.",
    examine,
};

/// Threads first, then one thread: what the verdict rests on.
const SYSTEMS: [System; 3] = [THREADS, REACTOR, ASYNC];

const GUESTS: [System; 3] = [TWISTED, PYTHON_THREADS, REDIS];

const KINDS: [(Hold, &str); 2] = [
    (Hold::Asleep, "a request that sleeps"),
    (Hold::AtWork, "a request that computes"),
];

/// The share of slow requests, in percent, that decides.
const DECIDING_PERCENT: f64 = 2.0;

/// Batches of runs at the share that decides. Whatever else the machine does makes everybody wait, so runs that do not tell are
/// joined by more of them.
const BATCHES: usize = 4;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let mut curves = curves(bench, &SYSTEMS, bench.rounds());
    for beside in curves
        .iter_mut()
        .flatten()
        .filter(|beside| beside.percent == DECIDING_PERCENT)
    {
        for _ in 1..BATCHES {
            if says(&beside.delayed()) == Says::Nothing && !bench.is_stopped() {
                beside.measure_again(bench, &held(&SYSTEMS), bench.rounds());
            }
        }
    }
    let ruling = rule(&conditions(&curves));
    let guests = bench.guests(&GUESTS);
    let beside = self::curves(bench, &guests, GUEST_ROUNDS);
    for (place, more) in curves
        .iter_mut()
        .flatten()
        .zip(beside.into_iter().flatten())
    {
        place.systems.extend(more.systems);
    }
    Evidence {
        figures: distinct(&curves).flat_map(Beside::figures).collect(),
        chart: Some(chart(&curves, &ruling.answer)),
        ruling,
    }
}

/// Each kind of slow request, with the shares that waited long beside as many of them as decide.
fn conditions(curves: &[Vec<Beside>]) -> Vec<(&'static str, Vec<Vec<f64>>)> {
    let deciding = |of: &Vec<Beside>| {
        let place = of.iter().find(|beside| beside.percent == DECIDING_PERCENT);
        place.map_or_else(Vec::new, Beside::delayed)
    };
    let names = KINDS.iter().map(|(_, name)| *name);
    names.zip(curves.iter().map(deciding)).collect()
}

fn held(systems: &[System]) -> Vec<Entry> {
    let entry = |system: &System| Entry::from(*system).holding();
    systems.iter().map(entry).collect()
}

/// For each kind of slow request, the others beside more and more of them.
fn curves(bench: &mut Bench<'_>, systems: &[System], rounds: u32) -> Vec<Vec<Beside>> {
    let percents = bench.quick_or_full(
        &[DECIDING_PERCENT][..],
        &[0.5, 1.0, DECIDING_PERCENT, 4.0][..],
    );
    let entries = held(systems);
    let mut measure = |how, percent| Beside::measure(bench, &entries, rounds, how, percent);
    // Where none is slow, it is all one what a slow one would do.
    let none = measure(Hold::Asleep, 0.0);
    let curve = |(how, _): (Hold, _)| {
        let slow = percents.iter().map(|percent| measure(how, *percent));
        std::iter::once(none.clone()).chain(slow).collect()
    };
    KINDS.map(curve).into()
}

/// Every place once: where none is slow the curves have one in common.
fn distinct(curves: &[Vec<Beside>]) -> impl Iterator<Item = &Beside> {
    let later = curves.iter().skip(1).flat_map(|of| of.iter().skip(1));
    curves.iter().take(1).flatten().chain(later)
}

/// What one kind of slow request says, by the shares that waited long in each run: threads come first, then one thread.
fn says(runs: &[Vec<f64>]) -> Says {
    let [threads, reactor, ..] = runs else {
        return Says::Nothing;
    };
    match (blocked(threads), blocked(reactor)) {
        (Some(false), Some(true)) => Says::Confirms,
        (Some(true), _) | (_, Some(false)) => Says::Refutes,
        _ => Says::Nothing,
    }
}

/// Each kind of slow request is a condition.
fn rule(conditions: &[(&str, Vec<Vec<f64>>)]) -> Ruling {
    let said: Vec<_> = conditions
        .iter()
        .map(|(name, runs)| ((*name).to_owned(), says(runs)))
        .collect();
    let middle = |runs: Option<&Vec<f64>>| {
        let middle = runs.and_then(|runs| median(runs));
        middle.map_or_else(
            || results::units::NOT_MEASURED.to_owned(),
            results::units::percent,
        )
    };
    let told: Vec<String> = conditions
        .iter()
        .map(|(name, runs)| format!("beside {name}, {} of the others wait 5 ms or more on one thread and {} under threads", middle(runs.get(1)), middle(runs.first())))
        .collect();
    over_conditions("what the slow request does", &said, told.join("; "))
}

/// Whether three of four runs saw one of ten wait long; no, where they saw fewer than one of twenty; `None` of anything else.
fn blocked(delayed: &[f64]) -> Option<bool> {
    let most = |runs: usize| 4 * runs >= 3 * delayed.len();
    let many = delayed.iter().filter(|share| **share >= 0.10).count();
    let few = delayed.iter().filter(|share| **share < 0.05).count();
    match () {
        () if delayed.len() < MIN_RUNS => None,
        () if most(many) => Some(true),
        () if most(few) => Some(false),
        () => None,
    }
}

/// P4: the isolation curves.
fn chart(curves: &[Vec<Beside>], finding: &str) -> Chart {
    let series = curves.iter().zip(KINDS).flat_map(|(of, (_, name))| {
        let systems = of.first().map_or(0, |beside| beside.systems.len());
        let panel = format!("p99 of the others, beside {name}");
        (0..systems).map(move |place| line(of, place).in_panel(&panel))
    });
    Chart {
        finding: finding.to_owned(),
        caption: "The 99th percentile of requests that have nothing to wait for, against the share of requests beside them that sleep, or compute, for 10 ms. Median of the runs; the band is from the lowest to the highest."
            .to_owned(),
        x: figures::axis("requests that take 10 ms", Unit::Share, AxisScale::Linear),
        y: figures::axis("p99 of the others", Unit::Time, AxisScale::Log),
        series: figures::seen(series),
    }
}

/// One system's curve.
fn line(curve: &[Beside], place: usize) -> ChartSeries {
    let of = |beside: &Beside| {
        let (_, runs) = beside.systems.get(place)?;
        let p99_ns = runs.iter().map(|run| run.p99_ns).collect();
        Some((beside.percent / 100.0, p99_ns))
    };
    let label = curve.first().map_or("", |beside| beside.systems[place].0);
    figures::series(label, &curve.iter().filter_map(of).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn verdict(threads: [f64; 4], reactor: [f64; 4]) -> ClaimVerdict {
        let runs = vec![threads.to_vec(), reactor.to_vec()];
        rule(&[("a request that sleeps", runs)]).verdict
    }

    #[test]
    fn blocked_on_one_thread_alone_confirms() {
        assert_eq!(
            verdict([0.0, 0.01, 0.0, 0.3], [0.2, 0.21, 0.19, 0.2]),
            ClaimVerdict::Holds
        );
    }

    #[test]
    fn blocked_everywhere_or_nowhere_refutes() {
        assert_eq!(verdict([0.2; 4], [0.2; 4]), ClaimVerdict::Fails);
        assert_eq!(verdict([0.0; 4], [0.0; 4]), ClaimVerdict::Fails);
    }

    #[test]
    fn a_mixture_or_three_runs_decide_nothing() {
        assert_eq!(
            verdict([0.0; 4], [0.2, 0.2, 0.0, 0.0]).word(),
            "not measured"
        );
        let few = vec![vec![0.0; 3], vec![0.2; 3]];
        assert_eq!(rule(&[("a", few)]).verdict.word(), "not measured");
    }
}
