//! What the scheduler costs: context switches, and the time threads wait for a processor.

use results::{AxisScale, Chart, Figure, Run, Unit};

use crate::bench::{Bench, Entry, GUEST_ROUNDS};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::life::Life;
use crate::rule::{Difference, Pair, Ruling, Says, over_conditions, ratio_text};
use crate::system::{ASYNC, PYTHON_THREADS, REACTOR, REDIS, System, THREADS, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "scheduling-overhead",
    sentence: "The scheduling overhead does not occur with Twisted.",
    confirms: "a tenth or less of the threads' context switches for each request",
    refutes: "as many, give or take half",
    experiment: "INCR in a closed loop from 1, 50 and 500 connections against a thread per connection and against one thread with one poll, each pinned to one processor. Context switches are \
        the kernel's own count of the whole process, from when it listened to its end; the processor time spent in the kernel for each request, and the time spent waiting for a processor (of up to 256 threads), stand beside them. \
        With --full the same is asked of tasks of one thread, of the article's own servers in Python, and of Redis; the verdict rests on the first two.",
    examine,
};

const CONNECTIONS: [u32; 3] = [1, 50, 500];

/// Threads first, then one thread: what the verdict rests on.
const DECIDING: [System; 2] = [THREADS, REACTOR];

const GUESTS: [System; 4] = [ASYNC, TWISTED, PYTHON_THREADS, REDIS];

fn examine(bench: &mut Bench<'_>) -> Evidence {
    // Switches are counted one by one, so a short run shows as many for each request as a long one.
    let length = bench.quick_or_full("-d 300ms --warmup 0s", "-d 700ms --warmup 0s");
    let mut measured = costs(bench, &DECIDING, bench.rounds(), length);
    let ruling = rule(&pairs(&measured));
    let guests = bench.guests(&GUESTS);
    measured.extend(costs(bench, &guests, GUEST_ROUNDS, "-d 500ms --warmup 0s"));
    Evidence {
        chart: Some(chart(&measured, &ruling.answer)),
        ruling,
        figures: measured.iter().flat_map(Measured::figures).collect(),
    }
}

/// One system: its costs with each number of connections.
struct Measured {
    label: &'static str,
    places: Vec<Place>,
}

struct Place {
    connections: u32,
    costs: Vec<Cost>,
}

/// What the scheduler and the kernel did for one request.
#[derive(Debug, Clone, Copy)]
struct Cost {
    switches: f64,
    kernel_ns: f64,
    /// Runnable without a processor, over all threads; unknown of very many.
    waiting_ns: Option<f64>,
}

fn costs(bench: &mut Bench<'_>, systems: &[System], rounds: u32, length: &str) -> Vec<Measured> {
    let entries: Vec<Entry> = systems.iter().copied().map(Entry::pinned).collect();
    let nothing_yet = |system: &System| Measured {
        label: system.label,
        places: Vec::new(),
    };
    let mut measured: Vec<Measured> = systems.iter().map(nothing_yet).collect();
    for connections in CONNECTIONS {
        let load = format!("-c {connections} {length}");
        let runs = bench.each_life(&entries, rounds, |stage| stage.drive(&load));
        for (of, runs) in measured.iter_mut().zip(runs) {
            of.places.push(Place {
                connections,
                costs: runs.iter().filter_map(cost).collect(),
            });
        }
    }
    measured
}

fn cost((run, life): &(Run, Option<Life>)) -> Option<Cost> {
    let (requests, life) = (run.totals.completed as f64, (*life)?);
    Some(Cost {
        switches: life.switches as f64 / requests,
        kernel_ns: life.kernel.as_nanos() as f64 / requests,
        waiting_ns: run
            .server_cost
            .as_ref()
            .and_then(|cost| Some(cost.run_queue_wait_ns? as f64 / requests)),
    })
}

impl Place {
    fn switches(&self) -> Vec<f64> {
        self.costs.iter().map(|cost| cost.switches).collect()
    }

    fn figures(&self, label: &str) -> [Option<Figure>; 3] {
        let waiting_ns: Vec<f64> = self
            .costs
            .iter()
            .filter_map(|cost| cost.waiting_ns)
            .collect();
        let kernel_ns: Vec<f64> = self.costs.iter().map(|cost| cost.kernel_ns).collect();
        let switches = self.switches();
        [
            ("switches per request", Unit::PerRequest, switches),
            ("kernel time per request", Unit::Time, kernel_ns),
            ("wait for a processor per request", Unit::Time, waiting_ns),
        ]
        .map(|(what, unit, values)| {
            let what = format!("{what}, {}", figures::connections(self.connections));
            figures::middle(label, &what, unit, &values)
        })
    }
}

impl Measured {
    fn figures(&self) -> Vec<Figure> {
        let of = |place: &Place| place.figures(self.label);
        self.places.iter().flat_map(of).flatten().collect()
    }
}

/// One thread against threads, with each number of connections.
fn pairs(measured: &[Measured]) -> Vec<Pair> {
    let [threads, reactor, ..] = measured else {
        return Vec::new();
    };
    let pair = |(threads, reactor): (&Place, &Place)| Pair {
        condition: figures::connections(threads.connections),
        reference: threads.switches(),
        candidate: reactor.switches(),
    };
    let places = threads.places.iter().zip(&reactor.places);
    places.map(pair).collect()
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

fn chart(measured: &[Measured], finding: &str) -> Chart {
    let line = |of: &Measured| {
        let place = |place: &Place| (f64::from(place.connections), place.switches());
        figures::series(of.label, &of.places.iter().map(place).collect::<Vec<_>>())
    };
    Chart {
        finding: finding.to_owned(),
        caption: "Context switches of the server for each request, on one processor. With one connection there is nothing else to do but to wait, whoever waits.".to_owned(),
        x: figures::axis("connections", Unit::Count, AxisScale::Log),
        y: figures::axis("switches per request", Unit::PerRequest, AxisScale::Log),
        series: figures::seen(measured.iter().map(line)),
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
