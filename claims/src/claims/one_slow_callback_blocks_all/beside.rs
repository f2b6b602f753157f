//! What the others wait beside slow requests: the measurement of this claim.

use results::{Figure, Metric, Unit};

use super::disturber::{Disturber, Kind};
use crate::bench::{Bench, Entry, Stage};
use crate::figures;

const RATE_PER_S: f64 = 2_000.0;

/// Half of what the slow requests take: who waits longer waits for them.
const LONG_NS: u64 = 5_000_000;

/// What the others waited in one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    /// The share that waited long.
    pub(super) delayed: f64,
    pub(super) p99_ns: f64,
}

/// What the others waited beside so many slow requests, for each system.
pub(super) struct Beside {
    kind: Kind,
    pub(super) percent: f64,
    pub(super) systems: Vec<(&'static str, Vec<Waits>)>,
}

impl Beside {
    /// Loads each system so often, and sends so many slow requests beside.
    pub(super) fn measure(
        bench: &mut Bench<'_>,
        entries: &[Entry],
        rounds: u32,
        kind: Kind,
        percent: f64,
    ) -> Self {
        let length = bench.quick_or_full("-d 500ms --warmup 0s", "-d 600ms --warmup 0s");
        let load = format!("-c 20 -r 2k {length}");
        let waits = bench.each(entries, rounds, |stage| wait(stage, kind, percent, &load));
        let labels = entries.iter().map(|entry| entry.system.label);
        Self {
            kind,
            percent,
            systems: labels.zip(waits).collect(),
        }
    }

    /// The shares that waited long.
    pub(super) fn delayed(&self) -> Vec<Vec<f64>> {
        let of = |runs: &Vec<Waits>| runs.iter().map(|run| run.delayed).collect();
        self.systems.iter().map(|(_, runs)| of(runs)).collect()
    }

    pub(super) fn figures(&self) -> Vec<Figure> {
        let verb = match self.kind {
            Kind::Asleep => "sleep",
            Kind::AtWork => "compute",
        };
        let beside = format!("{} % {verb}", self.percent);
        let of = |(label, runs): &(&'static str, Vec<Waits>)| {
            let delayed: Vec<f64> = runs.iter().map(|run| run.delayed).collect();
            let p99_ns: Vec<f64> = runs.iter().map(|run| run.p99_ns).collect();
            let share = format!("others that wait 5 ms or more, {beside}");
            let p99 = format!("p99 of the others, {beside}");
            [
                figures::middle(label, &share, Unit::Share, &delayed),
                figures::middle(label, &p99, Unit::Time, &p99_ns),
            ]
        };
        self.systems.iter().flat_map(of).flatten().collect()
    }
}

fn wait(stage: &mut Stage<'_>, kind: Kind, percent: f64, load: &str) -> Result<Waits, String> {
    let disturber = Disturber::start(stage.server.port, kind, RATE_PER_S * percent / 100.0)?;
    let run = stage.drive(load)?;
    disturber.stop()?;
    let response = &run.latency.response;
    let long: u64 = response
        .ranges()
        .filter(|(ns, _)| *ns >= LONG_NS)
        .map(|(_, count)| count)
        .sum();
    Ok(Waits {
        delayed: long as f64 / response.count().max(1) as f64,
        p99_ns: Metric::P99.of(&run).ok_or("no request was answered")?,
    })
}
