//! Which runs of a series are invalid, in a few words for the last line of all.

use results::units::count;
use results::{Run, ValidityVerdict};

/// Names of systems that the line has room for.
const NAMED: usize = 3;

/// Why not all of these runs are valid: all reasons of a single run, and of several how many, which, and the first reason; `None` where all
/// are valid.
pub(crate) fn why_invalid<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Option<String> {
    let runs: Vec<&Run> = runs.into_iter().collect();
    let is_invalid = |run: &&Run| run.validity.verdict != ValidityVerdict::Valid;
    let invalid: Vec<&Run> = runs.iter().copied().filter(is_invalid).collect();
    let first = invalid.first()?;
    if runs.len() == 1 {
        return Some(report::reasons(&first.validity).join("; "));
    }
    let reasons = report::reasons(&first.validity);
    Some(format!(
        "{} of {} runs are invalid ({}), the first because: {}",
        count(invalid.len() as u64),
        count(runs.len() as u64),
        names(&invalid),
        reasons.first().map_or("it does not say", String::as_str)
    ))
}

/// `reactor, async and 2 more`.
fn names(runs: &[&Run]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for run in runs {
        if !names.contains(&run.label.as_str()) {
            names.push(&run.label);
        }
    }
    let named = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use results::example;

    use super::*;

    fn run(label: &str, reasons: &[&str]) -> Run {
        let mut run = example::closed_loop(label);
        run.validity.reasons_v1 = reasons.iter().map(|&reason| reason.to_owned()).collect();
        run.validity.verdict = match reasons {
            [] => ValidityVerdict::Valid,
            _ => ValidityVerdict::Suspect,
        };
        run
    }

    #[test]
    fn one_run_says_all_and_several_say_which() {
        assert_eq!(why_invalid([&run("a", &[])]), None);
        assert_eq!(why_invalid([&run("a", &["x", "y"])]).unwrap(), "x; y");
        let runs = [
            run("a", &["x"]),
            run("b", &[]),
            run("a", &["z"]),
            run("c", &["z"]),
        ];
        let said = why_invalid(&runs).unwrap();
        assert_eq!(said, "3 of 4 runs are invalid (a, c), the first because: x");
        let many: Vec<_> = ["a", "b", "c", "d", "e"]
            .map(|label| run(label, &["x"]))
            .into();
        assert!(why_invalid(&many).unwrap().contains("(a, b, c and 2 more)"));
    }
}
