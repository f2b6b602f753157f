//! Sweeps: the same systems at more and more of something, such as connections.

use results::{ChartSeries, Figure, Joining, Metric, Run, Unit};

use crate::experiment::{Experiment, Setup};
use crate::figures::{connections, median_of, median_point};
use crate::load::Load;
use crate::pair::Pair;

/// One system, and the runs that it has with each number of connections.
#[derive(Debug, Clone)]
pub struct Sweep<T> {
    /// The system.
    pub label: &'static str,
    /// The runs with each number of connections.
    pub places: Vec<(u32, Vec<T>)>,
}

/// A number that every run of a sweep has.
#[derive(Debug)]
pub struct Level<T> {
    /// What it is called in a table.
    pub what: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// The number of one run, where it was measured.
    pub of: fn(&T) -> Option<f64>,
}

/// The processor time that one request costs.
pub const CPU_PER_REQUEST: Level<Run> = Level {
    what: "processor time per request",
    unit: Unit::Time,
    of: |run| Metric::CpuPerRequest.of(run),
};

/// The requests that are answered in a second.
pub const THROUGHPUT: Level<Run> = Level {
    what: "requests per second",
    unit: Unit::PerSecond,
    of: |run| Metric::Throughput.of(run),
};

impl<T> Sweep<T> {
    /// Sweeps whose runs are still to be made.
    pub fn of(setups: &[Setup]) -> Vec<Self> {
        let empty = |setup: &Setup| Self {
            label: setup.system.label,
            places: Vec::new(),
        };
        setups.iter().map(empty).collect()
    }

    /// The runs with this many connections.
    pub fn runs(&self, connections: u32) -> &[T] {
        let mut places = self.places.iter();
        let place = places.find(|(number, _)| *number == connections);
        place.map_or(&[], |(_, runs)| runs)
    }

    /// A number of every run with this many connections that has it.
    pub fn values(&self, connections: u32, of: fn(&T) -> Option<f64>) -> Vec<f64> {
        self.runs(connections).iter().filter_map(of).collect()
    }

    /// The median of each level with this many connections.
    pub fn figures_at(&self, number: u32, levels: &[Level<T>]) -> Vec<Figure> {
        let figure = |level: &Level<T>| {
            let what = format!("{}, {}", level.what, connections(number));
            median_of(
                self.label,
                &what,
                level.unit,
                &self.values(number, level.of),
            )
        };
        levels.iter().filter_map(figure).collect()
    }

    /// The same at every place.
    pub fn figures(&self, levels: &[Level<T>]) -> Vec<Figure> {
        let places = self.places.iter();
        places
            .flat_map(|(number, _)| self.figures_at(*number, levels))
            .collect()
    }

    /// The medians as a line, each with the range of its runs.
    pub fn line(&self, of: fn(&T) -> Option<f64>) -> ChartSeries {
        let point =
            |(number, _): &(u32, _)| median_point(f64::from(*number), &self.values(*number, of));
        ChartSeries::new(
            self.label,
            Joining::Line,
            self.places.iter().filter_map(point),
        )
    }
}

/// The second of these sweeps against the first, with this many connections.
pub fn pair<T>(sweeps: &[Sweep<T>], number: u32, of: fn(&T) -> Option<f64>) -> Pair {
    let values = |place: usize| {
        let sweep = sweeps.get(place);
        sweep.map_or_else(Vec::new, |sweep| sweep.values(number, of))
    };
    Pair {
        condition: connections(number),
        reference: values(0),
        candidate: values(1),
    }
}

/// Loads each system with each of these numbers of connections; `load` is the rest of the load.
pub fn sweep(
    experiment: &mut Experiment<'_>,
    setups: &[Setup],
    connections: &[u32],
    rounds: u32,
    load: &Load,
) -> Vec<Sweep<Run>> {
    let mut sweeps = Sweep::of(setups);
    for number in connections {
        let runs = experiment.compare(setups, rounds, &load.connections(*number));
        for (sweep, runs) in sweeps.iter_mut().zip(runs) {
            sweep.places.push((*number, runs));
        }
    }
    sweeps
}
