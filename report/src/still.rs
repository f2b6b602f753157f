//! A picture as SVG or PNG: for a README, a slide, and a page whose reader has no scripts.
//!
//! Everything that `kuva` draws is drawn here; it is young, and one file can be rewritten.

use std::sync::Arc;

use kuva::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::plot::legend::{LegendEntry, LegendPosition, LegendShape};
use kuva::plot::scatter::MarkerShape;
use kuva::plot::{BandPlot, ColorMap, Heatmap, LinePlot, ScatterPlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::figure::Figure;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{Scene, render_multiple};

use results::units;

use crate::picture::{Axis, Heat, Joined, Marks, Panel, Picture, Point, Scale, Series, Tick};
use crate::theme::{Symbol, Theme};

/// A picture as SVG.
pub(crate) fn svg(picture: &Picture, theme: &Theme) -> String {
    SvgBackend::new().render_scene(&scene(picture, theme))
}

/// A picture as PNG, at twice its logical size so that it is sharp on a phone.
pub(crate) fn png(picture: &Picture, theme: &Theme) -> Result<Vec<u8>, String> {
    RasterBackend::new()
        .with_scale(2.0)
        .render_scene(&scene(picture, theme))
}

/// One panel fills the picture; several stand two in a row.
fn scene(picture: &Picture, theme: &Theme) -> Scene {
    if let [panel] = picture.panels.as_slice() {
        let plots = plots(panel, theme);
        let layout = layout(panel, theme, &plots, (760.0, 420.0))
            .with_title(plain(&picture.finding))
            .with_title_wrap(80)
            .with_legend_entries(legend(picture, theme));
        return render_multiple(plots, layout);
    }
    const IN_A_ROW: usize = 2;
    const CELL: (f64, f64) = (460.0, 300.0);
    let drawings: Vec<(Vec<Plot>, Layout)> = picture
        .panels
        .iter()
        .map(|panel| {
            let plots = plots(panel, theme);
            let layout = layout(panel, theme, &plots, CELL).with_title(plain(&panel.title));
            (plots, layout)
        })
        .collect();
    let (plots, layouts) = drawings.into_iter().unzip();
    Figure::new(picture.panels.len().div_ceil(IN_A_ROW), IN_A_ROW)
        .with_title(plain(&picture.finding))
        .with_title_size(15)
        .with_cell_size(CELL.0, CELL.1)
        .with_plots(plots)
        .with_layouts(layouts)
        .with_shared_legend_entries(legend(picture, theme))
        .with_shared_legend_bottom()
        .render()
}

fn plots(panel: &Panel, theme: &Theme) -> Vec<Plot> {
    match &panel.marks {
        Marks::Series(all) => all
            .iter()
            .flat_map(|series| series_plots(series, theme))
            .collect(),
        Marks::Heat(heat) => vec![heat_plot(heat, theme)],
    }
}

/// The systems that are drawn as series; a panel of a heat map names its own.
fn legend(picture: &Picture, theme: &Theme) -> Vec<LegendEntry> {
    let of_panel = |panel: &Panel| match &panel.marks {
        Marks::Series(all) => all
            .iter()
            .map(|series| legend_entry(series, theme))
            .collect(),
        Marks::Heat(_) => Vec::new(),
    };
    picture.panels.first().map(of_panel).unwrap_or_default()
}

fn series_plots(series: &Series, theme: &Theme) -> Vec<Plot> {
    let colour = theme.of_system(series.system);
    let mut plots = Vec::new();
    if let Joined::Line { sure } = series.joined {
        let sure = sure.min(series.points.len());
        plots.extend(band(series, colour));
        plots.push(
            line(&series.points[..sure], colour)
                .with_stroke_width(2.2)
                .into(),
        );
        let dashed = &series.points[sure.saturating_sub(1)..];
        plots.push(
            line(dashed, colour)
                .with_stroke_width(1.8)
                .with_dotted()
                .into(),
        );
        if let (Some(end), Some(last)) = (series.points.last(), &series.last) {
            let ends = [end.clone(), last.clone()];
            plots.push(
                line(&ends, colour)
                    .with_stroke_width(1.0)
                    .with_dotted()
                    .into(),
            );
        }
    }
    let marked: Vec<&Point> = series
        .points
        .iter()
        .chain(&series.last)
        .filter(|point| point.marked)
        .collect();
    let mut symbols = ScatterPlot::new()
        .with_data(marked.iter().map(|point| (point.x, point.y)))
        .with_color(colour)
        .with_size(5.0)
        .with_marker(marker(series.system));
    if series.joined == Joined::Apart {
        let reach = |point: &&Point| {
            let (low, high) = point.range.unwrap_or((point.y, point.y));
            (point.y - low, high - point.y)
        };
        symbols = symbols.with_y_err_asymmetric(marked.iter().map(reach));
    }
    plots.push(symbols.into());
    plots
}

fn line(points: &[Point], colour: &str) -> LinePlot {
    LinePlot::new()
        .with_data(points.iter().map(|point| (point.x, point.y)))
        .with_color(colour)
}

fn band(series: &Series, colour: &str) -> Option<Plot> {
    let ranged: Vec<(f64, (f64, f64))> = series
        .points
        .iter()
        .filter_map(|point| Some((point.x, point.range?)))
        .collect();
    if ranged.len() < 2 {
        return None;
    }
    let band = BandPlot::new(
        ranged.iter().map(|(x, _)| *x),
        ranged.iter().map(|(_, (low, _))| *low),
        ranged.iter().map(|(_, (_, high))| *high),
    );
    Some(band.with_color(colour).with_opacity(0.16).into())
}

fn layout(panel: &Panel, theme: &Theme, plots: &[Plot], (width, height): (f64, f64)) -> Layout {
    let (x, mut y) = (&panel.x, panel.y.clone());
    if let Marks::Heat(_) = panel.marks {
        y = by_logarithm(y);
    }
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
        .with_y_tick_format(names(&y));
    layout = match (x.scale, step(x)) {
        (Scale::Log, _) => layout.with_log_x(),
        (Scale::Linear, Some(step)) => layout.with_x_tick_step(step),
        (Scale::Linear, None) => layout,
    };
    layout = match (y.scale, step(&y)) {
        (Scale::Log, _) => layout.with_log_y(),
        (Scale::Linear, Some(step)) => layout.with_y_tick_step(step),
        (Scale::Linear, None) => layout,
    };
    for tick in between_steps(x) {
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

fn is_multiple(at: f64, step: f64) -> bool {
    let steps = at / step;
    (steps - steps.round()).abs() < 1e-6
}

/// An axis of equal factors as one of equal steps, for a drawing that knows no other: its ticks are the powers of ten.
fn by_logarithm(axis: Axis) -> Axis {
    let log = |tick: &Tick| {
        let power = tick.at.log10();
        is_multiple(power, 1.0).then(|| Tick::new(power.round(), tick.text.as_str()))
    };
    Axis {
        scale: Scale::Linear,
        range: (axis.range.0.log10(), axis.range.1.log10()),
        ticks: axis.ticks.iter().filter_map(log).collect(),
        ..axis
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

/// Counts as colours. Rows are equal factors apart, so the latency is laid out by its logarithm.
fn heat_plot(heat: &Heat, theme: &Theme) -> Plot {
    let most = shade(heat.most);
    let rows = heat
        .counts
        .iter()
        .map(|row| row.iter().map(|count| shade(*count)).collect::<Vec<f64>>());
    // The library stretches each map to its own greatest value; equal colours must mean equal counts.
    let own = heat
        .counts
        .iter()
        .flatten()
        .copied()
        .max()
        .map_or(most, shade);
    let colours = theme.heat;
    let colour = move |value: f64| between(&colours, value * own / most);
    let ends = |edges: &[f64]| {
        (
            edges.first().copied().unwrap_or(0.0),
            edges.last().copied().unwrap_or(1.0),
        )
    };
    let ((left, right), (low, high)) = (ends(&heat.columns), ends(&heat.rows));
    Heatmap::new()
        .with_data(rows)
        .with_color_map(ColorMap::Custom(Arc::new(colour)))
        .with_x_range(left, right)
        .with_y_range(low.log10(), high.log10())
        .with_cell_size(1.0)
        .into()
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
fn count_of(shade: f64) -> String {
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

fn legend_entry(series: &Series, theme: &Theme) -> LegendEntry {
    LegendEntry {
        label: plain(&series.label),
        color: theme.of_system(series.system).to_owned(),
        shape: LegendShape::Marker(marker(series.system)),
        dasharray: None,
    }
}

fn marker(system: usize) -> MarkerShape {
    match Symbol::of_system(system) {
        Symbol::Circle => MarkerShape::Circle,
        Symbol::Square => MarkerShape::Square,
        Symbol::TriangleUp => MarkerShape::Triangle,
        Symbol::Diamond => MarkerShape::Diamond,
        Symbol::TriangleDown => MarkerShape::TriangleDown,
        Symbol::Plus => MarkerShape::Plus,
        Symbol::Cross => MarkerShape::Cross,
        Symbol::Star => MarkerShape::Star,
    }
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

/// `$…$` would be read as a formula.
fn plain(text: &str) -> String {
    text.replace('$', "\\$")
}
