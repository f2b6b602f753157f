//! The picture of a claim (P4 isolation, P5 lost updates, P8 dwell, and the others): any chart of `results`, drawn.

use results::{AxisScale, Chart, ChartAxis, ChartPoint, ChartSeries, Joining, Unit};

use crate::axes::{count_axis, doubling_axis, log_axis, nines_axis};
use crate::picture::{Axis, Joined, Mark, Marks, Panel, Picture, Point, Series, lane_of};
use crate::table::{Cell, Column, Table, between};

/// The picture of a chart; `place` gives each system its style. None of a chart without a point.
pub(crate) fn draw(name: &str, chart: &Chart, place: impl Fn(&str) -> usize) -> Option<Picture> {
    if chart.series.iter().all(|series| series.points.is_empty()) {
        return None;
    }
    // One pair of axes for all panels: the eye compares them.
    let (x, y, last_at) = axes(chart);
    let series = |series: &ChartSeries| Series {
        system: place(&series.label),
        label: series.label.clone(),
        points: series
            .points
            .iter()
            .map(|point| drawn(point, series, chart, (&x, &y)))
            .collect(),
        joined: match (&chart.x.scale, series.joined) {
            (_, Joining::Bound) => Joined::Line { sure: 0 },
            (AxisScale::Names { .. }, _) => Joined::Lanes,
            (_, Joining::Line) => Joined::Line { sure: sure(series) },
            (_, Joining::Pairs) => Joined::Pairs,
            (_, Joining::Apart) => Joined::Apart,
        },
        last: series.last.map(|last| Point {
            x: last_at.unwrap_or(last.x.value()),
            mark: Mark::Full,
            ..drawn(&last, series, chart, (&x, &y))
        }),
    };
    let panel = |title: &str| {
        let inside = chart.series.iter().filter(|series| series.panel == title);
        Panel {
            title: title.to_owned(),
            x: x.clone(),
            y: y.clone(),
            marks: Marks::Series(inside.map(series).collect()),
        }
    };
    Some(Picture {
        name: format!("claim-{name}"),
        finding: sentence(&chart.finding),
        caption: chart.caption.clone(),
        panels: titles(chart).into_iter().map(panel).collect(),
        table: table(chart),
        cells: None,
    })
}

/// The titles of the panels, in the order in which the series name them.
fn titles(chart: &Chart) -> Vec<&str> {
    let mut titles: Vec<&str> = Vec::new();
    for series in &chart.series {
        if !titles.contains(&series.panel.as_str()) {
            titles.push(&series.panel);
        }
    }
    titles
}

/// Points with ten samples beyond them, where a last one says how many there are; elsewhere all.
fn sure(series: &ChartSeries) -> usize {
    let end = series.last.map_or(f64::INFINITY, |last| last.x.value());
    let is_sure = |point: &&ChartPoint| point.x.value() <= end - 1.0;
    series.points.iter().take_while(is_sure).count()
}

fn all_points(chart: &Chart) -> impl Iterator<Item = &ChartPoint> {
    let series = chart.series.iter();
    series.flat_map(|series| series.points.iter().chain(&series.last))
}

/// A title begins like one.
fn sentence(finding: &str) -> String {
    let mut letters = finding.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Names stand on the left, one below the other, where the longest can be read; what was measured of them lies to their right.
/// Percentiles have a place behind all of them for the last point of a series.
fn axes(chart: &Chart) -> (Axis, Axis, Option<f64>) {
    let heights = || {
        all_points(chart).flat_map(|point| {
            let (low, high) = ends(point);
            [point.y.value(), low, high]
        })
    };
    if let AxisScale::Names { names } = &chart.x.scale {
        return (measured(&chart.y, heights()), lanes(names), None);
    }
    let places = all_points(chart).map(|point| point.x.value());
    let (x, last_at) = match &chart.x.scale {
        AxisScale::Log if chart.x.unit == Unit::Count => {
            (doubling_axis(&chart.x.title, places), None)
        }
        AxisScale::Nines => {
            let most = places.fold(1.0, f64::max);
            let (mut axis, last_at) = nines_axis(10f64.powf(most).round() as u64);
            if titles(chart).len() > 1 {
                // In a panel that is half as wide the name of the last place needs twice the room.
                axis.range.1 += 0.3;
            }
            (axis, Some(last_at))
        }
        _ => (measured(&chart.x, places), None),
    };
    let y = match &chart.y.scale {
        AxisScale::Names { names } => lanes(names),
        _ => measured(&chart.y, heights()),
    };
    (x, y, last_at)
}

fn measured(axis: &ChartAxis, values: impl Iterator<Item = f64>) -> Axis {
    // The title of an axis has said what its numbers are of.
    let text = |value| match axis.unit {
        Unit::PerMillion | Unit::PerSecond => results::units::number(value),
        _ => axis.unit.text(value),
    };
    match &axis.scale {
        AxisScale::Log => log_axis(&axis.title, values, text),
        _ => count_axis(&axis.title, values, text),
    }
}

fn lanes(names: &[String]) -> Axis {
    Axis::of_lanes(names.iter().map(String::as_str))
}

fn ends(point: &ChartPoint) -> (f64, f64) {
    let (low, high) = point.range.unwrap_or((point.y, point.y));
    (low.value(), high.value())
}

/// The point between these axes.
fn drawn(point: &ChartPoint, series: &ChartSeries, chart: &Chart, (x, y): (&Axis, &Axis)) -> Point {
    let lane = |names: &[String], at: f64| lane_of(at as usize, names.len());
    let range = |axis: &Axis| {
        let (low, high) = point.range?;
        Some((axis.place(low.value()), axis.place(high.value())))
    };
    let hover = said(point, chart.y.unit);
    match (&chart.x.scale, &chart.y.scale) {
        (AxisScale::Names { names }, _) => Point {
            x: x.place(point.y.value()),
            y: lane(names, point.x.value()),
            range: range(x),
            mark: match series.joined {
                Joining::Bound => Mark::None,
                _ => Mark::Full,
            },
            hover,
        },
        (_, AxisScale::Names { names }) => Point {
            x: point.x.value(),
            y: lane(names, point.y.value()),
            range: None,
            mark: Mark::None,
            hover: chart.x.unit.text(point.x.value()),
        },
        (scale, _) => Point {
            x: point.x.value(),
            y: y.place(point.y.value()),
            range: range(y),
            mark: match (scale, series.joined) {
                (AxisScale::Nines, _) | (_, Joining::Pairs | Joining::Bound) => Mark::None,
                _ => Mark::Full,
            },
            hover,
        },
    }
}

/// `92.1 µs (90.0 µs … 95.2 µs)`.
fn said(point: &ChartPoint, unit: Unit) -> String {
    let text = |value| unit.text(value);
    let (low, high) = ends(point);
    match low < high {
        true => format!("{} ({})", text(point.y.value()), between((low, high), text)),
        false => text(point.y.value()),
    }
}

/// The numbers: of pairs, what lies between the first and the second.
fn table(chart: &Chart) -> Table {
    match &chart.y.scale {
        AxisScale::Names { names } => table_of_pairs(chart, names),
        _ => table_of_points(chart),
    }
}

fn table_of_pairs(chart: &Chart, names: &[String]) -> Table {
    let row = |pair: &[ChartPoint]| {
        let [first, second] = pair else { return None };
        let length = second.x.value() - first.x.value();
        Some(vec![
            Cell::words(name_at(names, first.y)),
            Cell::number(Some(first.x.value()), |value| chart.x.unit.text(value)),
            Cell::number(Some(length), |value| chart.x.unit.text(value)),
        ])
    };
    let pairs = chart
        .series
        .iter()
        .flat_map(|series| series.points.chunks(2));
    Table {
        columns: vec![
            Column::words("who"),
            Column::numbers("from", "since the beginning of the picture"),
            Column::numbers("for", "how long"),
        ],
        rows: pairs.filter_map(row).collect(),
    }
}

fn name_at(names: &[String], place: results::Finite) -> String {
    let name = names.get(place.value() as usize);
    name.cloned().unwrap_or_default()
}

fn table_of_points(chart: &Chart) -> Table {
    let place = |point: &ChartPoint| match &chart.x.scale {
        AxisScale::Names { names } => name_at(names, point.x),
        AxisScale::Nines => {
            let percent = 100.0 * (1.0 - 10f64.powf(-point.x.value()));
            format!("p{}", (percent * 1e4).round() / 1e4)
        }
        AxisScale::Linear | AxisScale::Log => chart.x.unit.text(point.x.value()),
    };
    let system = |series: &ChartSeries| match series.panel.as_str() {
        "" => series.label.clone(),
        panel => format!("{}, {panel}", series.label),
    };
    let row = |series: &ChartSeries, place: String, point: &ChartPoint| {
        vec![
            Cell::words(system(series)),
            Cell::words(place),
            Cell::number(Some(point.y.value()), |_| said(point, chart.y.unit)),
        ]
    };
    let rows = |series: &ChartSeries| -> Vec<Vec<Cell>> {
        let points = series.points.iter();
        let last = series.last.iter();
        points
            .map(|point| row(series, place(point), point))
            .chain(last.map(|point| row(series, "the longest".to_owned(), point)))
            .collect()
    };
    let series = chart.series.iter();
    let measured = series.filter(|series| series.joined != Joining::Bound);
    Table {
        columns: vec![
            Column::words("system"),
            Column::words(&chart.x.title),
            Column::numbers(chart.y.title.clone(), ""),
        ],
        rows: measured.flat_map(rows).collect(),
    }
}
