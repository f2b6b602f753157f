//! What the scheduler costs: context switches, and the time threads wait for a processor.

use std::io;

use results::{AxisScale, Chart, Unit};

use crate::bench::{Bench, Entry, Stage};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::peer::Peer;
use crate::rule::{Difference, Pair, Ruling, Says, over_conditions, ratio_text};
use crate::system::{Cpus, REACTOR, THREADS};

pub(super) const CLAIM: Claim = Claim {
    name: "scheduling-overhead",
    sentence: "The scheduling overhead does not occur with Twisted.",
    confirms: "a tenth or less of the threads' context switches for each request",
    refutes: "as many, give or take half",
    experiment: "INCR in a closed loop from 1, 50 and 500 connections against both servers, each pinned to one processor. Context switches are read from the kernel's own count; \
        the processor time spent in the kernel for each request stands beside them.",
    examine,
};

const CONNECTIONS: [u32; 3] = [1, 50, 500];

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let pinned = |system| Entry {
        cpus: Cpus::One,
        ..Entry::from(system)
    };
    let entries = [pinned(THREADS), pinned(REACTOR)];
    let length = bench.quick_or_full("-d 400ms --warmup 0s", "-d 2s --warmup 0s");
    let mut measured = Vec::new();
    for connections in CONNECTIONS {
        let load = format!("-c {connections} {length}");
        let costs = bench.each(&entries, bench.rounds(), |stage| cost(stage, &load));
        measured.push((connections, costs));
    }
    let pairs: Vec<Pair> = measured
        .iter()
        .map(|(connections, costs)| pair(*connections, costs))
        .collect();
    let ruling = rule(&pairs);
    let mut all = Vec::new();
    for (connections, costs) in &measured {
        for (entry, costs) in entries.iter().zip(costs) {
            let label = entry.system.label;
            let what = |what: &str| format!("{what}, {connections} connections");
            let kernel_ns: Vec<f64> = costs.iter().map(|cost| cost.kernel_ns).collect();
            all.extend(figures::middle(
                label,
                &what("switches per request"),
                Unit::PerRequest,
                &switches(costs),
            ));
            all.extend(figures::middle(
                label,
                &what("kernel time per request"),
                Unit::Time,
                &kernel_ns,
            ));
        }
    }
    Evidence {
        chart: Some(chart(&measured, &ruling.answer)),
        ruling,
        figures: all,
    }
}

/// What the scheduler and the kernel did for one request.
#[derive(Debug, Clone, Copy)]
struct Cost {
    switches: f64,
    kernel_ns: f64,
}

/// Loads the server between two questions for what it has cost so far. They wait as long as it takes: a busy server answers late.
fn cost(stage: &mut Stage<'_>, load: &str) -> Result<Cost, String> {
    let failed = |error: io::Error| format!("INFO does not say what the server cost: {error}");
    let mut peer = Peer::connect(stage.server.port).map_err(failed)?;
    let before = sums(&mut peer).map_err(failed)?;
    let requests = stage.drive(load)?.totals.completed as f64;
    let after = sums(&mut peer).map_err(failed)?;
    Ok(Cost {
        switches: (after.switches - before.switches) / requests,
        kernel_ns: (after.kernel_ns - before.kernel_ns) / requests,
    })
}

fn sums(peer: &mut Peer) -> io::Result<Cost> {
    let mut number = |field: &str| -> io::Result<f64> {
        let text = peer.info(field)?;
        text.parse()
            .map_err(|_| io::Error::other(format!("'{text}' is no number")))
    };
    Ok(Cost {
        switches: number("voluntary_context_switches")? + number("involuntary_context_switches")?,
        kernel_ns: number("used_cpu_sys")? * 1e9,
    })
}

fn switches(costs: &[Cost]) -> Vec<f64> {
    costs.iter().map(|cost| cost.switches).collect()
}

fn pair(connections: u32, costs: &[Vec<Cost>]) -> Pair {
    Pair {
        condition: match connections {
            1 => "1 connection".to_owned(),
            more => format!("{more} connections"),
        },
        reference: switches(&costs[0]),
        candidate: switches(&costs[1]),
    }
}

/// At most a tenth of the switches confirms, more than half of them refutes; what lies between is neither.
fn rule(switches: &[Pair]) -> Ruling {
    let says = |pair: &Pair| {
        let Some((ratio, evidence)) = pair
            .contrast()
            .and_then(|seen| Some((seen.ratio.value(), seen.evidence?)))
        else {
            return Says::Nothing;
        };
        match pair.difference(0.05) {
            Difference::Less if evidence.high.value() <= 0.1 => Says::Confirms,
            _ if evidence.low.value() > 0.5 && ratio > 0.5 => Says::Refutes,
            _ => Says::Nothing,
        }
    };
    let conditions: Vec<_> = switches
        .iter()
        .map(|pair| (pair.condition.clone(), says(pair)))
        .collect();
    let told: Vec<String> = switches
        .iter()
        .map(|pair| format!("{} with {}", ratio_text(pair), pair.condition))
        .collect();
    over_conditions(
        "how many requests are ready at once",
        &conditions,
        format!(
            "context switches per request, reactor over threads: {}",
            told.join("; ")
        ),
    )
}

fn chart(measured: &[(u32, Vec<Vec<Cost>>)], finding: &str) -> Chart {
    let line = |place: usize, label| {
        let of = |(connections, costs): &(u32, Vec<Vec<Cost>>)| {
            (f64::from(*connections), switches(&costs[place]))
        };
        figures::series(label, &measured.iter().map(of).collect::<Vec<_>>())
    };
    Chart {
        finding: finding.to_owned(),
        caption: "Context switches of the server for each request, on one processor. With one connection there is nothing else to do but to wait, whoever waits.".to_owned(),
        x: figures::axis("connections", Unit::Count, AxisScale::Log),
        y: figures::axis("switches per request", Unit::PerRequest, AxisScale::Log),
        series: vec![line(0, THREADS.label), line(1, REACTOR.label)],
    }
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
