//! A picture as SVG or PNG: for a README, a slide, and a page whose reader has no scripts.
//!
//! Everything that `kuva` draws is drawn in this folder; it is young, and one folder can be rewritten.

mod axes;
mod marks;

use kuva::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::plot::legend::LegendEntry;
use kuva::render::figure::Figure;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene, render_multiple};

use self::axes::{in_steps, layout};
use self::marks::{heat_plot, legend_entry, series_plots};
use crate::picture::{Marks, Panel, Picture, band_opacity};
use crate::text::wrap;
use crate::theme::Theme;

/// A picture as SVG.
pub(crate) fn svg(picture: &Picture, theme: &Theme) -> String {
    let svg = SvgBackend::new().render_scene(&scene(picture, theme));
    let is_heat = |panel: &Panel| matches!(panel.marks, Marks::Heat(_));
    match picture.panels.iter().any(is_heat) {
        true => without_empty_cells(&svg, theme),
        false => svg,
    }
}

/// The library draws a rectangle of the colour of paper for each cell without a reply: most of the bytes of a long run.
fn without_empty_cells(svg: &str, theme: &Theme) -> String {
    let empty = format!("fill=\"{}\" />", theme.heat[0]);
    let mut parts = svg.split("<rect x=");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |svg, part| match part.split_once(&empty) {
        Some((attributes, rest)) if !attributes.contains('>') => svg + rest,
        _ => svg + "<rect x=" + part,
    })
}

/// A picture as PNG, at twice its logical size so that it is sharp on a phone.
pub(crate) fn png(picture: &Picture, theme: &Theme) -> Result<Vec<u8>, String> {
    RasterBackend::new()
        .with_scale(2.0)
        .render_scene(&scene(picture, theme))
}

/// One panel fills the picture; several stand two in a row.
fn scene(picture: &Picture, theme: &Theme) -> Scene {
    let panels: Vec<Panel> = picture.panels.iter().map(in_steps).collect();
    if let [panel] = panels.as_slice() {
        let plots = plots(panel, theme);
        let layout = alone(panel, theme, &plots)
            .with_title(plain(&picture.finding))
            .with_legend_entries(legend(picture, theme));
        return render_multiple(plots, layout);
    }
    const IN_A_ROW: usize = 2;
    const CELL: (f64, f64) = (460.0, 300.0);
    let drawing = |panel: Panel| {
        let plots = plots(&panel, theme);
        let mut layout = layout(&panel, theme, &plots, CELL).with_title(plain(&panel.title));
        if let Marks::Series(_) = panel.marks {
            // The title of such a panel is what its axis measures, and the library would draw the one over the other.
            layout.y_label = None;
        }
        (plots, layout)
    };
    let (plots, layouts) = panels.into_iter().map(drawing).unzip();
    // Twice the width of a cell, at about half its size a letter.
    let letters = CELL.0 * IN_A_ROW as f64 / f64::from(TITLE_SIZE) * 1.9;
    let lines = wrap(&picture.finding, letters as usize);
    let figure = Figure::new(picture.panels.len().div_ceil(IN_A_ROW), IN_A_ROW)
        .with_title(plain(&picture.finding))
        .with_title_size(size_for(lines.len()))
        .with_cell_size(CELL.0, CELL.1)
        .with_plots(plots)
        .with_layouts(layouts)
        .with_shared_legend_entries(legend(picture, theme))
        .with_shared_legend_bottom()
        .render();
    with_title_in(figure, &plain(&picture.finding), &lines)
}

const TITLE_SIZE: u32 = 15;
/// From one line of a title to the next.
const TITLE_LINE: u32 = 20;

/// The size of a letter that has room for this many lines: the library's band above the panels is 1.6 letters high.
fn size_for(lines: usize) -> u32 {
    let lines = u32::try_from(lines).unwrap_or(u32::MAX);
    (lines.saturating_mul(TITLE_LINE) + 6) * 10 / 16
}

/// The library draws the title of a figure in a single line: the lines take its place.
fn with_title_in(mut scene: Scene, title: &str, lines: &[&str]) -> Scene {
    let is_title = |element: &Primitive| matches!(element, Primitive::Text { content, .. } if content == title);
    let Some(at) = scene.elements.iter().position(is_title) else {
        return scene;
    };
    let whole = scene.elements.remove(at);
    let line = |(number, text): (usize, &&str)| {
        let mut line = whole.clone();
        if let Primitive::Text {
            y, content, size, ..
        } = &mut line
        {
            *y = f64::from(TITLE_LINE) * (number + 1) as f64;
            *content = plain(text);
            *size = TITLE_SIZE;
        }
        line
    };
    let lines: Vec<Primitive> = lines.iter().enumerate().map(line).collect();
    scene.elements.splice(at..at, lines);
    scene
}

/// The layout of a panel that has the picture to itself. Lanes take as much as their names.
fn alone(panel: &Panel, theme: &Theme, plots: &[Plot]) -> Layout {
    const WIDTH: f64 = 760.0;
    const LETTER: f64 = 6.8;
    const TITLE_LETTER: f64 = 8.2;
    let Some(lanes) = panel.lanes() else {
        return layout(panel, theme, plots, (WIDTH, 420.0)).with_title_wrap(80);
    };
    let names = panel.y.ticks.iter().map(|tick| tick.text.chars().count());
    let left = names.max().unwrap_or(0) as f64 * LETTER + 24.0;
    // The title stands over the middle of the panel, which is not that of the picture.
    let wrap = ((WIDTH - left) / TITLE_LETTER) as usize;
    layout(panel, theme, plots, (WIDTH, 200.0 + 26.0 * lanes as f64))
        .with_force_margins(left, 40.0)
        .with_title_wrap(wrap)
}

fn plots(panel: &Panel, theme: &Theme) -> Vec<Plot> {
    match &panel.marks {
        Marks::Series(all) => all
            .iter()
            .flat_map(|series| series_plots(series, theme, band_opacity(all.len())))
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

/// `$…$` would be read as a formula.
fn plain(text: &str) -> String {
    text.replace('$', "\\$")
}
