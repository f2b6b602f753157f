//! The traces of a figure: what is seen, and the unseen ones that say what is pointed at.

use serde_json::{Value, json};

use super::{escaped, numbers};
use crate::picture::{Axis, Joined, Mark, Point, Series, Stroke, Tick};
use crate::style::{SYMBOLS, Style};

/// The traces of one series: its band, its line, the dotted end of it, its symbols, and its last point.
pub(super) fn series_traces(series: &Series, band_opacity: f64) -> Vec<Value> {
    match series.joined {
        Joined::Line { .. } => {}
        Joined::Pairs => return vec![pairs(series)],
        Joined::Apart | Joined::Lanes => return vec![symbols(series)],
    }
    let lines = series.lines().into_iter();
    let lines = lines.map(|(stroke, points)| match stroke {
        Stroke::Solid => line(series, &points, &dash(style_of(series).dash), 2.5),
        Stroke::Dotted => line(series, &points, "dot", 2.0),
        Stroke::ToLast => line(series, &points, "dot", 1.0),
    });
    let mut traces: Vec<Value> = band(series, band_opacity)
        .into_iter()
        .chain(lines)
        .collect();
    if !series.marked().is_empty() {
        traces.push(symbols(series));
    }
    traces
}

/// A trace that is only seen: what is pointed at is said by [`pointed_at`] alone, once for each place.
fn drawn(series: &Series, points: &[&Point], more: Value) -> Value {
    let mut trace = json!({
        "type": "scatter",
        "x": numbers(points.iter().map(|point| point.x)),
        "y": numbers(points.iter().map(|point| point.y)),
        "hoverinfo": "skip",
        "meta": {"system": series.system},
    });
    merge(&mut trace, more);
    trace
}

fn line(series: &Series, points: &[&Point], dash: &str, width: f64) -> Value {
    let style = json!({"color": colour(series), "dash": dash, "width": width});
    drawn(series, points, json!({"mode": "lines", "line": style}))
}

/// A line from each first point to the second: a point that is none ends it.
fn pairs(series: &Series) -> Value {
    let with_gaps = |of: fn(&Point) -> f64| -> Vec<Value> {
        let pair = |pair: &[Point]| {
            let mut ends = numbers(pair.iter().map(of));
            ends.push(Value::Null);
            ends
        };
        series.points.chunks(2).flat_map(pair).collect()
    };
    let style = json!({"color": colour(series), "width": 6});
    let more = json!({"mode": "lines", "line": style, "x": with_gaps(|point| point.x), "y": with_gaps(|point| point.y)});
    drawn(series, &[], more)
}

/// The area between the lowest and the highest repetition, as one closed outline.
fn band(series: &Series, opacity: f64) -> Option<Value> {
    let sides = series.band()?;
    let there = sides.iter().map(|(x, (_, high))| (*x, *high));
    let back = sides.iter().rev().map(|(x, (low, _))| (*x, *low));
    let (x, y): (Vec<f64>, Vec<f64>) = there.chain(back).unzip();
    let area = json!({
        "x": numbers(x),
        "y": numbers(y),
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": colour(series),
        "opacity": opacity,
    });
    Some(drawn(series, &[], area))
}

/// The symbols, with whiskers where the points stand alone.
fn symbols(series: &Series) -> Value {
    let shown = series.marked();
    let marker = json!({"symbol": symbol_of_each(series, &shown), "size": 9, "color": colour(series), "line": {"color": "@paper", "width": 1}});
    let mut more = json!({"mode": "markers", "marker": marker, "cliponaxis": false});
    let whiskers = match series.joined {
        Joined::Apart => Some("error_y"),
        Joined::Lanes => Some("error_x"),
        Joined::Line { .. } | Joined::Pairs => None,
    };
    if let Some(whiskers) = whiskers {
        let (below, above): (Vec<f64>, Vec<f64>) =
            shown.iter().map(|point| series.whiskers(point)).unzip();
        more[whiskers] = json!({
            "type": "data",
            "symmetric": false,
            "array": above,
            "arrayminus": below,
            "color": colour(series),
            "thickness": 2,
            "width": 6,
        });
    }
    drawn(series, &shown, more)
}

/// An unseen trace over all points of a series: it says what is pointed at, and where unless all share one heading.
pub(super) fn pointed_at(series: &Series, places: PositionLabel) -> Value {
    let points: Vec<&Point> = series.all_points().collect();
    let place = |point: &Point| {
        let (axis, at) = match places {
            PositionLabel::InHeading => return String::new(),
            PositionLabel::Of(axis) => (axis, point.x),
            PositionLabel::InLanes(axis) => (axis, point.y),
        };
        let near = |place: &&Tick| (place.at - at).abs() < 1e-9;
        let named = axis.places.iter().find(near);
        // A lane that is named after its system needs no second name.
        let named = named.filter(|place| place.text != series.label);
        named.map_or_else(String::new, |place| format!("{}: ", place.text))
    };
    let said = |point: &Point| escaped(&(place(point) + &point.hover));
    let text: Vec<String> = points.iter().copied().map(said).collect();
    // In a template, `%{` begins a variable; a label is not meant as one.
    let label = escaped(&series.label).replace('%', "&#37;");
    let glyph = style_of(series).glyph();
    let key = format!("<span style=\"color:{}\">{glyph}</span>", colour(series));
    json!({
        "type": "scatter",
        "x": numbers(points.iter().map(|point| point.x)),
        "y": numbers(points.iter().map(|point| point.y)),
        "mode": "lines",
        "line": {"color": colour(series), "width": 0},
        "name": escaped(&series.label),
        "text": text,
        "hovertemplate": format!("{key} {label}: %{{text}}<extra></extra>"),
        "meta": {"system": series.system},
    })
}

/// Where the hover text names the position of a point.
#[derive(Clone, Copy)]
pub(super) enum PositionLabel<'a> {
    /// Once for all series.
    InHeading,
    /// Beside each point, from left to right.
    Of(&'a Axis),
    /// Beside each point, from lane to lane.
    InLanes(&'a Axis),
}

/// An unseen first trace that names the place: the heading of a shared hover knows no text but the number.
pub(super) fn places(axis: &Axis, height: f64) -> Value {
    json!({
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 0},
        "x": numbers(axis.places.iter().map(|place| place.at)),
        "y": numbers(axis.places.iter().map(|_| height)),
        "text": axis.places.iter().map(|place| escaped(&place.text)).collect::<Vec<_>>(),
        "hovertemplate": "<b>%{text}</b><extra></extra>",
        "name": "",
    })
}

fn colour(series: &Series) -> String {
    format!("@series-{}", style_of(series).colour)
}

fn style_of(series: &Series) -> Style {
    Style::of_system(series.system)
}

/// The dash in the library's words.
fn dash(dash: &str) -> String {
    match dash {
        "" => "solid".to_owned(),
        strokes => strokes.replace(' ', "px,") + "px",
    }
}

/// One name for all points, or one for each where some are hollow.
fn symbol_of_each(series: &Series, shown: &[&Point]) -> Value {
    let symbol = symbol(series);
    let of_one = |point: &&Point| match point.mark {
        Mark::Hollow => format!("{symbol}-open"),
        Mark::Full | Mark::None => symbol.to_owned(),
    };
    match shown.iter().any(|point| point.mark == Mark::Hollow) {
        true => shown.iter().map(of_one).collect(),
        false => symbol.into(),
    }
}

fn symbol(series: &Series) -> &'static str {
    const NAMES: [&str; SYMBOLS] = [
        "circle",
        "square",
        "triangle-up",
        "diamond",
        "triangle-down",
        "cross",
        "x",
        "star",
    ];
    NAMES[style_of(series).symbol]
}

fn merge(trace: &mut Value, more: Value) {
    if let (Some(trace), Value::Object(more)) = (trace.as_object_mut(), more) {
        trace.extend(more);
    }
}
