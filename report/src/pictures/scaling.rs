//! P3, scaling: what each further connection costs, each further counter, each further byte.

use results::{Metric, Workload, units};

use super::sweep::{self, Sweep, Swept};
use super::{Input, few_or_ends};
use crate::axes::doubling_axis;
use crate::picture::{Joined, Mark, Marks, Panel, Picture, Point, Series};

/// What grows.
pub(super) struct Growing {
    /// The name of the picture.
    pub(super) name: &'static str,
    /// The word for many of it.
    many: &'static str,
    swept: Swept,
    /// The one load with as much of it as the other has.
    as_much: fn(Workload, &Workload) -> Workload,
    /// What the finding tells of.
    told: Metric,
}

/// More connections.
pub(super) const CONNECTIONS: Growing = Growing {
    name: "scaling",
    many: "connections",
    swept: |load| Some(f64::from(load.connections)),
    as_much: |load, other| Workload {
        connections: other.connections,
        ..load
    },
    told: Metric::CpuPerRequest,
};

/// More processors for the server.
pub(super) const CORES: Growing = Growing {
    name: "cores",
    many: "processors of the server",
    swept: |load| load.server_processors.map(f64::from),
    as_much: |load, other| Workload {
        server_processors: other.server_processors,
        ..load
    },
    told: Metric::Throughput,
};

/// More counters, and so less contention for each.
pub(super) const KEYS: Growing = Growing {
    name: "keys",
    many: "counters",
    swept: |load| Some(load.keys as f64),
    as_much: |load, other| Workload {
        keys: other.keys,
        ..load
    },
    told: Metric::CpuPerRequest,
};

/// Longer requests and replies.
pub(super) const PAYLOAD: Growing = Growing {
    name: "payload",
    many: "bytes of payload",
    // Nothing has no place on an axis of doublings: it stands one step before a single byte.
    swept: |load| Some((load.payload_bytes as f64).max(0.5)),
    as_much: |load, other| Workload {
        payload_bytes: other.payload_bytes,
        ..load
    },
    told: Metric::CpuPerRequest,
};

const METRICS: [(Metric, &str); 5] = [
    (Metric::Throughput, "requests/s"),
    (Metric::P99, "response time, p99"),
    (Metric::CpuPerRequest, "CPU time per request"),
    (Metric::SwitchesPerRequest, "switches per request"),
    (Metric::MemoryPerConnection, "memory per connection"),
];

impl Growing {
    /// The picture, or none of runs that do not differ in this.
    pub(super) fn draw(&self, input: &Input) -> Option<Picture> {
        let groups = sweep::groups(input, self.swept, |left, right| {
            left.same_load(&(self.as_much)(right.clone(), left))
        })?;
        let values = groups
            .iter()
            .filter_map(|group| (self.swept)(group.workload()));
        let x = doubling_axis(self.many, values);
        let many = self.many;
        let sweep = Sweep {
            input,
            groups,
            swept: self.swept,
            x,
            text: &|number| format!("{} {many}", units::count(number as u64)),
        };
        let panel = |(metric, title): &(Metric, &str)| match metric {
            Metric::CpuPerRequest => cpu_panel(&sweep, title),
            _ => sweep.panel(*metric, &sweep.axis_of(title, &[*metric])),
        };
        let mut columns = METRICS.map(|(metric, _)| metric).to_vec();
        if let Some(cpu) = columns
            .iter()
            .position(|metric| *metric == Metric::CpuPerRequest)
        {
            columns.insert(cpu + 1, Metric::KernelCpuPerRequest);
        }
        Some(Picture {
            name: self.name.to_owned(),
            finding: self.finding(&sweep),
            caption: format!(
                "To the right, equal distances are equal factors of {many}. Dotted: the part of the processor time that the kernel took. {}",
                sweep.marks_in_words()
            ),
            panels: METRICS.iter().filter_map(panel).collect(),
            table: sweep.table(many, &columns),
            cells: None,
        })
    }

    /// What the most of it does to each system, against the least: of many systems, to the two that it does least and most to.
    fn finding(&self, sweep: &Sweep) -> String {
        let (few, many) = sweep.named_x().places_or_range();
        let [few, many] = [few, many].map(|number| units::count(number as u64));
        let load = format!("With {many} {} instead of {few}", self.many);
        let told = [self.told, Metric::P99, Metric::Throughput];
        let growth = told.iter().map(|metric| (metric, growth(sweep, *metric)));
        let Some((metric, mut growth)) = growth.into_iter().find(|(_, growth)| !growth.is_empty())
        else {
            return format!("{load}, no reply came");
        };
        growth.sort_by(|left, right| left.0.total_cmp(&right.0));
        let of = metric.in_words();
        let told = growth.into_iter().map(|(times, label)| {
            let text = format!("{}× as much with {label}", units::number(times));
            (times, text)
        });
        format!("{load}: {of} {}", few_or_ends(told.collect()))
    }
}

/// Processor time, and dotted below it the part of it that the kernel took.
fn cpu_panel(sweep: &Sweep, title: &str) -> Option<Panel> {
    let both = [Metric::CpuPerRequest, Metric::KernelCpuPerRequest];
    let y = sweep.axis_of(title, &both);
    let mut panel = sweep.panel(Metric::CpuPerRequest, &y)?;
    let kernel = sweep.panel(Metric::KernelCpuPerRequest, &y);
    if let (Marks::Series(all), Some(Marks::Series(kernel))) =
        (&mut panel.marks, kernel.map(|panel| panel.marks))
    {
        all.extend(kernel.into_iter().map(|series| Series {
            label: format!("{}, in the kernel", series.label),
            joined: Joined::Line { sure: 0 },
            points: series.points.into_iter().map(bare).collect(),
            ..series
        }));
    }
    Some(panel)
}

/// A point of a line that is only there beside another: no symbol and no band.
fn bare(point: Point) -> Point {
    Point {
        range: None,
        mark: Mark::None,
        ..point
    }
}

/// How many times as much of the metric each system has at the last place as at the first.
fn growth(sweep: &Sweep, metric: Metric) -> Vec<(f64, String)> {
    let series = sweep.series(
        metric,
        |group| group.values(metric),
        |value| value.to_string(),
    );
    let times = series.into_iter().filter_map(|series| {
        let (first, last) = (series.points.first()?, series.points.last()?);
        let times = results::Finite::ratio(last.y, first.y)?;
        Some((times.value(), series.label))
    });
    times.collect()
}
