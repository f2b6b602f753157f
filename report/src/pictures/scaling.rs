//! P3, scaling: what each further connection costs, each further counter, each further byte.

use results::{Metric, Workload, units};

use super::Scene;
use super::sweep::{self, Sweep, Swept};
use crate::picture::Picture;
use crate::ticks::doubling_axis;

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
    pub(super) fn draw(&self, scene: &Scene) -> Option<Picture> {
        let groups = sweep::groups(scene, self.swept, |left, right| {
            left.same_load(&(self.as_much)(right.clone(), left))
        })?;
        let values = groups
            .iter()
            .filter_map(|group| (self.swept)(group.workload()));
        let x = doubling_axis(self.many, values);
        let many = self.many;
        let sweep = Sweep {
            scene,
            groups,
            swept: self.swept,
            x,
            text: &|number| format!("{} {many}", units::count(number as u64)),
        };
        let panel = |(metric, title): &(Metric, &str)| {
            sweep.panel(*metric, &sweep.axis_of(title, &[*metric]))
        };
        Some(Picture {
            name: self.name.to_owned(),
            finding: finding(&sweep, many, self.told),
            caption: format!(
                "To the right, equal distances are equal factors of {many}. {}",
                sweep.marks_in_words()
            ),
            panels: METRICS.iter().filter_map(panel).collect(),
            table: sweep.table(many, &METRICS.map(|(metric, _)| metric)),
        })
    }
}

/// What the metric grew to, from the least to the most.
fn finding(sweep: &Sweep, noun: &str, told: Metric) -> String {
    let growth = sweep.series(told, |group| group.values(told), |value| value.to_string());
    let said = growth.iter().filter_map(|series| {
        let (first, last) = (series.points.first()?, series.points.last()?);
        let times = results::Finite::ratio(last.y, first.y)?;
        Some(format!(
            "{}× with {}",
            units::number(times.value()),
            series.label
        ))
    });
    let said: Vec<String> = said.collect();
    let (few, many) = sweep.named_x().places_or_range();
    match said.len() {
        1..=4 => format!(
            "From {} to {} {noun}, {} became {}",
            units::count(few as u64),
            units::count(many as u64),
            told.in_words(),
            said.join(", ")
        ),
        _ => format!(
            "From {} to {} {noun}",
            units::count(few as u64),
            units::count(many as u64)
        ),
    }
}
