//! The claims as a Markdown table: for `docs/claims.md`, and for whoever reads in a terminal.

use std::fmt::Write as _;

use results::{Claims, Examined};

/// The table, then each claim's figures.
pub fn markdown(claims: &Claims) -> String {
    let mut text = format!(
        "| claim | the article says | verdict | what decides |\n|---|---|---|---|\n{}\n",
        claims.claims.iter().map(row).collect::<String>()
    );
    for claim in &claims.claims {
        text += &section(claim);
    }
    text
}

fn row(claim: &Examined) -> String {
    let reason = claim
        .verdict
        .reason()
        .map_or_else(String::new, |why| format!(": {why}"));
    format!(
        "| `{}` | {} | **{}**{} | {} |\n",
        claim.name,
        cell(&claim.sentence),
        claim.verdict.word(),
        cell(&reason),
        cell(&claim.answer)
    )
}

fn section(claim: &Examined) -> String {
    let mut text = format!(
        "## {}\n\n> {}\n\n**{}**{}\n\n{}\n\nConfirmed by: {}. Refuted by: {}. Measured by: {} Again: `{}`\n\n",
        claim.name,
        claim.sentence,
        claim.verdict.word(),
        claim
            .verdict
            .reason()
            .map_or_else(String::new, |why| format!(": {why}")),
        claim.answer,
        claim.confirms,
        claim.refutes,
        claim.experiment,
        claim.repeat,
    );
    if !claim.figures.is_empty() {
        text += "| system | what | value | runs |\n|---|---|---|---|\n";
    }
    for figure in &claim.figures {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {figure} | {} |",
            cell(&figure.system),
            cell(&figure.what),
            figure.runs
        );
    }
    for missing in &claim.missing {
        let _ = writeln!(
            text,
            "\nNot measured: {}: {}",
            missing.system, missing.reason
        );
    }
    text + "\n"
}

/// A bar would end the cell, and a line break the row.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
