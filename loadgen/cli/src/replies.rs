//! Whether the replies were right, in words: the verdict, what was wrong and how often, with examples.

use report::HeadedLines;
use results::units::count;
use results::{AnomalyRecord, CheckLevel, Correctness, Verdict};

/// All that is known.
pub(crate) fn lines(correctness: &Correctness) -> HeadedLines {
    let mut lines = vec![verdict(correctness)];
    lines.extend(correctness.anomalies.iter().flat_map(described));
    lines.extend(correctness.notes.iter().cloned());
    let headings = ["replies"].into_iter().chain(std::iter::repeat(""));
    headings.zip(lines).collect()
}

/// The same in a few words, for the last line of all.
pub(crate) fn in_short(correctness: &Correctness) -> String {
    let checked = count(correctness.operations_checked);
    let anomalies = correctness.anomalies.iter();
    let Some(first) = anomalies.max_by_key(|anomaly| anomaly.count) else {
        let note = correctness.notes.first();
        let note = note.map_or(String::new(), |note| format!(", but {note}"));
        return format!(
            "{checked} checked, none wrong{}{note}",
            unknown(correctness)
        );
    };
    let example = first.examples.first();
    let example = example.map_or(first.kind.meaning(), |example| example.text.as_str());
    let (times, kind) = (count(first.count), first.kind);
    format!("{times} × {kind} in {checked} checked, such as: {example}")
}

/// How many operations the server may or may not have done: their replies never came.
fn unknown(correctness: &Correctness) -> String {
    match correctness.operations_ambiguous {
        0 => String::new(),
        number => format!(", {} with unknown outcome", count(number)),
    }
}

fn verdict(correctness: &Correctness) -> String {
    let verdict = match (correctness.verdict, correctness.level) {
        (Verdict::Correct, CheckLevel::Replies) => "right, as far as single replies show",
        (Verdict::Correct, _) => "right",
        (Verdict::Wrong, _) => "WRONG",
        (Verdict::Unknown, _) => "none wrong, but not all could be checked",
        (Verdict::NotChecked, _) => "not checked",
    };
    let checked = count(correctness.operations_checked);
    let mut text = format!("{verdict}: {checked} checked{}", unknown(correctness));
    if !correctness.counters.is_empty() {
        let acknowledged = count(correctness.acknowledged());
        text += &format!("; {acknowledged} increments acknowledged");
    }
    if let Some(lost) = correctness.lost_updates() {
        text += &format!(", {} lost", count(lost));
    }
    text
}

/// How often, and the examples that are kept.
fn described(anomaly: &AnomalyRecord) -> Vec<String> {
    let mut lines = vec![format!("{} × {}", count(anomaly.count), anomaly.kind)];
    let examples = anomaly.examples.iter();
    lines.extend(examples.map(|example| format!("  {}", example.text)));
    match anomaly.count - anomaly.examples.len() as u64 {
        0 => {}
        more => lines.push(format!("  and {} more", count(more))),
    }
    lines
}
