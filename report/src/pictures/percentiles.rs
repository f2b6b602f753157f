//! P1, percentile curves: how slow the slowest tenth, hundredth, thousandth of the requests was.

use results::{
    CurvePoint, Group, Histogram, Metric, Quantile, percentile_curve, percentile_intervals, units,
};

use super::Input;
use crate::axes::{nines_axis, time_axis};
use crate::picture::{Joined, Mark, Marks, Panel, Picture, Point, Series, Tick};
use crate::sentences::finding;
use crate::table::{Cell, Column, Table, between};

pub(crate) const NAME: &str = "percentiles";

/// The picture, or none without a single reply.
pub(crate) fn draw(input: &Input) -> Option<Picture> {
    let groups = input.of_one_load();
    let curves: Vec<Curve> = groups.iter().filter_map(|group| Curve::of(group)).collect();
    let samples = curves.iter().map(|curve| curve.merged.count()).max()?;
    let (mut x, lane) = nines_axis(samples);
    x.places = places(&curves, lane);
    let series: Vec<Series> = curves
        .iter()
        .map(|curve| curve.series(input, lane))
        .collect();
    let heights = series.iter().flat_map(heights);
    Some(Picture {
        name: NAME.to_owned(),
        finding: title(&curves),
        caption: caption(input, &curves),
        panels: vec![Panel {
            title: String::new(),
            x,
            y: time_axis("response time", heights),
            marks: Marks::Series(series.clone()),
        }],
        table: table(&curves),
        cells: None,
    })
}

/// The greatest difference at any percentile that every single run has ten samples beyond.
fn title(curves: &[Curve]) -> String {
    let groups: Vec<Group> = curves.iter().map(|curve| curve.group.clone()).collect();
    let runs = groups.iter().flat_map(|group| &group.runs);
    let fewest = runs
        .map(|run| run.latency.response.count())
        .min()
        .unwrap_or(0);
    let mut metrics = vec![Metric::P99, Metric::P50];
    if fewest >= 1_000 * CurvePoint::SURE_BEYOND {
        metrics.push(Metric::P99_9);
    }
    finding(&groups, &metrics)
}

/// The percentiles that can be pointed at: those of the longest curve, and the longest response.
fn places(curves: &[Curve], lane: f64) -> Vec<Tick> {
    let all = curves.iter().map(|curve| percentile_curve(&curve.merged));
    let longest = all.max_by_key(Vec::len).unwrap_or_default();
    let named = |point: CurvePoint| Tick::new(point.nines, short_name(&point));
    let last = Tick::new(lane, "the longest");
    longest.into_iter().map(named).chain([last]).collect()
}

/// `p99`, `p92.1`, `p99.87`: two digits of the tail, and nothing after them that is zero.
fn short_name(point: &CurvePoint) -> String {
    let decimals = point.nines.ceil().max(0.0) as usize;
    let percent = 100.0 - f64::from(point.quantile.above_ppb()) / 1e7;
    let text = format!("p{percent:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A group and its samples, merged and run by run.
struct Curve<'a> {
    group: &'a Group<'a>,
    merged: Histogram,
}

impl<'a> Curve<'a> {
    fn of(group: &'a Group<'a>) -> Option<Self> {
        let merged = group.response();
        (!merged.is_empty()).then_some(Self { group, merged })
    }

    fn series(&self, input: &Input, lane: f64) -> Series {
        let curve = percentile_curve(&self.merged);
        let quantiles: Vec<Quantile> = curve.iter().map(|point| point.quantile).collect();
        let ranges = self.ranges(&quantiles);
        let points = curve.iter().zip(ranges).map(|(point, range)| Point {
            x: point.nines,
            y: drawable(point.ns),
            range,
            mark: match MARKED.contains(&point.quantile) {
                true => Mark::Full,
                false => Mark::None,
            },
            hover: said(point.ns, range),
        });
        let longest_ns = self.merged.max_ns().unwrap_or(0);
        let range = self.ranges(&[Quantile::MAX]).pop().flatten();
        Series {
            system: input.place(self.group),
            label: self.group.label.to_owned(),
            points: points.collect(),
            joined: Joined::Line {
                sure: curve.iter().take_while(|point| point.is_sure()).count(),
            },
            last: Some(Point {
                x: lane,
                y: drawable(longest_ns),
                range,
                mark: Mark::Full,
                hover: said(longest_ns, range),
            }),
        }
    }

    /// What each percentile is worth: the range of the runs, or a single run's own 95 % interval.
    fn notes(&self, quantiles: &[Quantile]) -> Vec<String> {
        if let [run] = self.group.runs[..] {
            let intervals = percentile_intervals(run, quantiles).into_iter();
            let note = |known: results::PercentileInterval| {
                let ends = (known.low_ns as f64, known.high_ns as f64);
                format!("95 %: {}", between(ends, units::time_of))
            };
            return intervals
                .map(|interval| interval.map_or_else(String::new, note))
                .collect();
        }
        let ranges = self.ranges(quantiles).into_iter();
        ranges
            .map(|range| range.map_or_else(String::new, |ends| between(ends, units::time_of)))
            .collect()
    }

    /// The least and the greatest reading of any run, at each quantile; none of a single run.
    fn ranges(&self, quantiles: &[Quantile]) -> Vec<Option<(f64, f64)>> {
        let mut ranges: Vec<Option<(f64, f64)>> = vec![None; quantiles.len()];
        if self.group.runs.len() < 2 {
            return ranges;
        }
        for run in &self.group.runs {
            let readings_ns = run.latency.response.quantiles_ns(quantiles);
            for (range, ns) in ranges.iter_mut().zip(readings_ns) {
                let ns = drawable(ns);
                let (low, high) = range.unwrap_or((ns, ns));
                *range = Some((low.min(ns), high.max(ns)));
            }
        }
        ranges
    }
}

/// The percentiles that carry a symbol.
const MARKED: [Quantile; 6] = [
    Quantile::P50,
    Quantile::P90,
    Quantile::P99,
    Quantile::P99_9,
    Quantile::P99_99,
    Quantile::above(10_000),
];

/// An axis of equal factors has no place for zero; a clock that ticks in nanoseconds means "less than one" by it.
fn drawable(ns: u64) -> f64 {
    ns.max(1) as f64
}

/// What is pointed at is given in full: `310 µs (309 759 ns), runs 290 µs … 330 µs`.
fn said(ns: u64, range: Option<(f64, f64)>) -> String {
    let exact = format!("{} ({} ns)", units::time(ns), units::count(ns));
    match range {
        Some(ends) => format!("{exact}, runs {}", between(ends, units::time_of)),
        None => exact,
    }
}

fn heights(series: &Series) -> impl Iterator<Item = f64> + '_ {
    series.all_points().flat_map(|point| {
        let (low, high) = point.range.unwrap_or((point.y, point.y));
        [point.y, low, high]
    })
}

fn caption(input: &Input, curves: &[Curve]) -> String {
    let repeated = curves.iter().any(|curve| curve.group.runs.len() > 1);
    let mut caption =
        "Each line says how long the given share of the requests took at most; lower is better. \
        Each nine to the right is ten times rarer. Dotted where fewer than ten requests lie beyond."
            .to_owned();
    if repeated {
        caption +=
            " The line is of all runs together, the band from the lowest run to the highest.";
    }
    if let (true, Some(curve)) = (input.is_sweep(), curves.first()) {
        caption += &format!(
            " Of the loads that were measured, this is {}.",
            curve.group.workload()
        );
    }
    let over: u64 = curves.iter().map(|curve| curve.merged.over_range()).sum();
    if over > 0 {
        caption += &format!(
            " Took longer than {1}: {0}; they count, but only the longest of them has a value.",
            units::count(over),
            units::time(Histogram::HIGHEST_NS)
        );
    }
    caption
}

fn table(curves: &[Curve]) -> Table {
    let mut columns = vec![
        Column::words("system"),
        Column::numbers("requests", "replies that the curve is made of"),
    ];
    columns.extend(Quantile::SHOWN.iter().map(|quantile| {
        Column::numbers(
            quantile.to_string(),
            "with the range of the runs, or one run's 95 % interval",
        )
        .in_unit("ns")
    }));
    let row = |curve: &Curve| {
        let mut cells = vec![
            Cell::words(curve.group.label),
            Cell::count(curve.merged.count()),
        ];
        let notes = curve.notes(&Quantile::SHOWN);
        for (quantile, note) in Quantile::SHOWN.into_iter().zip(notes) {
            let ns = curve.merged.quantile_ns(quantile).map(|ns| ns as f64);
            cells.push(Cell {
                note,
                ..Cell::number(ns, units::time_of)
            });
        }
        cells
    };
    Table {
        columns,
        rows: curves.iter().map(row).collect(),
    }
}
