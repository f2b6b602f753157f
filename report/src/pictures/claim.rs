//! The picture of a claim (P4 isolation, P5 lost updates, P8 dwell, and the others): any chart of `results`, drawn.

use results::{AxisScale, Chart, ChartAxis, ChartPoint, ChartSeries, Joining, Unit};

use crate::picture::{Axis, Joined, Mark, Marks, Panel, Picture, Point, Scale, Series, Tick};
use crate::table::{Cell, Column, Table};
use crate::ticks::{count_axis, doubling_axis, extent, log_axis, nines_axis};

/// The picture of a chart; `place` gives each system its colour and symbol. None of a chart without a point.
pub(crate) fn draw(name: &str, chart: &Chart, place: impl Fn(&str) -> usize) -> Option<Picture> {
    if chart.series.iter().all(|series| series.points.is_empty()) {
        return None;
    }
    let x = horizontal(&chart.x, &numbers(chart, |point| vec![point.x.value()]));
    let heights = numbers(chart, |point| {
        let (low, high) = ends(point);
        vec![point.y.value(), low, high]
    });
    let (y, lane) = vertical(&chart.y, &heights);
    let series = chart.series.iter().map(|series| Series {
        system: place(&series.label),
        label: series.label.clone(),
        points: points(series, chart, lane),
        joined: match series.joined {
            Joining::Line => Joined::Line {
                sure: series.points.len(),
            },
            Joining::Pairs => Joined::Pairs,
            Joining::Apart => Joined::Apart,
        },
        last: None,
    });
    Some(Picture {
        name: format!("claim-{name}"),
        finding: chart.finding.clone(),
        caption: chart.caption.clone(),
        panels: vec![Panel {
            title: String::new(),
            x,
            y,
            marks: Marks::Series(series.collect()),
        }],
        table: table(chart),
    })
}

fn numbers(chart: &Chart, of: impl Fn(&ChartPoint) -> Vec<f64>) -> Vec<f64> {
    let points = chart.series.iter().flat_map(|series| &series.points);
    points.flat_map(of).collect()
}

fn ends(point: &ChartPoint) -> (f64, f64) {
    point
        .range
        .map_or((point.y.value(), point.y.value()), |(low, high)| {
            (low.value(), high.value())
        })
}

fn horizontal(axis: &ChartAxis, values: &[f64]) -> Axis {
    let text = |value| tick_text(axis.unit, value);
    match &axis.scale {
        AxisScale::Linear => count_axis(&axis.title, values.iter().copied(), text),
        AxisScale::Log if axis.unit == Unit::Count => {
            doubling_axis(&axis.title, values.iter().copied())
        }
        AxisScale::Log => log_axis(&axis.title, values.iter().copied(), text),
        AxisScale::Nines => {
            let most = values.iter().copied().fold(1.0, f64::max);
            nines_axis(10f64.powf(most).round() as u64).0
        }
        AxisScale::Names { names } => named(&axis.title, names),
    }
}

/// The axis, and the height of the lane for zeroes where equal factors have no place for them.
fn vertical(axis: &ChartAxis, values: &[f64]) -> (Axis, Option<f64>) {
    let text = |value| tick_text(axis.unit, value);
    match &axis.scale {
        AxisScale::Names { names } => (named(&axis.title, names), None),
        AxisScale::Linear | AxisScale::Nines => {
            (count_axis(&axis.title, values.iter().copied(), text), None)
        }
        AxisScale::Log => {
            let above = || values.iter().copied().filter(|value| *value > 0.0);
            if values.iter().all(|value| *value > 0.0) {
                return (log_axis(&axis.title, above(), text), None);
            }
            let lane = extent(above()).map_or(1.0, |(low, _)| low) / 4.0;
            let mut drawn = log_axis(&axis.title, above().chain([lane]), text);
            drawn.ticks.retain(|tick| tick.at > lane * 1.6);
            drawn.minor.retain(|at| *at > lane);
            drawn.ticks.insert(0, Tick::new(lane, "0"));
            (drawn, Some(lane))
        }
    }
}

/// The title of an axis has said what its numbers are of.
fn tick_text(unit: Unit, value: f64) -> String {
    match unit {
        Unit::PerMillion | Unit::PerSecond => results::units::number(value),
        _ => unit.text(value),
    }
}

fn named(title: &str, names: &[String]) -> Axis {
    let tick = |(at, name): (usize, &String)| Tick::new(at as f64, name.clone());
    let ticks: Vec<Tick> = names.iter().enumerate().map(tick).collect();
    Axis {
        title: title.to_owned(),
        scale: Scale::Linear,
        range: (-0.6, names.len() as f64 - 0.4),
        places: ticks.clone(),
        ticks,
        minor: Vec::new(),
    }
}

fn points(series: &ChartSeries, chart: &Chart, lane: Option<f64>) -> Vec<Point> {
    let least = lane.unwrap_or(f64::NEG_INFINITY);
    let point = |point: &ChartPoint| Point {
        x: point.x.value(),
        y: point.y.value().max(least),
        range: point
            .range
            .map(|(low, high)| (low.value().max(least), high.value().max(least))),
        mark: match (&chart.x.scale, series.joined) {
            (AxisScale::Nines, _) | (_, Joining::Pairs) => Mark::None,
            _ => Mark::Full,
        },
        hover: match (&chart.y.scale, series.joined) {
            (AxisScale::Names { names }, Joining::Pairs) => names
                .get(point.y.value() as usize)
                .cloned()
                .unwrap_or_default(),
            _ => said(point, chart.y.unit),
        },
    };
    series.points.iter().map(point).collect()
}

/// `92.1 µs (90.0 µs … 95.2 µs)`.
fn said(point: &ChartPoint, unit: Unit) -> String {
    let middle = unit.text(point.y.value());
    match ends(point) {
        (low, high) if low < high => {
            format!("{middle} ({} … {})", unit.text(low), unit.text(high))
        }
        _ => middle,
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
            Cell::words(
                names
                    .get(first.y.value() as usize)
                    .cloned()
                    .unwrap_or_default(),
            ),
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

fn table_of_points(chart: &Chart) -> Table {
    let place = |point: &ChartPoint| match &chart.x.scale {
        AxisScale::Names { names } => names
            .get(point.x.value() as usize)
            .cloned()
            .unwrap_or_default(),
        AxisScale::Nines => {
            let percent = 100.0 * (1.0 - 10f64.powf(-point.x.value()));
            format!("p{}", (percent * 1e4).round() / 1e4)
        }
        AxisScale::Linear | AxisScale::Log => chart.x.unit.text(point.x.value()),
    };
    let row = |series: &ChartSeries, point: &ChartPoint| {
        vec![
            Cell::words(&series.label),
            Cell::words(place(point)),
            Cell::number(Some(point.y.value()), |_| said(point, chart.y.unit)),
        ]
    };
    Table {
        columns: vec![
            Column::words("system"),
            Column::words(&chart.x.title),
            Column::numbers(chart.y.title.clone(), ""),
        ],
        rows: chart
            .series
            .iter()
            .flat_map(|series| series.points.iter().map(move |point| row(series, point)))
            .collect(),
    }
}
