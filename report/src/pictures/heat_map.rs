//! P6, latency over time: stalls, drift, and the warm-up, which no percentile shows.

mod grid;

use results::{Histogram, Interval, Run, units};

use self::grid::Grid;
use super::Input;
use crate::axes::{extent, linear_axis};
use crate::picture::{Axis, Heat, Marks, Panel, Picture};
use crate::table::{Cell, Column, Table};

pub(super) const NAME: &str = "heat-map";

/// More panels than this are not looked at.
const MOST_PANELS: usize = 12;
/// Beside a run that took more times as long as this, another would be but a line at the left.
const MOST_TIMES_AS_LONG: f64 = 4.0;
/// More columns than this are thinner than a screen shows.
const MOST_COLUMNS: usize = 120;

/// The picture, or none of runs without intervals.
pub(super) fn draw(input: &Input) -> Option<Picture> {
    let shown: Vec<Course> = input
        .of_one_load()
        .into_iter()
        .filter_map(|group| Course::of(input.place(group), group.label, group.runs.first()?))
        .take(MOST_PANELS)
        .collect();
    // One grid and one scale of colours for all panels, or they could not be compared.
    let grid = Grid::of(&shown)?;
    let y = grid.axis();
    let (shortest_s, longest_s) = extent(shown.iter().map(Course::end_s))?;
    let one_clock = longest_s <= MOST_TIMES_AS_LONG * shortest_s;
    let mut heats: Vec<Heat> = shown.iter().map(|course| grid.heat(course)).collect();
    let most = heats
        .iter()
        .flat_map(|heat| &heat.counts)
        .flatten()
        .copied()
        .max()?;
    heats.iter_mut().for_each(|heat| heat.most = most);
    let cells = cells(&shown, &heats);
    let panel = |(course, heat): (&Course, Heat)| Panel {
        title: format!(
            "{}, longest {}",
            course.label,
            units::time(course.longest_ns())
        ),
        x: time(if one_clock { longest_s } else { course.end_s() }),
        y: y.clone(),
        marks: Marks::Heat(heat),
    };
    Some(Picture {
        name: NAME.to_owned(),
        finding: finding(&shown),
        caption: caption(&shown, &grid, most, one_clock),
        panels: shown.iter().zip(heats).map(panel).collect(),
        table: table(&shown),
        cells: Some(cells),
    })
}

fn caption(shown: &[Course], grid: &Grid, most: u64, one_clock: bool) -> String {
    let mut caption = format!(
        "Each column is a slice of time, each row a range of latency; the stronger the colour, the more replies (the \
         strongest is {} in one cell, and equal colours are equal counts in all panels). Shown is the first run of each system{}.",
        units::count(most),
        if shown.len() == MOST_PANELS {
            ", of no more than twelve"
        } else {
            ""
        }
    );
    if !one_clock {
        caption +=
            " Some runs took so much longer than others that each panel has a time of its own.";
    }
    if grid.shorter || grid.longer {
        caption += " The lanes at the edge hold what lies further out, one reply of a thousand at most: rows for them would squeeze all others.";
    }
    caption
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

    /// All slices together.
    fn whole(&self) -> Histogram {
        let mut whole = Histogram::new();
        self.columns
            .iter()
            .for_each(|column| whole.merge(&column.response));
        whole
    }

    fn longest_ns(&self) -> u64 {
        let longest = self
            .columns
            .iter()
            .filter_map(|column| column.response.max_ns());
        longest.max().unwrap_or(0)
    }
}

/// Neighbouring intervals as one; none where a histogram is damaged.
fn joined(intervals: &[Interval]) -> Option<Slice> {
    let mut response = Histogram::new();
    for interval in intervals {
        response.merge(&Histogram::from(&interval.response));
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

fn time(end_s: f64) -> Axis {
    let text = |at: f64| units::time((at * 1e9).round() as u64);
    linear_axis("time into the run", (0.0, end_s.max(1e-9)), text)
}

/// Every cell that holds a reply, for the download.
fn cells(shown: &[Course], heats: &[Heat]) -> Table {
    let number = |value: f64| Cell::number(Some(value), |value| value.to_string());
    let ns = |seconds: f64| number((seconds * 1e9).round());
    let of_row = |course: &Course, (low, high): (f64, f64), counts: &[u64]| {
        let filled = course
            .columns
            .iter()
            .zip(counts)
            .filter(|(_, count)| **count > 0);
        let cell = |(column, count): (&Slice, &u64)| {
            vec![
                Cell::words(course.label),
                number(column.start_ns as f64),
                number(column.end_ns as f64),
                ns(low),
                ns(high),
                number(*count as f64),
            ]
        };
        filled.map(cell).collect::<Vec<_>>()
    };
    let of_system = |(course, heat): (&Course, &Heat)| {
        let rows = heat.rows.windows(2).map(|edges| (edges[0], edges[1]));
        let rows = rows.zip(heat.counts.iter().map(Vec::as_slice));
        let lanes = heat
            .beyond
            .iter()
            .map(|lane| (lane.holds, lane.counts.as_slice()));
        let rows = rows.chain(lanes);
        rows.flat_map(|(edges, counts)| of_row(course, edges, counts))
            .collect::<Vec<_>>()
    };
    Table {
        columns: vec![
            Column::words("system"),
            Column::numbers("from", "").in_unit("ns"),
            Column::numbers("to", "").in_unit("ns"),
            Column::numbers("response from", "").in_unit("ns"),
            Column::numbers("response to", "").in_unit("ns"),
            Column::numbers("replies", ""),
        ],
        rows: shown.iter().zip(heats).flat_map(of_system).collect(),
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
        None => "No reply came in any slice of time".to_owned(),
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
            Cell::count(course.columns.len() as u64),
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

#[cfg(test)]
mod tests {
    use results::{Comparison, example::Recipe};

    use crate::pictures;

    /// The ends of the time axes of two runs of this many intervals.
    fn ends(intervals: [usize; 2]) -> Vec<f64> {
        let run = |intervals: usize| {
            let label = format!("{intervals} intervals");
            let mut recipe = Recipe::quick(&label);
            recipe.intervals = intervals.try_into().unwrap();
            recipe.run()
        };
        let comparison = Comparison::of_runs(String::new(), intervals.map(run).to_vec());
        let pictures = pictures::all(&comparison);
        let heat = pictures.iter().find(|one| one.name == super::NAME).unwrap();
        heat.panels.iter().map(|panel| panel.x.range.1).collect()
    }

    #[test]
    fn one_clock_for_all_unless_a_run_would_be_a_line() {
        let [one, other] = ends([3, 6])[..] else {
            panic!()
        };
        assert!(one == other);
        let [short, long] = ends([3, 60])[..] else {
            panic!()
        };
        assert!(short * 4.0 < long);
    }
}
