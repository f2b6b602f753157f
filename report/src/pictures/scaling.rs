//! P3, scaling: what each further connection costs.

use results::{Metric, Workload, units};

use super::Scene;
use super::sweep::{self, Sweep};
use crate::picture::Picture;
use crate::ticks::doubling_axis;

pub(super) const NAME: &str = "scaling";

const METRICS: [(Metric, &str); 5] = [
    (Metric::Throughput, "requests/s"),
    (Metric::P99, "response time, p99"),
    (Metric::CpuPerRequest, "CPU time per request"),
    (Metric::SwitchesPerRequest, "switches per request"),
    (Metric::MemoryPerConnection, "memory per connection"),
];

/// The picture, or none of runs that were not made over several numbers of connections.
pub(super) fn draw(scene: &Scene) -> Option<Picture> {
    let groups = sweep::groups(scene, connections, |left, right| {
        left.same_load(&Workload {
            connections: left.connections,
            ..right.clone()
        })
    })?;
    let x = doubling_axis(
        "connections",
        groups
            .iter()
            .filter_map(|group| connections(group.workload())),
    );
    let text = |number| format!("{} connections", units::count(number as u64));
    let sweep = Sweep {
        scene,
        groups,
        swept: connections,
        x,
        text,
    };
    let panel =
        |(metric, title): &(Metric, &str)| sweep.panel(*metric, &sweep.axis_of(title, &[*metric]));
    Some(Picture {
        name: NAME.to_owned(),
        finding: finding(&sweep),
        caption: "Each step to the right doubles the connections. Band: from the lowest run to the highest.".to_owned(),
        panels: METRICS.iter().filter_map(panel).collect(),
        table: sweep.table("connections", &METRICS.map(|(metric, _)| metric)),
    })
}

fn connections(workload: &Workload) -> Option<f64> {
    Some(f64::from(workload.connections))
}

/// What the cost of a request grew to, from the fewest connections to the most.
fn finding(sweep: &Sweep) -> String {
    let growth = sweep.series(
        Metric::CpuPerRequest,
        |group| group.values(Metric::CpuPerRequest),
        |value| value.to_string(),
    );
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
            "From {} to {} connections, CPU time per request grew {}",
            units::count(few as u64),
            units::count(many as u64),
            said.join(", ")
        ),
        _ => format!(
            "From {} to {} connections",
            units::count(few as u64),
            units::count(many as u64)
        ),
    }
}
