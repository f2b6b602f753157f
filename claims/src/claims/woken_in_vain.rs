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
    experiment: "100 connections send INCR, 1, 16 and 1000 in flight on each, to a thread per connection with one lock; the lock itself counts how often it was wanted while another thread held it.",
    examine,
};

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let requests = bench.quick_or_full("100k", "600k");
    let mut counts = Vec::new();
    for depth in [1, 16, 1000] {
        let load = format!("-c 100 -P {depth} -n {requests}");
        let runs = bench.each(&[THREADS.into()], bench.rounds(), |stage| {
            contended(stage, &load)
        });
        let runs = runs.into_iter().next().unwrap_or_default();
        counts.push(Counted {
            label: format!("{depth} in flight"),
            events: runs.iter().map(|(contended, _)| contended).sum(),
            of: runs.iter().map(|(_, acquisitions)| acquisitions).sum(),
            runs: runs.len(),
        });
    }
    let ruling = rule(&counts);
    let chart: Chart = figures::rates_of(
        THREADS.label,
        ruling.answer.clone(),
        "acquisitions that found the lock taken, per million",
        &counts,
    );
    Evidence {
        chart: Some(chart),
        figures: counts
            .iter()
            .filter_map(|counted| {
                figures::counted("acquisitions that found the lock taken", counted)
            })
            .collect(),
        ruling,
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

fn rule(counts: &[Counted]) -> Ruling {
    let says = |counted: &Counted| {
        let (low, high) = counted.interval_per_million();
        match () {
            () if !counted.is_enough() => Says::Nothing,
            () if low > OFTEN => Says::Confirms,
            () if high < OFTEN => Says::Refutes,
            () => Says::Nothing,
        }
    };
    let conditions: Vec<_> = counts
        .iter()
        .map(|counted| (counted.label.clone(), says(counted)))
        .collect();
    let told: Vec<String> = counts
        .iter()
        .map(|counted| {
            format!(
                "{} with {}",
                results::units::percent(counted.per_million() / 1e6),
                counted.label
            )
        })
        .collect();
    over_conditions(
        "how long a thread runs at a time",
        &conditions,
        format!(
            "acquisitions that found the lock taken: {}",
            told.join("; ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn counted(events: u64) -> Counted {
        Counted {
            label: format!("{events}"),
            events,
            of: 1_000_000,
            runs: 4,
        }
    }

    #[test]
    fn one_in_a_hundred_thousand_is_the_measure() {
        assert_eq!(rule(&[counted(5_000)]).verdict, ClaimVerdict::Holds);
        assert_eq!(rule(&[counted(3)]).verdict, ClaimVerdict::Fails);
        assert_eq!(
            rule(&[counted(3), counted(5_000)]).verdict.word(),
            "depends"
        );
        assert_eq!(rule(&[counted(10)]).verdict.word(), "not measured");
    }
}
