//! What the others wait beside more and more slow requests: the measurement of this claim.

use std::time::Duration;

use loadgen::config::ConfigBuilder;
use loadgen::experiment::StartedServer;
use results::{Arrival, AxisScale, Chart, ChartSeries, Figure, Joining, Metric, Unit};

use super::slow_clients::SlowClients;
use super::{DECIDING_PERCENT, Delays, KINDS};
use crate::systems::{Slow, System};
use crate::{Experiment, Failure, Setup, figures, load_for_ms, run};

/// What a slow request takes.
const SLOW: Duration = Duration::from_millis(10);

const RATE_PER_S: f64 = 2_000.0;

/// Half of what the slow requests take: a request that waits longer waits for one of them.
const LONG_NS: u64 = 5_000_000;

/// What the others waited in one run.
#[derive(Debug, Clone, Copy)]
struct Waits {
    /// The share that waited long.
    delayed: f64,
    p99_ns: f64,
}

/// What the others waited beside this share of slow requests, for each system.
#[derive(Debug, Clone)]
struct Place {
    kind: Slow,
    percent: f64,
    systems: Vec<(&'static str, Vec<Waits>)>,
}

/// All places: the first has no slow request, and the curves of both kinds begin there.
#[derive(Debug, Clone)]
pub(super) struct Isolation {
    places: Vec<Place>,
}

impl Isolation {
    /// Measures these systems, this often at each place.
    pub(super) fn measure(
        experiment: &mut Experiment<'_>,
        systems: &[System],
        rounds: u32,
    ) -> Self {
        let percents = experiment.quick_or_full(
            &[DECIDING_PERCENT][..],
            &[0.5, 1.0, DECIDING_PERCENT, 4.0][..],
        );
        let slow = |(kind, _)| percents.iter().map(move |percent| (kind, *percent));
        let places = KINDS.into_iter().flat_map(slow);
        let measure = |(kind, percent)| Place::measure(experiment, systems, rounds, kind, percent);
        Self {
            places: [(Slow::Sleeps, 0.0)]
                .into_iter()
                .chain(places)
                .map(measure)
                .collect(),
        }
    }

    /// More runs at the two places that decide.
    pub(super) fn measure_again(
        &mut self,
        experiment: &mut Experiment<'_>,
        systems: &[System],
        rounds: u32,
        kind: Slow,
    ) {
        let deciding = |place: &&mut Place| place.percent == 0.0 || place.decides(kind);
        for place in self.places.iter_mut().filter(deciding) {
            let more = Place::measure(experiment, systems, rounds, place.kind, place.percent);
            for ((_, runs), (_, more)) in place.systems.iter_mut().zip(more.systems) {
                runs.extend(more);
            }
        }
    }

    /// What decides.
    pub(super) fn delays(&self, kind: Slow) -> Delays {
        let deciding = self.places.iter().find(|place| place.decides(kind));
        Delays {
            without: self.places.first().map_or_else(Vec::new, Place::delayed),
            beside: deciding.map_or_else(Vec::new, Place::delayed),
        }
    }

    /// Adds the same places of other systems.
    pub(super) fn add(&mut self, others: Self) {
        for (place, other) in self.places.iter_mut().zip(others.places) {
            place.systems.extend(other.systems);
        }
    }

    pub(super) fn figures(&self) -> Vec<Figure> {
        self.places.iter().flat_map(Place::figures).collect()
    }

    /// P4: a drawing for each kind.
    pub(super) fn chart(&self, finding: &str) -> Chart {
        let systems = self.places.first().map_or(0, |place| place.systems.len());
        let lines = KINDS.iter().flat_map(|(kind, name)| {
            let panel = format!("p99 beside {name}");
            (0..systems).map(move |system| self.line(*kind, system).in_panel(&panel))
        });
        figures::chart(
            finding,
            "The 99th percentile of requests that have nothing to wait for, against the share of requests beside them that sleep, or compute, for 10 ms. Median of the runs; the band is from the lowest to the highest.",
            figures::axis("requests that take 10 ms", Unit::Share, AxisScale::Linear),
            figures::axis("p99 of the others", Unit::Time, AxisScale::Log),
            lines,
        )
    }

    /// One system's curve.
    fn line(&self, kind: Slow, system: usize) -> ChartSeries {
        let is_on = |place: &&Place| place.percent == 0.0 || place.kind == kind;
        let places = || self.places.iter().filter(is_on);
        let point = |place: &Place| {
            let (_, runs) = place.systems.get(system)?;
            let p99_ns: Vec<f64> = runs.iter().map(|run| run.p99_ns).collect();
            figures::median_point(place.percent / 100.0, &p99_ns)
        };
        let label = places().find_map(|place| Some(place.systems.get(system)?.0));
        ChartSeries::new(
            label.unwrap_or(""),
            Joining::Line,
            places().filter_map(point),
        )
    }
}

impl Place {
    /// Loads each system this often, with this share of slow requests beside.
    fn measure(
        experiment: &mut Experiment<'_>,
        systems: &[System],
        rounds: u32,
        kind: Slow,
        percent: f64,
    ) -> Self {
        let load = load_for_ms(experiment.quick_or_full(500, 600)).connections(20);
        let load = load.rate_per_s(RATE_PER_S).arrival(Arrival::Constant);
        let setup = |system: &System| Setup::from(*system).with_slow_requests();
        let setups: Vec<Setup> = systems.iter().map(setup).collect();
        let waits = experiment.each(&setups, rounds, |system, server| {
            waits(system, server, kind, percent, &load)
        });
        let labels = systems.iter().map(|system| system.label);
        Self {
            kind,
            percent,
            systems: labels.zip(waits).collect(),
        }
    }

    fn decides(&self, kind: Slow) -> bool {
        self.kind == kind && self.percent == DECIDING_PERCENT
    }

    /// The shares that waited long.
    fn delayed(&self) -> Vec<Vec<f64>> {
        let of = |runs: &Vec<Waits>| runs.iter().map(|run| run.delayed).collect();
        self.systems.iter().map(|(_, runs)| of(runs)).collect()
    }

    fn figures(&self) -> Vec<Figure> {
        let beside = match (self.percent, self.kind) {
            (0.0, _) => "none is slow".to_owned(),
            (percent, Slow::Sleeps) => format!("{percent} % sleep"),
            (percent, Slow::Computes) => format!("{percent} % compute"),
        };
        let share = format!("others that wait 5 ms or more, {beside}");
        let p99 = format!("p99 of the others, {beside}");
        let of = |(label, runs): &(&'static str, Vec<Waits>)| {
            let delayed: Vec<f64> = runs.iter().map(|run| run.delayed).collect();
            let p99_ns: Vec<f64> = runs.iter().map(|run| run.p99_ns).collect();
            [
                figures::median_of(label, &share, Unit::Share, &delayed),
                figures::median_of(label, &p99, Unit::Time, &p99_ns),
            ]
        };
        self.systems.iter().flat_map(of).flatten().collect()
    }
}

fn waits(
    system: System,
    server: &mut StartedServer<'_, '_>,
    kind: Slow,
    percent: f64,
    load: &ConfigBuilder,
) -> Result<Waits, Failure> {
    let request = system.slow_request(kind, SLOW);
    let slow_per_s = RATE_PER_S * percent / 100.0;
    let slow = SlowClients::start(server.process.port, request, slow_per_s)?;
    let run = run(server, load)?;
    slow.stop()?;
    let response = &run.latency.response;
    let long = response.ranges().filter(|(ns, _)| *ns >= LONG_NS);
    let long: u64 = long.map(|(_, count)| count).sum();
    let p99_ns = Metric::P99.of(&run);
    Ok(Waits {
        delayed: long as f64 / response.count().max(1) as f64,
        p99_ns: p99_ns.ok_or_else(|| Failure::Unexpected("no request was answered".to_owned()))?,
    })
}
