//! The claims as a Markdown table: for `docs/claims.md` and for a terminal.

use std::time::{Duration, UNIX_EPOCH};

use results::{ClaimVerdict, Claims, Effort, Examined, Missing};

/// The table, then each claim's figures.
pub fn markdown(claims: &Claims) -> String {
    let host = &claims.host;
    let started = UNIX_EPOCH + Duration::from_millis(claims.started_unix_ms);
    let mut text = format!(
        "Measured {} on {}, {} processors, {}, by `{}`.\n\n| claim | the article says | verdict | what decides |\n|---|---|---|---|\n{}\n",
        humantime::format_rfc3339_seconds(started),
        host.cpu_model.as_deref().unwrap_or("an unnamed processor"),
        host.cores,
        host.kernel,
        command(claims),
        claims.claims.iter().map(row).collect::<String>()
    );
    for claim in &claims.claims {
        text += &section(claim);
    }
    text
}

/// The command without the folders of this machine.
fn command(claims: &Claims) -> &'static str {
    match claims.effort {
        Effort::Quick => "claims run --quick",
        Effort::Full => "claims run --full",
    }
}

/// `: why`, of a verdict that says why.
pub(crate) fn reason(verdict: &ClaimVerdict) -> String {
    let reason = verdict.reason();
    reason.map_or_else(String::new, |why| format!(": {why}"))
}

fn row(claim: &Examined) -> String {
    format!(
        "| `{}` | {} | **{}**{} | {} |\n",
        claim.name,
        cell(&claim.sentence),
        claim.verdict.word(),
        cell(&reason(&claim.verdict)),
        cell(&claim.answer)
    )
}

fn section(claim: &Examined) -> String {
    let mut text = format!("## {}\n\n", claim.name);
    text += &paragraph("> ", &claim.sentence);
    text += &paragraph(
        "",
        &format!("**{}**{}", claim.verdict.word(), reason(&claim.verdict)),
    );
    text += &paragraph("", &claim.answer);
    text += &paragraph(
        "",
        &format!(
            "Confirmed by: {}. Refuted by: {}. Measured by: {} Again: `{}`",
            claim.confirms, claim.refutes, claim.experiment, claim.repeat
        ),
    );
    if !claim.figures.is_empty() {
        text += "| system | what | value | runs |\n|---|---|---|---|\n";
    }
    for figure in &claim.figures {
        let (system, what) = (cell(&figure.system), cell(&figure.what));
        text += &format!("| {system} | {what} | {figure} | {} |\n", figure.runs);
    }
    for Missing { system, reason } in &claim.missing {
        text += "\n";
        text += paragraph("", &format!("Not measured: {system}: {reason}")).trim_end();
        text += "\n";
    }
    text + "\n"
}

/// Lines of at most 100 columns that begin with `start`, and an empty one.
fn paragraph(start: &str, text: &str) -> String {
    let lines = report::wrap(text, 100 - start.len()).into_iter();
    lines
        .map(|line| format!("{start}{line}\n"))
        .collect::<String>()
        + "\n"
}

/// A bar would end the cell, and a line break the row.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use results::{ClaimVerdict, example};

    use super::*;

    #[test]
    fn a_bar_in_a_sentence_ends_no_cell() {
        let mut claims = example::claims(&[("a", ClaimVerdict::Fails)]);
        claims.host.cpu_model = None;
        claims.claims[0].sentence = "this | that".to_owned();
        claims.claims[0].answer = "no".to_owned();
        let text = markdown(&claims);
        assert!(text.starts_with("Measured 1970-01-01T00:00:01Z on an unnamed processor, 2 processors, Linux 6.18.0, by `claims run --full`."));
        assert!(
            text.contains("| `a` | this \\| that | **fails** | no |"),
            "{text}"
        );
        assert!(!text.contains("somebody"), "no folder of this machine");
    }
}
