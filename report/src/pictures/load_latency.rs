//! P2, load and latency: how much load a server takes before requests wait.

use results::knee::{Above, Knee};
use results::{Group, LoadMode, Metric, Workload, units};

use super::sweep::{self, Sweep};
use super::{Input, few_or_ends};
use crate::axes::{count_axis, extent, linear_axis, log_axis};
use crate::picture::{Axis, Marks, Panel, Picture};

pub(super) const NAME: &str = "load-latency";

const METRICS: [Metric; 3] = [Metric::P50, Metric::P99, Metric::P99_9];

/// The picture, or none of runs that were not made under several open-loop rates.
pub(super) fn draw(input: &Input) -> Option<Picture> {
    let groups = sweep::groups(input, offered, |left, right| {
        left.same_load(&Workload {
            mode: left.mode,
            ..right.clone()
        })
    })?;
    let x = rate_axis(groups.iter().filter_map(|group| offered(group.workload())));
    let text = |rate| format!("{} req/s offered", units::number(rate));
    let sweep = Sweep {
        input,
        groups,
        swept: offered,
        x,
        text: &text,
    };
    // One axis for all percentiles: the eye compares heights across the panels.
    let y = sweep.axis_of("response time", &METRICS);
    let mut panels: Vec<Panel> = METRICS
        .iter()
        .filter_map(|metric| sweep.panel(*metric, &y))
        .collect();
    panels.push(achieved(&sweep));
    Some(Picture {
        name: NAME.to_owned(),
        finding: finding(&sweep),
        caption: format!(
            "To the left the server keeps up; the knee is where waiting begins. The last panel is what came back of what \
             was asked: under 100 % the server cannot. {}",
            sweep.marks_in_words()
        ),
        panels,
        table: sweep.table(
            "offered",
            &[Metric::Throughput, Metric::P50, Metric::P99, Metric::P99_9],
        ),
        cells: None,
    })
}

/// From a thousand to a million there is no room on an axis of equal sums.
fn rate_axis(rates: impl Iterator<Item = f64> + Clone) -> Axis {
    const TITLE: &str = "offered requests per second";
    match extent(rates.clone()) {
        Some((low, high)) if high >= 100.0 * low => {
            let mut axis = log_axis(TITLE, rates, units::number);
            axis.ticks.retain(|tick| is_power_of_ten(tick.at));
            axis
        }
        _ => count_axis(TITLE, rates, units::number),
    }
}

fn is_power_of_ten(rate: f64) -> bool {
    let power = rate.log10();
    (power - power.round()).abs() < 1e-9
}

fn offered(workload: &Workload) -> Option<f64> {
    match workload.mode {
        LoadMode::Open { rate_per_s, .. } => Some(rate_per_s.value()),
        LoadMode::Closed => None,
    }
}

/// The strip at the bottom: achieved over offered.
fn achieved(sweep: &Sweep) -> Panel {
    let shares = |group: &Group| {
        let achieved = group.values(Metric::Throughput).into_iter();
        let offered = offered(group.workload()).unwrap_or(f64::INFINITY);
        achieved.map(|rate| rate / offered).collect()
    };
    let series = sweep.series(Metric::Throughput, shares, units::percent);
    Panel {
        title: "achieved of what was offered".to_owned(),
        x: sweep.named_x(),
        y: linear_axis("achieved ÷ offered", (0.0, 1.1), units::percent),
        marks: Marks::Series(series),
    }
}

/// The greatest rate that each system kept up with, as far as that was found; of many systems, the two ends.
fn finding(sweep: &Sweep) -> String {
    let sustained = sweep.input.labels().iter().filter_map(|label| {
        let own = sweep.groups.iter().filter(|group| group.label == *label);
        let knee = Knee::of(&own.copied().collect::<Vec<_>>())?;
        let greatest = knee.kept_up_per_s?;
        let or_more = match knee.above {
            Above::Behind(_) => "",
            Above::ClientBound(_) | Above::Nothing => " or more",
        };
        Some((
            greatest,
            format!("{}{or_more} with {label}", units::number(greatest)),
        ))
    });
    let sustained: Vec<(f64, String)> = sustained.collect();
    if sustained.is_empty() {
        let least = units::number(sweep.named_x().places_or_range().0);
        return format!("Not even {least} requests per second were kept up with");
    }
    format!(
        "Requests per second that were kept up with: {}",
        few_or_ends(sustained)
    )
}
