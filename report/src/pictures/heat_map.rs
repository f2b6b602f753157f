//! P6, latency over time: stalls, drift, and the warm-up, which no percentile shows.

use results::{Histogram, Interval, Run, units};

use super::Scene;
use crate::picture::{Axis, Heat, Marks, Panel, Picture, Scale};
use crate::table::{Cell, Column, Table};
use crate::ticks::{extent, linear_ticks, log_axis};

pub(super) const NAME: &str = "heat-map";

/// More panels than this are not looked at.
const MOST_PANELS: usize = 12;
/// More columns than this are thinner than a screen shows.
const MOST_COLUMNS: usize = 120;
/// Rows in each power of ten.
const ROWS_PER_DECADE: f64 = 12.0;

/// The picture, or none of runs without intervals.
pub(super) fn draw(scene: &Scene) -> Option<Picture> {
    let shown: Vec<Course> = scene
        .of_one_load()
        .into_iter()
        .filter_map(|group| Course::of(scene.place(group), group.label, group.runs.first()?))
        .take(MOST_PANELS)
        .collect();
    // One grid and one scale of colours for all panels, or they could not be compared.
    let y = axis(&shown)?;
    let rows = row_edges(&y);
    let end_s = extent(shown.iter().map(Course::end_s))?.1;
    let counts: Vec<Vec<Vec<u64>>> = shown.iter().map(|course| course.counts(&rows)).collect();
    let most = counts.iter().flatten().flatten().copied().max()?;
    let panel = |(course, counts): (&Course, Vec<Vec<u64>>)| Panel {
        title: course.label.to_owned(),
        x: time(end_s),
        y: y.clone(),
        marks: Marks::Heat(Heat {
            system: course.system,
            columns: course.column_edges(),
            rows: rows.clone(),
            counts,
            most,
        }),
    };
    let table = table(&shown);
    Some(Picture {
        name: NAME.to_owned(),
        finding: finding(&shown),
        caption: format!(
            "Each column is a slice of time, each row a range of latency; the stronger the colour, the more replies (the \
             strongest is {} in one cell, and equal colours are equal counts in all panels). Shown is the first run of each system{}.",
            units::count(most),
            if shown.len() == MOST_PANELS {
                ", of no more than twelve"
            } else {
                ""
            }
        ),
        panels: shown.iter().zip(counts).map(panel).collect(),
        table,
    })
}

/// One run's intervals, joined to no more columns than can be seen.
struct Course<'a> {
    system: usize,
    label: &'a str,
    columns: Vec<Slice>,
}

/// A slice of time.
struct Slice {
    start_ns: u64,
    end_ns: u64,
    response: Histogram,
}

impl<'a> Course<'a> {
    fn of(system: usize, label: &'a str, run: &Run) -> Option<Self> {
        let width = run.intervals.len().div_ceil(MOST_COLUMNS).max(1);
        let columns: Vec<Slice> = run.intervals.chunks(width).filter_map(joined).collect();
        let any = columns.iter().any(|column| !column.response.is_empty());
        any.then_some(Self {
            system,
            label,
            columns,
        })
    }

    fn end_s(&self) -> f64 {
        self.columns
            .last()
            .map_or(0.0, |column| column.end_ns as f64 / 1e9)
    }

    fn column_edges(&self) -> Vec<f64> {
        let starts = self
            .columns
            .iter()
            .map(|column| column.start_ns as f64 / 1e9);
        starts.chain([self.end_s()]).collect()
    }

    /// `counts[row][column]` on a grid of rows.
    fn counts(&self, edges: &[f64]) -> Vec<Vec<u64>> {
        let mut counts = vec![vec![0; self.columns.len()]; edges.len().saturating_sub(1)];
        for (at, column) in self.columns.iter().enumerate() {
            for (ns, samples) in column.response.ranges() {
                let above = edges.partition_point(|edge| *edge <= seconds(ns));
                if let Some(row) = counts.get_mut(above.saturating_sub(1)) {
                    row[at] += samples;
                }
            }
        }
        counts
    }
}

/// Neighbouring intervals as one; none where a histogram is damaged.
fn joined(intervals: &[Interval]) -> Option<Slice> {
    let mut response = Histogram::new();
    for interval in intervals {
        response.merge(&interval.response.unpack().ok()?);
    }
    let (first, last) = (intervals.first()?, intervals.last()?);
    Some(Slice {
        start_ns: first.start_ns,
        end_ns: last.start_ns + last.length_ns,
        response,
    })
}

/// A latency in seconds, which is what the hover of a heat map can write with a unit.
fn seconds(ns: u64) -> f64 {
    ns.max(1) as f64 / 1e9
}

fn axis(shown: &[Course]) -> Option<Axis> {
    let ends = shown.iter().flat_map(|course| &course.columns);
    let ends = ends.flat_map(|column| [column.response.min_ns(), column.response.max_ns()]);
    let ends: Vec<f64> = ends.flatten().map(seconds).collect();
    let text = |at: f64| units::time((at * 1e9).round() as u64);
    (!ends.is_empty()).then(|| log_axis("response time", ends.into_iter(), text))
}

fn row_edges(axis: &Axis) -> Vec<f64> {
    let (low, high) = axis.range;
    let rows = ((high / low).log10() * ROWS_PER_DECADE).ceil().max(1.0);
    (0..=rows as u32)
        .map(|row| low * (high / low).powf(f64::from(row) / rows))
        .collect()
}

fn time(end_s: f64) -> Axis {
    let range = (0.0, end_s.max(1e-9));
    Axis {
        title: "time into the run".to_owned(),
        scale: Scale::Linear,
        range,
        ticks: linear_ticks(range, |at| units::time((at * 1e9).round() as u64)),
        minor: Vec::new(),
        places: Vec::new(),
        lane: None,
    }
}

/// The slice with the longest wait of all.
fn finding(shown: &[Course]) -> String {
    let slices = shown
        .iter()
        .flat_map(|course| course.columns.iter().map(move |column| (course, column)));
    match slices.max_by_key(|(_, column)| column.response.max_ns()) {
        Some((course, column)) => format!(
            "The longest wait was {}, with {}, between {} and {} into the run",
            units::time(column.response.max_ns().unwrap_or(0)),
            course.label,
            units::time(column.start_ns),
            units::time(column.end_ns)
        ),
        None => "Latency over time".to_owned(),
    }
}

fn table(shown: &[Course]) -> Table {
    let row = |course: &Course| {
        let worst = course
            .columns
            .iter()
            .max_by_key(|column| column.response.max_ns());
        let ns = |ns: Option<u64>| Cell::number(ns.map(|ns| ns as f64), units::time_of);
        vec![
            Cell::words(course.label),
            Cell::number(Some(course.columns.len() as f64), |value| {
                units::count(value as u64)
            }),
            ns(worst.map(|column| column.start_ns)),
            ns(worst.and_then(|column| column.response.max_ns())),
            ns(worst.and_then(|column| column.response.quantile_ns(results::Quantile::P50))),
        ]
    };
    Table {
        columns: vec![
            Column::words("system"),
            Column::numbers("slices", "columns of the picture"),
            Column::numbers("worst slice at", "its begin, from the start of the run"),
            Column::numbers("longest", "in that slice"),
            Column::numbers("median", "in that slice"),
        ],
        rows: shown.iter().map(row).collect(),
    }
}
