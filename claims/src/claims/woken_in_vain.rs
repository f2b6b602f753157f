//! Threads that are run, and find the lock taken.

use loadgen::config::ConfigBuilder;
use loadgen::experiment::StartedServer;
use results::units::percent;

use crate::client::info;
use crate::systems::THREADS;
use crate::{
    Claim, Conclusion, Conditions, EventCount, Evidence, Experiment, Failure, Indication, figures,
    load_of_requests, run,
};

pub(super) const CLAIM: Claim = Claim {
    name: "woken-in-vain",
    sentence: "When a thread is run, the thread context and stack are copied back which costs CPU cycles and data transfer, and it might actually be in vain, as the thread may not have the lock that it needs to execute.",
    confirms: "more than one acquisition in a hundred thousand finds the lock taken",
    refutes: "fewer than that",
    experiment: "10, 100 and 1,000 connections send INCR, 16 in flight on each, and 100 also with 1 and with 1000 in flight, to a thread per connection with one lock; the lock itself counts how often it was asked for while another thread held it.",
    examine,
};

/// How many threads meet at the lock, and how long each runs at a time: connections, requests in flight on each, and the
/// requests of a run with --quick and with --full.
///
/// With a thousand in flight a thread does all of them without a pause. It meets another at the lock a few hundred times in a
/// run, not a hundred thousand times, so there it takes more requests to see as much.
const LOADS: [(u32, u32, u64, u64); 5] = [
    (100, 1, 100_000, 600_000),
    (10, 16, 200_000, 1_000_000),
    (100, 16, 200_000, 1_000_000),
    (1000, 16, 200_000, 1_000_000),
    (100, 1000, 400_000, 2_000_000),
];

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let mut loads = Vec::new();
    for (connections, in_flight, quick, full) in LOADS {
        let load = load_of_requests(experiment.quick_or_full(quick, full));
        let load = load.connections(connections).pipeline_depth(in_flight);
        let runs = experiment.each(&[THREADS], experiment.rounds(), |_, server| {
            contended(server, &load)
        });
        let label = format!("{connections} threads ({in_flight} in flight)");
        loads.push(Contention::of(label, &runs.concat()));
    }
    let conclusion = rule(&loads);
    let counts: Vec<EventCount> = loads.into_iter().map(|load| load.count).collect();
    let what = "acquisitions that found the lock taken";
    let points = counts.iter().enumerate();
    let points = points.map(|(place, count)| figures::rate_point(place as f64, count));
    let title = format!("{what}, per million");
    let chart = figures::rates(
        &finding(&counts),
        &title,
        &counts,
        [figures::points(THREADS.label, points)],
    );
    let figure = |count: &EventCount| count.figure(&count.label, what);
    Evidence {
        chart: Some(chart),
        figures: counts.iter().filter_map(figure).collect(),
        conclusion,
    }
}

/// What was seen under one load.
#[derive(Debug, Clone)]
struct Contention {
    count: EventCount,
    /// Whether no run found the lock taken often.
    is_rare_in_every_run: bool,
}

impl Contention {
    /// `(contended, acquisitions)` of each run.
    fn of(label: String, runs: &[(u64, u64)]) -> Self {
        let is_rare = |(contended, of): &(u64, u64)| *contended as f64 * 1e6 < OFTEN * *of as f64;
        let events = runs.iter().map(|(contended, _)| contended).sum();
        let of = runs.iter().map(|(_, acquisitions)| acquisitions).sum();
        Self {
            count: EventCount::new(label, events, of, runs.len()),
            is_rare_in_every_run: runs.iter().all(is_rare),
        }
    }
}

/// How often the lock was found taken, and how often it was requested.
fn contended(
    server: &mut StartedServer<'_, '_>,
    load: &ConfigBuilder,
) -> Result<(u64, u64), Failure> {
    let run = run(server, load)?;
    let failed = Failure::request("INFO does not say how often the lock was found taken");
    let info = info(server.process.port, "").map_err(failed)?;
    let mut lines = info.lines();
    let count = lines.find_map(|line| line.strip_prefix("contended_acquisitions:"));
    let count = count.and_then(|count| count.trim().parse().ok());
    let missing = || Failure::Unexpected("INFO has no contended_acquisitions".to_owned());
    Ok((count.ok_or_else(missing)?, run.totals.completed))
}

/// One in a hundred thousand, per million: the article says “might”.
const OFTEN: f64 = 10.0;

/// Loads that decide without the others.
const CLEAR: usize = 2;

/// Threads that meet at a lock meet there again and again, so taken locks come in clusters, for which the interval of chance is
/// too narrow. It may confirm where the rate is far above the limit, but to refute takes every run. And the article says
/// “might”: where it happens under two loads, another load too near the limit to tell takes nothing back.
fn rule(loads: &[Contention]) -> Conclusion {
    let indication = |load: &Contention| {
        let (low, high) = load.count.interval_per_million();
        match () {
            () if !load.count.is_enough() => Indication::Undecided,
            () if low > OFTEN => Indication::Confirms,
            () if high < OFTEN && load.is_rare_in_every_run => Indication::Refutes,
            () => Indication::Undecided,
        }
    };
    let text = |Contention { count, .. }: &Contention| {
        format!(
            "{} with {}",
            percent(count.per_million() / 1e6),
            count.label
        )
    };
    let texts = figures::list(loads.iter().map(text));
    let answer = format!("acquisitions that found the lock taken: {texts}");
    let conditions = loads
        .iter()
        .map(|load| (&load.count.label, indication(load)));
    Conditions::new(conditions)
        .clear_with(Indication::Confirms, CLEAR)
        .conclude(
            "how many threads there are, and how long each runs at a time",
            answer,
        )
}

/// The least and the most, for the title of the picture.
fn finding(counts: &[EventCount]) -> String {
    let shares: Vec<f64> = counts.iter().map(|of| of.per_million() / 1e6).collect();
    figures::range(&shares).map_or_else(String::new, |(least, most)| {
        format!(
            "from {} to {} of the acquisitions found the lock taken",
            percent(least),
            percent(most)
        )
    })
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn load(runs: [u64; 4]) -> Contention {
        Contention::of(format!("{runs:?}"), &runs.map(|events| (events, 250_000)))
    }

    #[test]
    fn one_in_a_hundred_thousand_is_the_measure() {
        let often = || load([1_250; 4]);
        let rare = || load([0, 1, 1, 1]);
        assert_eq!(rule(&[often()]).verdict, ClaimVerdict::Holds);
        assert_eq!(rule(&[rare()]).verdict, ClaimVerdict::Fails);
        assert_eq!(rule(&[rare(), often()]).verdict.word(), "depends");
        assert_eq!(rule(&[load([2, 3, 2, 3])]).verdict.word(), "not measured");
    }

    #[test]
    fn a_third_depth_too_near_to_tell_takes_nothing_back_but_one_that_refutes_does() {
        let often = || load([1_250; 4]);
        let near = load([2, 3, 2, 3]);
        assert_eq!(rule(&[often(), near.clone()]).verdict.word(), "depends");
        assert_eq!(rule(&[often(), often(), near]).verdict, ClaimVerdict::Holds);
        let rare = load([0; 4]);
        assert_eq!(rule(&[often(), often(), rare]).verdict.word(), "depends");
    }

    /// One run with all of the few that there are: the sum is below the limit, and that run is not.
    #[test]
    fn a_cluster_in_one_run_refutes_nothing() {
        assert_eq!(rule(&[load([3, 0, 0, 0])]).verdict.word(), "not measured");
    }
}
