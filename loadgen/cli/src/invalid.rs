//! Which runs of a series are invalid, in a few words for the last line of all.

use std::collections::BTreeSet;

use results::{Run, ValidityVerdict};

/// Names of systems that the line has room for.
const NAMED: usize = 3;

/// Why not all of these runs are valid; `None` if all are. Of a single run all reasons, of several how many are invalid, which, and the
/// first reason.
pub(crate) fn why_invalid<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Option<String> {
    let runs: Vec<&Run> = runs.into_iter().collect();
    let is_invalid = |run: &&&Run| run.validity.verdict != ValidityVerdict::Valid;
    let invalid: Vec<&Run> = runs.iter().filter(is_invalid).copied().collect();
    let reasons = report::reasons(&invalid.first()?.validity);
    if runs.len() == 1 {
        return Some(reasons.join("; "));
    }
    Some(format!(
        "{} of {} runs are invalid ({}); the first because: {}",
        invalid.len(),
        runs.len(),
        names(&invalid),
        reasons.first().map_or("no reason is given", String::as_str)
    ))
}

/// `async, reactor and 2 more`.
fn names(runs: &[&Run]) -> String {
    let names: BTreeSet<&str> = runs.iter().map(|run| run.label.as_str()).collect();
    let (more, first) = (
        names.len().saturating_sub(NAMED),
        names.into_iter().take(NAMED),
    );
    let first = first.collect::<Vec<_>>().join(", ");
    match more {
        0 => first,
        more => format!("{first} and {more} more"),
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
        assert_eq!(said, "3 of 4 runs are invalid (a, c); the first because: x");
        let many: Vec<_> = ["a", "b", "c", "d", "e"]
            .map(|label| run(label, &["x"]))
            .into();
        assert!(why_invalid(&many).unwrap().contains("(a, b, c and 2 more)"));
    }
}
