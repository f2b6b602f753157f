//! A panel as a Plotly figure: plain JSON, drawn by the script of the page.
//!
//! Colours are names (`@series-0`, `@ink`) that the page's script replaces by the values of its style sheet, so the
//! same figure serves light, dark and print.

mod heat;
mod traces;

use serde_json::{Value, json};

use self::heat::heat_traces;
use self::traces::{PositionLabel, places, pointed_at, series_traces};
use crate::picture::{Axis, Marks, Panel, Scale, band_opacity};

/// The figure of a panel; one that stands alone has room for the buttons above it.
pub(crate) fn figure(panel: &Panel, alone: bool) -> Value {
    let (traces, hover) = match &panel.marks {
        Marks::Series(series) => {
            let opacity = band_opacity(series.len());
            let traces = series
                .iter()
                .flat_map(|series| series_traces(series, opacity));
            let mut traces: Vec<Value> = traces.collect();
            let each = |places| series.iter().map(move |series| pointed_at(series, places));
            if panel.lanes().is_some() {
                traces.extend(each(PositionLabel::InLanes(&panel.y)));
                (traces, "closest")
            } else if series.len() <= MOST_IN_ONE_HOVER {
                traces.insert(0, places(&panel.x, panel.y.range.0));
                traces.extend(each(PositionLabel::InHeading));
                (traces, "x unified")
            } else {
                traces.extend(each(PositionLabel::Of(&panel.x)));
                (traces, "closest")
            }
        }
        Marks::Heat(heat) => (heat_traces(heat), "closest"),
    };
    json!({
        "data": traces,
        "layout": {
            "xaxis": axis(&panel.x),
            "yaxis": axis(&panel.y),
            "hovermode": hover,
            "showlegend": false,
            "margin": {"l": 64, "r": 12, "t": if alone { 30 } else { 8 }, "b": 48},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "system-ui, sans-serif", "size": 13, "color": "@ink"},
            "hoverlabel": {"bgcolor": "@surface", "bordercolor": "@line", "font": {"color": "@ink", "size": 12}, "namelength": -1},
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "@muted", "activecolor": "@ink"},
            "dragmode": "zoom",
        },
    })
}

/// With more systems, a list of all of them would cover the picture.
const MOST_IN_ONE_HOVER: usize = 12;

fn axis(axis: &Axis) -> Value {
    let place = |value: f64| match axis.scale {
        Scale::Linear => value,
        Scale::Log => value.log10(),
    };
    let mut json = json!({
        "title": {"text": escaped(&axis.title), "standoff": 8},
        "type": match axis.scale { Scale::Linear => "linear", Scale::Log => "log" },
        "range": [place(axis.range.0), place(axis.range.1)],
        "tickmode": "array",
        "tickangle": 0,
        "tickvals": numbers(axis.ticks.iter().map(|tick| tick.at)),
        "ticktext": axis.ticks.iter().map(|tick| escaped(&tick.text)).collect::<Vec<_>>(),
        "gridcolor": "@grid",
        "linecolor": "@line",
        "zeroline": false,
        "ticks": "outside",
        "tickcolor": "@line",
        "automargin": true,
        "ticklabeloverflow": "allow",
        "fixedrange": false,
        "unifiedhovertitle": {"text": " "},
    });
    // Plotly invents thousands of minor ticks on an axis of equal factors unless it gets the few that are meant.
    if !axis.minor.is_empty() {
        json["minor"] =
            json!({"tickvals": axis.minor, "ticks": "outside", "ticklen": 3, "tickcolor": "@line"});
    }
    json
}

/// Numbers for a picture: whole ones as such, others to six digits. What is read is the text beside them.
fn numbers(values: impl IntoIterator<Item = f64>) -> Vec<Value> {
    values.into_iter().map(number).collect()
}

fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return json!(value as i64);
    }
    let unit = 10f64.powf(value.abs().log10().floor() - 5.0);
    let rounded = (value / unit).round() * unit;
    // The product is off in its last bits again; the shortest text of six digits is not.
    json!(format!("{rounded:.5e}").parse::<f64>().unwrap_or(rounded))
}

/// Plotly reads a few HTML tags in any text; a label is not meant as one.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
