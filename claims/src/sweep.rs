//! Sweeps: the same systems at more and more of something, such as connections.

use loadgen::config::ConfigBuilder;
use results::{ChartSeries, Figure, Joining, Metric, Run, Unit};

use crate::figures::{connections, median_of, median_point};
use crate::{Experiment, Pair, ProcessCost, Setup, run};

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

impl Level<Run> {
    /// The processor time that one request costs.
    pub const CPU_PER_REQUEST: Self = Self::new("processor time per request", Unit::Time, |run| {
        Metric::CpuPerRequest.of(run)
    });

    /// The requests that are answered in a second.
    pub const THROUGHPUT: Self = Self::new("requests per second", Unit::PerSecond, |run| {
        Metric::Throughput.of(run)
    });
}

impl<T> Level<T> {
    /// The number that `of` finds.
    pub const fn new(what: &'static str, unit: Unit, of: fn(&T) -> Option<f64>) -> Self {
        Self { what, unit, of }
    }
}

impl<T> Sweep<T> {
    /// Loads each system with each of these numbers of connections; `load` is the rest of the load. `of` takes what is needed
    /// from a run and from the cost of its server.
    pub fn measure(
        experiment: &mut Experiment<'_>,
        setups: &[Setup],
        connections: &[u32],
        rounds: u32,
        load: &ConfigBuilder,
        of: fn(Run, Option<ProcessCost>) -> Option<T>,
    ) -> Vec<Self> {
        let empty = |setup: &Setup| Self {
            label: setup.system.label,
            places: Vec::new(),
        };
        let mut sweeps: Vec<Self> = setups.iter().map(empty).collect();
        for number in connections {
            let load = load.clone().connections(*number);
            let runs = experiment.each_with_cost(setups, rounds, |_, server| run(server, &load));
            for (sweep, runs) in sweeps.iter_mut().zip(runs) {
                let runs = runs.into_iter().filter_map(|(run, cost)| of(run, cost));
                sweep.places.push((*number, runs.collect()));
            }
        }
        sweeps
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

    /// The second of these sweeps against the first, with this many connections.
    pub fn pair(sweeps: &[Self], number: u32, of: fn(&T) -> Option<f64>) -> Pair {
        let values = |place: usize| {
            let sweep = sweeps.get(place);
            sweep.map_or_else(Vec::new, |sweep| sweep.values(number, of))
        };
        Pair::new(connections(number), values(0), values(1))
    }
}

impl Sweep<Run> {
    /// Loads each system with each of these numbers of connections; `load` is the rest of the load.
    pub fn of_runs(
        experiment: &mut Experiment<'_>,
        setups: &[Setup],
        connections: &[u32],
        rounds: u32,
        load: &ConfigBuilder,
    ) -> Vec<Self> {
        Self::measure(experiment, setups, connections, rounds, load, |run, _| {
            Some(run)
        })
    }
}
