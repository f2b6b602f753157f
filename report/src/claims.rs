//! The claims as the page and the terminal show them: a line each, the verdict first.

use std::fmt::Write as _;

use results::{ClaimVerdict, Claims, Examined, Figure, Finite};
use serde_json::{Value, json};

use crate::method;
use crate::picture::Picture;
use crate::pictures;
use crate::style::Systems;
use crate::table::{Cell, Column, Table, between};

/// The section of the page; `drawn` are the names of the pictures that it has.
pub(crate) fn section(claims: &Claims, drawn: &[Picture]) -> Value {
    let lines = claims.claims.iter().map(|claim| line(claim, drawn));
    json!({
        "tally": tally(claims),
        "subtitle": method::claims_subtitle(claims),
        "lines": lines.collect::<Vec<_>>(),
    })
}

/// Every picture of the claims.
pub(crate) fn pictures(claims: &Claims, systems: &Systems) -> Vec<Picture> {
    let place = |label: &str| systems.place(label).unwrap_or(0);
    let draw = |claim: &Examined| pictures::claim::draw(&claim.name, claim.chart.as_ref()?, place);
    claims.claims.iter().filter_map(draw).collect()
}

/// The claims on a terminal. Ends with a line break.
pub fn terminal_claims(claims: &Claims) -> String {
    let mut text = format!("{}\n\n", tally(claims));
    for claim in &claims.claims {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:13} {}", claim.verdict.word(), claim.name);
        for said in [claim.verdict.reason().unwrap_or(""), &claim.answer] {
            if !said.is_empty() {
                let _ = writeln!(text, "              {said}");
            }
        }
    }
    text
}

/// How many claims came to each verdict, and how many rows within them say that a system was not measured.
fn tally(claims: &Claims) -> String {
    let all = &claims.claims;
    let count = |word: &str| {
        all.iter()
            .filter(|claim| claim.verdict.word() == word)
            .count()
    };
    let mut text = format!(
        "The article's {} claims: {} hold, {} fail, {} depend on conditions, {} not measured.",
        all.len(),
        count("holds"),
        count("fails"),
        count("depends"),
        count("not measured"),
    );
    let incomplete = all.iter().filter(|claim| !claim.missing.is_empty()).count();
    match all.iter().map(|claim| claim.missing.len()).sum::<usize>() {
        0 => {}
        1 => text += " Within one of them, one system was not measured.",
        rows => {
            text += &format!(
                " Within {incomplete} of them, {rows} systems were not measured: each says which, and why."
            );
        }
    }
    text
}

fn line(claim: &Examined, drawn: &[Picture]) -> Value {
    let picture = format!("claim-{}", claim.name);
    let has_picture = drawn.iter().any(|drawn| drawn.name == picture);
    json!({
        "name": claim.name,
        "tone": tone(&claim.verdict),
        "word": claim.verdict.word(),
        "reason": claim.verdict.reason(),
        "sentence": claim.sentence,
        "answer": claim.answer,
        "confirms": claim.confirms,
        "refutes": claim.refutes,
        "experiment": claim.experiment,
        "repeat": claim.repeat,
        "picture": has_picture.then_some(picture),
        "figures": figures(&claim.figures),
        "missing": claim.missing.iter().map(|missing| format!("{}: {}", missing.system, missing.reason)).collect::<Vec<_>>(),
    })
}

fn tone(verdict: &ClaimVerdict) -> &'static str {
    match verdict {
        ClaimVerdict::Holds => "pass",
        ClaimVerdict::Fails => "fail",
        ClaimVerdict::Depends { .. } => "doubt",
        ClaimVerdict::NotMeasured { .. } => "note",
    }
}

fn figures(figures: &[Figure]) -> Table {
    let row = |figure: &Figure| {
        let text = |value: f64| figure.unit.text(value);
        let interval = figure
            .interval
            .map(|(low, high)| between((low.value(), high.value()), text));
        vec![
            Cell::words(&figure.system),
            Cell::words(&figure.what),
            Cell {
                note: interval.unwrap_or_default(),
                ..Cell::number(Some(figure.value.value()), text)
            },
            Cell::count(figure.runs.into()),
        ]
    };
    Table {
        columns: vec![
            Column::words("system"),
            Column::words("what"),
            Column::numbers("value", "with its 95 % interval, or the range of its runs"),
            Column::numbers("runs", "restarted servers, or repetitions"),
        ],
        rows: figures.iter().map(row).collect(),
    }
}

/// Every figure of every claim, the numbers in full and their unit beside them.
pub(crate) fn all_figures(claims: &Claims) -> Table {
    let row = |claim: &Examined, figure: &Figure| {
        let number = |value: f64| Cell::number(Some(value), |value| value.to_string());
        let end = |end: fn((Finite, Finite)) -> Finite| {
            figure
                .interval
                .map_or_else(Cell::default, |ends| number(end(ends).value()))
        };
        vec![
            Cell::words(&claim.name),
            Cell::words(claim.verdict.word()),
            Cell::words(&figure.system),
            Cell::words(&figure.what),
            number(figure.value.value()),
            end(|(low, _)| low),
            end(|(_, high)| high),
            Cell::words(figure.unit.name()),
            number(figure.runs.into()),
        ]
    };
    let rows = claims.claims.iter();
    let rows = rows.flat_map(|claim| claim.figures.iter().map(move |figure| row(claim, figure)));
    Table {
        columns: [
            "claim", "verdict", "system", "what", "value", "low", "high", "unit", "runs",
        ]
        .map(Column::words)
        .to_vec(),
        rows: rows.collect(),
    }
}
