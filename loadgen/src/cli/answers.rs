//! Whether the answers were right, in words: the verdict, what was wrong and how often, the witnesses.

use std::fmt::Write as _;

use results::units::count;
use results::{Anomaly, CheckLevel, Correctness, Verdict};

/// Lines with their headings.
pub(super) type Lines = Vec<(&'static str, String)>;

/// All that is known.
pub(super) fn lines(correctness: &Correctness) -> Lines {
    let mut lines = vec![("answers", verdict(correctness))];
    lines.extend(correctness.anomalies.iter().flat_map(described));
    lines.extend(correctness.notes.iter().map(|note| ("", note.clone())));
    lines
}

/// The width of the headings.
const HEADING: usize = 10;

/// Lines as they are printed, wrapped under themselves where they are wider than `room` columns.
pub(super) fn table(lines: &Lines, room: usize) -> String {
    let mut text = String::new();
    for (name, words) in lines {
        let mut heading = *name;
        for line in wrapped(words, room.saturating_sub(HEADING)) {
            let _ = writeln!(text, "{heading:<HEADING$}{line}");
            heading = "";
        }
    }
    text
}

/// The words in lines of at most `room` characters, broken at spaces. A word longer than the room is not torn.
fn wrapped(words: &str, room: usize) -> Vec<&str> {
    let (mut lines, mut rest) = (Vec::new(), words);
    while let Some((edge, beyond)) = rest.char_indices().nth(room) {
        let indent = rest.len() - rest.trim_start().len();
        let at_the_edge = (beyond == ' ' && edge > indent).then_some(edge);
        let before = || rest[..edge].rfind(' ').filter(|at| *at > indent);
        let behind = || rest[indent..].find(' ').map(|at| indent + at);
        let Some(at) = at_the_edge.or_else(before).or_else(behind) else {
            break;
        };
        lines.push(&rest[..at]);
        rest = rest[at..].trim_start_matches(' ');
    }
    lines.push(rest);
    lines
}

/// The same in a few words, for the last line of all.
pub(super) fn in_short(correctness: &Correctness) -> String {
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
fn described(anomaly: &Anomaly) -> Lines {
    let mut lines = vec![("", format!("{} × {}", count(anomaly.count), anomaly.kind))];
    let examples = anomaly.examples.iter();
    lines.extend(examples.map(|example| ("", format!("  {}", example.text))));
    let more = anomaly.count - anomaly.examples.len() as u64;
    if more > 0 {
        lines.push(("", format!("  and {} more", count(more))));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_goes_on_under_itself() {
        let lines = vec![("valid", "suspect: it stood still".to_owned())];
        assert_eq!(
            table(&lines, usize::MAX),
            "valid     suspect: it stood still\n"
        );
        let narrow = "valid     suspect: it\n          stood still\n";
        assert_eq!(table(&lines, 22), narrow);
        assert_eq!(wrapped("  a row of cells", 40), ["  a row of cells"]);
        assert_eq!(
            wrapped("unbreakable and so on", 3),
            ["unbreakable", "and", "so", "on"]
        );
        assert_eq!(wrapped("", 0), [""]);
    }
}
