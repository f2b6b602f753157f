//! Whether the answers were right, in words: the verdict, what was wrong and how often, the witnesses.

use std::fmt::Write as _;

use report::HeadedLines;
use results::units::count;
use results::{AnomalyRecord, CheckLevel, Correctness, Verdict};

/// All that is known.
pub(crate) fn lines(correctness: &Correctness) -> HeadedLines {
    let mut lines = vec![("answers", verdict(correctness))];
    lines.extend(correctness.anomalies.iter().flat_map(described));
    lines.extend(correctness.notes.iter().map(|note| ("", note.clone())));
    lines
}

/// The same in a few words, for the last line of all.
pub(crate) fn in_short(correctness: &Correctness) -> String {
    let checked = count(correctness.operations_checked);
    let Some(first) = correctness
        .anomalies
        .iter()
        .max_by_key(|anomaly| anomaly.count)
    else {
        let mut said = format!("{checked} checked, none wrong");
        if correctness.operations_ambiguous > 0 {
            let unknown = count(correctness.operations_ambiguous);
            let _ = write!(said, ", {unknown} of unknown fate");
        }
        if let Some(note) = correctness.notes.first() {
            let _ = write!(said, ", but {note}");
        }
        return said;
    };
    let example = first
        .examples
        .first()
        .map_or(first.kind.meaning(), |example| example.text.as_str());
    format!(
        "{} × {} in {checked} checked, such as: {example}",
        count(first.count),
        first.kind
    )
}

fn verdict(correctness: &Correctness) -> String {
    let verdict = match (correctness.verdict, correctness.level) {
        (Verdict::Correct, CheckLevel::Replies) => "right, as far as replies alone can tell",
        (Verdict::Correct, _) => "right",
        (Verdict::Wrong, _) => "WRONG",
        (Verdict::Unknown, _) => "none wrong, but not all could be checked",
        (Verdict::NotChecked, _) => "not checked",
    };
    let mut text = format!(
        "{verdict}: {} checked",
        count(correctness.operations_checked)
    );
    if correctness.operations_ambiguous > 0 {
        let _ = write!(
            text,
            ", {} of unknown fate",
            count(correctness.operations_ambiguous)
        );
    }
    if !correctness.counters.is_empty() {
        let _ = write!(
            text,
            "; {} increments acknowledged",
            count(correctness.acknowledged())
        );
    }
    if let Some(lost) = correctness.lost_updates() {
        let _ = write!(text, ", {} lost", count(lost));
    }
    text
}

/// How often, and the examples that are kept.
fn described(anomaly: &AnomalyRecord) -> HeadedLines {
    let mut lines = vec![("", format!("{} × {}", count(anomaly.count), anomaly.kind))];
    let examples = anomaly.examples.iter();
    lines.extend(examples.map(|example| ("", format!("  {}", example.text))));
    let more = anomaly.count - anomaly.examples.len() as u64;
    if more > 0 {
        lines.push(("", format!("  and {} more", count(more))));
    }
    lines
}
