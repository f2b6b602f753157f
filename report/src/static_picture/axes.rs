//! Axes, colours and sizes, as the library knows them.

use std::sync::Arc;

use kuva::plot::legend::LegendPosition;
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;

use results::units;

use super::marks::count_of;
use super::plain;
use crate::picture::{Axis, Marks, Panel, Scale, Tick};
use crate::theme::Theme;

pub(super) fn layout(
    panel: &Panel,
    theme: &Theme,
    plots: &[Plot],
    (width, height): (f64, f64),
) -> Layout {
    let (x, y) = (&panel.x, &panel.y);
    let mut layout = Layout::auto_from_plots(plots)
        .with_width(width)
        .with_height(height)
        .with_theme(chrome(theme))
        .with_font_family("system-ui, 'DejaVu Sans', sans-serif")
        .with_title_size(15)
        .with_label_size(13)
        .with_tick_size(12)
        .with_body_size(12)
        .with_legend_position(LegendPosition::OutsideBottomColumns)
        .with_legend_box(false)
        .with_x_label(plain(&x.title))
        .with_y_label(plain(&y.title))
        .with_x_axis_min(x.range.0)
        .with_x_axis_max(x.range.1)
        .with_y_axis_min(y.range.0)
        .with_y_axis_max(y.range.1)
        .with_colorbar_tick_format(TickFormat::Custom(Arc::new(count_of)))
        .with_x_tick_format(names(x))
        .with_y_tick_format(names(y));
    layout = match (x.scale, step(x)) {
        (Scale::Log, _) => layout.with_log_x(),
        (Scale::Linear, Some(step)) => layout.with_x_tick_step(step),
        (Scale::Linear, None) => layout,
    };
    layout = match (y.scale, step(y)) {
        (Scale::Log, _) => layout.with_log_y(),
        (Scale::Linear, Some(step)) => layout.with_y_tick_step(step),
        (Scale::Linear, None) => layout,
    };
    for tick in off_decades(y) {
        let line = ReferenceLine::horizontal(tick.at)
            .with_label(plain(&tick.text))
            .with_color(theme.line);
        layout = layout.with_reference_line(line);
    }
    for tick in between_steps(x).into_iter().chain(off_decades(x)) {
        let line = ReferenceLine::vertical(tick.at)
            .with_label(plain(&tick.text))
            .with_color(theme.line);
        layout = layout.with_reference_line(line);
    }
    layout
}

/// The distance of the first two ticks that are whole numbers of it apart from zero, which the library repeats.
fn step(axis: &Axis) -> Option<f64> {
    let at: Vec<f64> = axis.ticks.iter().map(|tick| tick.at).collect();
    let candidates = at.windows(2).map(|pair| pair[1] - pair[0]);
    let fits = |step: f64| at.iter().filter(|at| is_multiple(**at, step)).count();
    candidates.max_by_key(|step| fits(*step))
}

/// Ticks that lie between the steps, such as the median and the longest: the library has a line for them.
fn between_steps(axis: &Axis) -> Vec<&Tick> {
    match (axis.scale, step(axis)) {
        (Scale::Linear, Some(step)) => axis
            .ticks
            .iter()
            .filter(|tick| !is_multiple(tick.at, step))
            .collect(),
        _ => Vec::new(),
    }
}

/// Ticks of an axis of equal factors that are not 1, 2 or 5 times a power of ten, such as the lane of zero.
fn off_decades(axis: &Axis) -> Vec<&Tick> {
    let on_decade = |tick: &&Tick| {
        [1.0, 2.0, 3.0, 5.0, 7.0]
            .iter()
            .any(|factor| is_multiple((tick.at / factor).log10(), 1.0))
    };
    match axis.scale {
        Scale::Log => axis.ticks.iter().filter(|tick| !on_decade(tick)).collect(),
        Scale::Linear => Vec::new(),
    }
}

fn is_multiple(at: f64, step: f64) -> bool {
    let steps = at / step;
    (steps - steps.round()).abs() < 1e-6
}

/// A panel whose horizontal axis, and whose vertical one under a heat map, goes by equal steps.
///
/// The library knows logarithmic axes, but only with ticks at 1, 2 and 5; connections double, and its heat maps know none.
pub(super) fn in_steps(panel: &Panel) -> Panel {
    let mut panel = panel.clone();
    if let Marks::Heat(_) = panel.marks {
        panel.y = by_logarithm(&panel.y, f64::log10);
        panel.y.ticks.retain(|tick| is_multiple(tick.at, 1.0));
    }
    if panel.x.scale == Scale::Log && panel.lanes().is_none() {
        let (axis, log) = in_doublings_or_decades(&panel.x);
        panel.x = axis;
        if let Marks::Series(all) = &mut panel.marks {
            let points = all
                .iter_mut()
                .flat_map(|series| series.points.iter_mut().chain(&mut series.last));
            points.for_each(|point| point.x = log(point.x));
        }
    }
    panel
}

/// The axis by its binary logarithm where its ticks are whole doublings apart, else by its decimal one with a tick at each decade.
fn in_doublings_or_decades(axis: &Axis) -> (Axis, fn(f64) -> f64) {
    let doublings = by_logarithm(axis, f64::log2);
    if between_steps(&doublings).is_empty() {
        return (doublings, f64::log2);
    }
    let text = |at: f64| {
        let known = axis.ticks.iter().find(|tick| tick.at == at);
        known.map_or_else(|| units::count(at as u64), |tick| tick.text.clone())
    };
    let mut decades = by_logarithm(axis, f64::log10);
    let (first, last) = decades.range;
    decades.ticks = (first.ceil() as i32..=last.floor() as i32)
        .map(|power| Tick::new(f64::from(power), text(10_f64.powi(power))))
        .collect();
    (decades, f64::log10)
}

fn by_logarithm(axis: &Axis, log: fn(f64) -> f64) -> Axis {
    let tick = |tick: &Tick| Tick::new(log(tick.at), tick.text.as_str());
    Axis {
        scale: Scale::Linear,
        range: (log(axis.range.0), log(axis.range.1)),
        ticks: axis.ticks.iter().map(tick).collect(),
        ..axis.clone()
    }
}

/// Ticks by the names that the axis has for them.
fn names(axis: &Axis) -> TickFormat {
    let ticks = axis.ticks.clone();
    TickFormat::Custom(Arc::new(move |at| {
        let near = |tick: &&Tick| (tick.at - at).abs() <= at.abs() * 1e-6 + 1e-9;
        ticks
            .iter()
            .find(near)
            .map_or_else(String::new, |tick| plain(&tick.text))
    }))
}

fn chrome(theme: &Theme) -> kuva::Theme {
    kuva::Theme {
        background: theme.paper.to_owned(),
        axis_color: theme.line.to_owned(),
        grid_color: theme.grid.to_owned(),
        tick_color: theme.line.to_owned(),
        text_color: theme.ink.to_owned(),
        legend_bg: theme.paper.to_owned(),
        legend_border: theme.line.to_owned(),
        ..kuva::Theme::light()
    }
}
