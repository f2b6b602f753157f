//! `report.html`: one file that opens anywhere, asks no network, and says the verdict first.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use results::{Claims, Comparison};
use serde::Serialize;
use serde_json::{Value, json};

use crate::picture::{Marks, Picture};
use crate::sentences::{Statement, Weight, statements};
use crate::style::{Style, Systems};
use crate::summary::{Summary, ratio_note};
use crate::theme::Theme;
use crate::{anomalies, claims, downloads, method, pictures, plotly, static_picture};

/// The page of a comparison.
pub fn page(comparison: &Comparison) -> String {
    rendered(&content(comparison, None))
}

/// The page of the claims, above that of a comparison where there is one.
pub fn page_with_claims(comparison: Option<&Comparison>, claims: &Claims) -> String {
    let none = || Comparison {
        title: "The article, sentence by sentence".to_owned(),
        started_unix_ms: claims.started_unix_ms,
        ..Comparison::of_runs(String::new(), Vec::new())
    };
    let compared = comparison.cloned().unwrap_or_else(none);
    rendered(&content(&compared, Some(claims)))
}

fn rendered(content: &Value) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let rendered = environment.render_str(include_str!("../assets/page.html"), Serde(content));
    // The template is a part of this program: the tests render it with and without everything it may hold.
    #[expect(
        clippy::expect_used,
        reason = "a fixed template and a context of plain data"
    )]
    rendered.expect("the page's own template")
}

/// Everything that the template has a place for.
fn content(comparison: &Comparison, claims: Option<&Claims>) -> Value {
    let systems = Systems::of(Some(comparison), claims);
    let mut pictures = claims.map_or_else(Vec::new, |claims| claims::pictures(claims, &systems));
    pictures.extend(pictures::all(comparison));
    let summary = Summary::new(comparison);
    let reference = comparison.reference().map(|system| system.label.as_str());
    let summary_table = summary.table(reference);
    let figures = figures(comparison, &summary, &pictures);
    let drawn: Vec<Value> = pictures.iter().map(picture).collect();
    let anomalies = anomalies::table(comparison);
    let taken = PLOTLY.len()
        + bytes_of(&figures)
        + bytes_of(&drawn)
        + bytes_of(&summary_table)
        + bytes_of(&anomalies);
    let room = PAGE_BYTES.saturating_sub(taken);
    json!({
        "title": comparison.title,
        "subtitle": method::subtitle(comparison),
        "claims": claims.map(|claims| claims::section(claims, &pictures)),
        "compared": claims.is_none() || !comparison.systems.is_empty(),
        "statements": statements(comparison).iter().map(said).collect::<Vec<_>>(),
        "anomalies": anomalies,
        "summary": summary_table,
        "ratio_note": reference.map_or(String::new(), |label| ratio_note(comparison, label)),
        "systems": key(&systems),
        "pictures": drawn,
        "method": if comparison.systems.is_empty() && claims.is_some() { Vec::new() } else { method::entries(comparison) },
        "claims_method": claims.map_or_else(Vec::new, method::claims_entries),
        "checks": method::checks(comparison),
        "downloads": downloads::all(comparison, claims, &summary_table, &pictures, room),
        "figures": figures,
        "css": style_sheet(),
        "plotly": PLOTLY,
        "script": include_str!("../assets/page.js"),
    })
}

/// What can still be sent by mail. The data takes the room that the rest has left of it.
const PAGE_BYTES: usize = 4_500_000;

/// About what a part takes in the page.
fn bytes_of(part: &impl Serialize) -> usize {
    serde_json::to_string(part).map_or(0, |text| text.len())
}

const PLOTLY: &str = include_str!("../assets/plotly-cartesian.min.js");

fn said(statement: &Statement) -> Value {
    let (tone, word) = match statement.weight {
        Weight::Fail => ("fail", "fail"),
        Weight::Doubt => ("doubt", "doubtful"),
        Weight::Pass => ("pass", "pass"),
        Weight::Note => ("note", "note"),
    };
    json!({"tone": tone, "word": word, "text": statement.text})
}

/// The key: a button for each system that a picture may show.
fn key(systems: &Systems) -> Vec<Value> {
    let button = |(place, label): (usize, &String)| {
        let style = Style::of_system(place);
        json!({
            "place": place,
            "label": label,
            "glyph": style.glyph(),
            "colour": style.colour,
            "strokes": style.dash,
        })
    };
    systems.labels().iter().enumerate().map(button).collect()
}

fn picture(picture: &Picture) -> Value {
    let panels = picture.panels.iter().enumerate();
    let panels = panels.map(|(place, panel)| {
        let of_system = match &panel.marks {
            Marks::Heat(heat) => Some(heat.system),
            Marks::Series(_) => None,
        };
        json!({"id": panel_id(picture, place), "title": panel.title, "system": of_system, "lanes": panel.lanes()})
    });
    json!({
        "name": picture.name,
        "finding": picture.finding,
        "caption": picture.caption,
        "panels": panels.collect::<Vec<_>>(),
        "table": picture.table,
        "static_image": static_image(picture),
    })
}

/// The picture for a reader without scripts.
fn static_image(picture: &Picture) -> String {
    let svg = static_picture::svg(picture, &Theme::LIGHT);
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))
}

fn panel_id(picture: &Picture, place: usize) -> String {
    format!("{}-{place}", picture.name)
}

/// What the script draws and shows, as JSON that is safe inside a script element; none without pictures.
fn figures(comparison: &Comparison, summary: &Summary, pictures: &[Picture]) -> Option<String> {
    let of_picture = |picture: &Picture| -> Vec<(String, Value)> {
        let panels = picture.panels.iter().enumerate();
        panels
            .map(|(place, panel)| {
                (
                    panel_id(picture, place),
                    plotly::figure(panel, picture.panels.len() == 1),
                )
            })
            .collect()
    };
    let figures: serde_json::Map<String, Value> = pictures.iter().flat_map(of_picture).collect();
    let data = json!({
        "figures": figures,
        "references": references(comparison, summary),
        "reference": comparison.reference().map(|system| &system.label),
    });
    (!pictures.is_empty()).then(|| inside_script(&data.to_string()))
}

/// With more systems, the ratios of all to all would fill the page and take seconds.
const MOST_REFERENCES: usize = 12;

/// The second lines of the summary for every system that could be the reference.
fn references(comparison: &Comparison, summary: &Summary) -> Value {
    let measured: Vec<&str> = comparison
        .systems
        .iter()
        .filter(|system| !system.runs().is_empty())
        .map(|system| system.label.as_str())
        .collect();
    if measured.len() > MOST_REFERENCES {
        return json!({});
    }
    let notes = |label: &&str| {
        let rows = summary.table(Some(label)).rows.into_iter();
        let rows: Vec<Vec<String>> = rows
            .map(|row| row.into_iter().map(|cell| cell.note).collect())
            .collect();
        (
            (*label).to_owned(),
            json!({"rows": rows, "note": ratio_note(comparison, label)}),
        )
    };
    Value::Object(measured.iter().map(notes).collect())
}

/// `</script>` in a label would end the script, and `<!--` would begin a comment.
fn inside_script(json: &str) -> String {
    json.replace('<', "\\u003c")
}

fn style_sheet() -> String {
    let variables = |theme: &Theme| -> String {
        let all = theme.variables().into_iter();
        all.map(|(name, colour)| format!("--{name}:{colour};"))
            .collect()
    };
    let (light, dark) = (variables(&Theme::LIGHT), variables(&Theme::DARK));
    format!(
        ":root{{{light}color-scheme:light}}\
         @media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}color-scheme:dark}}}}\
         :root[data-theme=dark]{{{dark}color-scheme:dark}}\
         @media print{{:root:root{{{light}color-scheme:light}}}}\n{}",
        include_str!("../assets/page.css")
    )
}
