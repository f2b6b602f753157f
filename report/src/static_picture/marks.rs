//! Lines, bands, symbols and cells, as the library knows them.

use std::sync::Arc;

use kuva::plot::legend::{LegendEntry, LegendShape};
use kuva::plot::scatter::MarkerShape;
use kuva::plot::{BandPlot, ColorMap, Heatmap, LinePlot, LineStyle, ScatterPlot};
use kuva::render::plots::Plot;
use results::units;

use super::plain;
use crate::axes::extent;
use crate::picture::{Heat, Joined, Mark, Point, Series, Stroke};
use crate::style::{SYMBOLS, Style};
use crate::theme::Theme;

pub(super) fn series_plots(series: &Series, theme: &Theme, band_opacity: f64) -> Vec<Plot> {
    let style = Style::of_system(series.system);
    let colour = theme.series[style.colour];
    if series.joined == Joined::Pairs {
        let pair = |pair: &[Point]| {
            let ends: Vec<&Point> = pair.iter().collect();
            line(&ends, colour).with_stroke_width(5.0).into()
        };
        return series.points.chunks(2).map(pair).collect();
    }
    let mut plots = Vec::new();
    if let Joined::Line { .. } = series.joined {
        plots.extend(band(series, colour, band_opacity));
    }
    plots.extend(series.lines().into_iter().map(|(stroke, points)| {
        let line = line(&points, colour);
        let line = match stroke {
            Stroke::Solid => line
                .with_stroke_width(2.2)
                .with_line_style(line_style(style)),
            Stroke::Dotted => line.with_stroke_width(1.8).with_dotted(),
            Stroke::ToLast => line.with_stroke_width(1.0).with_dotted(),
        };
        line.into()
    }));
    let marked = series.marked();
    plots.push(symbols(series, &marked, colour).into());
    // The library leaves most shapes filled: paper on top makes every one hollow.
    let hollow = |point: &&Point| point.mark == Mark::Hollow;
    let hollow: Vec<&Point> = marked.into_iter().filter(hollow).collect();
    if !hollow.is_empty() {
        plots.push(symbols(series, &hollow, theme.paper).with_size(2.8).into());
    }
    plots
}

/// The symbols of these points, with whiskers where the points stand alone.
fn symbols(series: &Series, marked: &[&Point], colour: &str) -> ScatterPlot {
    let symbols = ScatterPlot::new()
        .with_data(marked.iter().map(|point| (point.x, point.y)))
        .with_color(colour)
        .with_size(5.0)
        .with_marker(marker(series.system));
    let whiskers = marked.iter().map(|point| series.whiskers(point));
    match series.joined {
        Joined::Apart => symbols.with_y_err_asymmetric(whiskers),
        Joined::Lanes => symbols.with_x_err_asymmetric(whiskers),
        Joined::Line { .. } | Joined::Pairs => symbols,
    }
}

fn line(points: &[&Point], colour: &str) -> LinePlot {
    LinePlot::new()
        .with_data(points.iter().map(|point| (point.x, point.y)))
        .with_color(colour)
}

fn band(series: &Series, colour: &str, opacity: f64) -> Option<Plot> {
    let ranged = series.band()?;
    let band = BandPlot::new(
        ranged.iter().map(|(x, _)| *x),
        ranged.iter().map(|(_, (low, _))| *low),
        ranged.iter().map(|(_, (_, high))| *high),
    );
    Some(band.with_color(colour).with_opacity(opacity).into())
}

/// Counts as colours. Rows are equal factors apart, so the latency is laid out by its logarithm.
pub(super) fn heat_plot(heat: &Heat, theme: &Theme) -> Plot {
    let most = shade(heat.most);
    let grid = with_lanes(heat);
    let rows = grid
        .iter()
        .map(|row| row.iter().map(|count| shade(*count)).collect::<Vec<f64>>());
    // The library stretches each map to its own greatest value; equal colours must mean equal counts.
    let own = grid.iter().copied().flatten().copied().max();
    let own = own.map_or(most, shade);
    let colours = theme.heat;
    let colour = move |value: f64| between(&colours, value * own / most);
    let ends = |edges: &[f64]| {
        (
            edges.first().copied().unwrap_or(0.0),
            edges.last().copied().unwrap_or(1.0),
        )
    };
    let (left, right) = ends(&heat.columns);
    let lanes = heat
        .beyond
        .iter()
        .flat_map(|lane| [lane.edges.0, lane.edges.1]);
    let (low, high) = extent(heat.rows.iter().copied().chain(lanes)).unwrap_or((1.0, 10.0));
    Heatmap::new()
        .with_data(rows)
        .with_color_map(ColorMap::Custom(Arc::new(colour)))
        .with_x_range(left, right)
        .with_y_range(low.log10(), high.log10())
        .with_cell_size(1.0)
        .into()
}

/// All rows from the lowest up. The library's are equally high, so a lane is as many of them as it is high.
fn with_lanes(heat: &Heat) -> Vec<&Vec<u64>> {
    let (first, rest) = match heat.rows[..] {
        [first, second, ..] => (first, second / first),
        _ => return heat.counts.iter().collect(),
    };
    let lane = |is_below: bool| {
        let lanes = heat.beyond.iter();
        lanes
            .filter(move |lane| (lane.edges.0 < first) == is_below)
            .flat_map(move |lane| {
                let high = (lane.edges.1 / lane.edges.0).ln() / rest.ln();
                std::iter::repeat_n(&lane.counts, high.round() as usize)
            })
    };
    lane(true).chain(&heat.counts).chain(lane(false)).collect()
}

/// No reply is paper, one reply is already a colour, and each step from there is ten times as many.
fn shade(count: u64) -> f64 {
    if count == 0 {
        0.0
    } else {
        1.0 + (count as f64).log10()
    }
}

/// The count that a [`shade`] stands for, where it is a power of ten.
pub(super) fn count_of(shade: f64) -> String {
    match shade {
        0.0 => "0".to_owned(),
        whole if whole.fract() == 0.0 => units::count(10_u64.pow(whole as u32 - 1)),
        _ => String::new(),
    }
}

/// The colour at `share` of the way through a scale.
fn between(colours: &[&str], share: f64) -> String {
    let place = share.clamp(0.0, 1.0) * (colours.len() - 1) as f64;
    let (from, to) = (place.floor() as usize, place.ceil() as usize);
    let channel = |colour: &str, at: usize| {
        u8::from_str_radix(colour.get(at..at + 2).unwrap_or("00"), 16).unwrap_or(0)
    };
    let mixed = [1, 3, 5].map(|at| {
        let (from, to) = (
            f64::from(channel(colours[from], at)),
            f64::from(channel(colours[to], at)),
        );
        (from + (to - from) * place.fract()).round() as u8
    });
    format!("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2])
}

/// The dash of a system's lines, in the library's words.
fn line_style(style: Style) -> LineStyle {
    match style.dash {
        "" => LineStyle::Solid,
        strokes => LineStyle::Custom(strokes.to_owned()),
    }
}

pub(super) fn legend_entry(series: &Series, theme: &Theme) -> LegendEntry {
    LegendEntry {
        label: plain(&series.label),
        color: theme.series[Style::of_system(series.system).colour].to_owned(),
        shape: LegendShape::Marker(marker(series.system)),
        dasharray: None,
    }
}

fn marker(system: usize) -> MarkerShape {
    const MARKERS: [MarkerShape; SYMBOLS] = [
        MarkerShape::Circle,
        MarkerShape::Square,
        MarkerShape::Triangle,
        MarkerShape::Diamond,
        MarkerShape::TriangleDown,
        MarkerShape::Plus,
        MarkerShape::Cross,
        MarkerShape::Star,
    ];
    MARKERS[Style::of_system(system).symbol]
}
