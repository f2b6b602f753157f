//! Threads that are run, and find the lock taken.

use results::Chart;

use crate::bench::{Bench, Stage};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::peer::Peer;
use crate::rule::{Counted, Ruling, Says, over_conditions};
use crate::system::THREADS;

pub(super) const CLAIM: Claim = Claim {
    name: "woken-in-vain",
    sentence: "When a thread is run, the thread context and stack are copied back which costs CPU cycles and data transfer, and it might actually be in vain, as the thread may not have the lock that it needs to execute.",
    confirms: "more than one acquisition in a hundred thousand finds the lock taken",
    refutes: "fewer than that",
    experiment: "10, 100 and 1,000 connections send INCR, 16 in flight on each, and 100 also with 1 and with 1000 in flight, to a thread per connection with one lock; the lock itself counts how often it was wanted while another thread held it.",
    examine,
};

/// How many threads meet at the lock, and how long each runs at a time: connections, requests in flight on each, and the requests
/// of a run with --quick and with --full.
///
/// With a thousand in flight a thread does all of them in one go: whether another meets it at the lock is decided a few hundred
/// times in a run, not a hundred thousand times, so there it takes more requests to see as much.
const LOADS: [(u32, u32, &str, &str); 5] = [
    (100, 1, "100k", "600k"),
    (10, 16, "200k", "1M"),
    (100, 16, "200k", "1M"),
    (1000, 16, "200k", "1M"),
    (100, 1000, "400k", "2M"),
];

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let mut loads = Vec::new();
    for (connections, in_flight, quick, full) in LOADS {
        let requests = bench.quick_or_full(quick, full);
        let load = format!("-c {connections} -P {in_flight} -n {requests}");
        let runs = bench.each(&[THREADS.into()], bench.rounds(), |stage| {
            contended(stage, &load)
        });
        let runs = runs.into_iter().next().unwrap_or_default();
        let label = format!("{connections} threads ({in_flight} in flight)");
        loads.push(Load::of(label, &runs));
    }
    let ruling = rule(&loads);
    let counts: Vec<Counted> = loads.into_iter().map(|load| load.counted).collect();
    let what = "acquisitions that found the lock taken";
    let chart: Chart = figures::rates_of(
        THREADS.label,
        finding(&counts),
        &format!("{what}, per million"),
        &counts,
    );
    let figure = |counted| figures::counted(what, counted);
    Evidence {
        chart: Some(chart),
        figures: counts.iter().filter_map(figure).collect(),
        ruling,
    }
}

/// What was seen under one load.
#[derive(Debug, Clone)]
struct Load {
    counted: Counted,
    /// Whether no run found the lock taken often.
    is_rare_in_every_run: bool,
}

impl Load {
    /// `(contended, acquisitions)` of each run.
    fn of(label: String, runs: &[(u64, u64)]) -> Self {
        let is_rare = |(contended, of): &(u64, u64)| *contended as f64 * 1e6 < OFTEN * *of as f64;
        Self {
            counted: Counted {
                label,
                events: runs.iter().map(|(contended, _)| contended).sum(),
                of: runs.iter().map(|(_, acquisitions)| acquisitions).sum(),
                runs: runs.len(),
            },
            is_rare_in_every_run: runs.iter().all(is_rare),
        }
    }
}

/// How often the lock was found taken, and how often it was wanted.
fn contended(stage: &mut Stage<'_>, load: &str) -> Result<(u64, u64), String> {
    let run = stage.drive(load)?;
    let failed = |error: std::io::Error| {
        format!("INFO does not say how often the lock was found taken: {error}")
    };
    let text = Peer::connect(stage.server.port)
        .and_then(|mut peer| peer.info("contended_acquisitions"))
        .map_err(failed)?;
    let contended = text.parse().map_err(|_| format!("'{text}' is no number"))?;
    Ok((contended, run.totals.completed))
}

/// One in a hundred thousand, per million: the article says “might”.
const OFTEN: f64 = 10.0;

/// Loads that decide without the others.
const CLEAR: usize = 2;

/// Threads that meet at a lock meet there again and again, so taken locks come in clusters, and the interval of chance is too
/// narrow for them: it may confirm, where the rate is far above the limit, but to refute takes every run. And the article
/// says “might”: where it happens under two loads, another that is too near the limit to tell takes nothing back.
fn rule(loads: &[Load]) -> Ruling {
    let says = |load: &Load| {
        let (low, high) = load.counted.interval_per_million();
        match () {
            () if !load.counted.is_enough() => Says::Nothing,
            () if low > OFTEN => Says::Confirms,
            () if high < OFTEN && load.is_rare_in_every_run => Says::Refutes,
            () => Says::Nothing,
        }
    };
    let mut conditions: Vec<_> = loads
        .iter()
        .map(|load| (load.counted.label.clone(), says(load)))
        .collect();
    let confirming = conditions
        .iter()
        .filter(|(_, says)| *says == Says::Confirms);
    if confirming.count() >= CLEAR {
        conditions.retain(|(_, says)| *says != Says::Nothing);
    }
    let counts = loads.iter().map(|load| &load.counted);
    let told: Vec<String> = counts
        .map(|counted| {
            format!(
                "{} with {}",
                results::units::percent(counted.per_million() / 1e6),
                counted.label
            )
        })
        .collect();
    over_conditions(
        "how many threads there are, and how long each runs at a time",
        &conditions,
        format!(
            "acquisitions that found the lock taken: {}",
            told.join("; ")
        ),
    )
}

/// The least and the most, for the title of the picture.
fn finding(counts: &[Counted]) -> String {
    let shares: Vec<f64> = counts.iter().map(|of| of.per_million() / 1e6).collect();
    let percent = results::units::percent;
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

    fn load(runs: [u64; 4]) -> Load {
        Load::of(format!("{runs:?}"), &runs.map(|events| (events, 250_000)))
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
