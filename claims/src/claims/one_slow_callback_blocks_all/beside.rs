//! What the others wait beside slow requests: the measurement of this claim.

use std::time::Duration;

use results::{Figure, Metric, Unit};

use super::disturber::Disturber;
use crate::bench::{Bench, Entry, Stage};
use crate::figures;
use crate::system::Hold;

/// What a slow request takes.
const SLOW: Duration = Duration::from_millis(10);

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
#[derive(Debug, Clone)]
pub(super) struct Beside {
    pub(super) how: Hold,
    pub(super) percent: f64,
    pub(super) systems: Vec<(&'static str, Vec<Waits>)>,
}

impl Beside {
    /// Loads each system so often, and sends so many slow requests beside.
    pub(super) fn measure(
        bench: &mut Bench<'_>,
        entries: &[Entry],
        rounds: u32,
        how: Hold,
        percent: f64,
    ) -> Self {
        let length = bench.quick_or_full("-d 500ms --warmup 0s", "-d 600ms --warmup 0s");
        let load = format!("-c 20 -r 2k {length}");
        let waits = bench.each(entries, rounds, |stage| wait(stage, how, percent, &load));
        let labels = entries.iter().map(|entry| entry.system.label);
        Self {
            how,
            percent,
            systems: labels.zip(waits).collect(),
        }
    }

    /// More runs of the same systems.
    pub(super) fn measure_again(&mut self, bench: &mut Bench<'_>, entries: &[Entry], rounds: u32) {
        let more = Self::measure(bench, entries, rounds, self.how, self.percent);
        for ((_, runs), (_, more)) in self.systems.iter_mut().zip(more.systems) {
            runs.extend(more);
        }
    }

    /// The shares that waited long.
    pub(super) fn delayed(&self) -> Vec<Vec<f64>> {
        let of = |runs: &Vec<Waits>| runs.iter().map(|run| run.delayed).collect();
        self.systems.iter().map(|(_, runs)| of(runs)).collect()
    }

    pub(super) fn figures(&self) -> Vec<Figure> {
        let beside = match (self.percent, self.how) {
            (0.0, _) => "none is slow".to_owned(),
            (percent, Hold::Asleep) => format!("{percent} % sleep"),
            (percent, Hold::AtWork) => format!("{percent} % compute"),
        };
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

fn wait(stage: &mut Stage<'_>, how: Hold, percent: f64, load: &str) -> Result<Waits, String> {
    let request = stage.system.held(how, SLOW);
    let disturber = Disturber::start(stage.server.port, request, RATE_PER_S * percent / 100.0)?;
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
