//! How the program ends: one exit code, and one line that says why.

use std::process::ExitCode;

use loadgen::run::Outcome;
use results::units::count;
use results::{Correctness, Run, Verdict};

use crate::answers;
use crate::invalid::why_invalid;

/// Why the program ends. What stands further down is graver, and of several runs the gravest is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// A question such as `--help` was answered; there is nothing to add.
    Answered,
    /// It ran, and nothing was wrong.
    Ok,
    /// The same, with an invalid measurement that `--allow-invalid` accepts.
    Allowed,
    /// A goal was missed.
    Missed,
    /// The load generator could not measure this.
    Invalid,
    /// The tool or the server failed.
    Failed,
    /// The server gave wrong answers.
    Wrong,
    /// The command line makes no sense.
    Usage,
    /// Ctrl-C.
    Interrupted,
}

/// The exit code of each reason, and the words before the line that says why.
const REASONS: [(Reason, u8, &str); 9] = [
    (Reason::Answered, 0, ""),
    (Reason::Ok, 0, "ok"),
    (
        Reason::Allowed,
        0,
        "measurement invalid (exit 0, --allow-invalid)",
    ),
    (Reason::Missed, 4, "threshold missed (exit 4)"),
    (
        Reason::Invalid,
        5,
        "measurement invalid (exit 5, unless --allow-invalid)",
    ),
    (Reason::Failed, 1, "failed (exit 1)"),
    (Reason::Wrong, 3, "wrong answers (exit 3)"),
    (Reason::Usage, 2, "usage (exit 2)"),
    (Reason::Interrupted, 130, "interrupted (exit 130)"),
];

/// The end of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exit {
    pub(crate) reason: Reason,
    /// What happened, in a sentence.
    pub(crate) text: String,
}

impl Exit {
    /// A question was answered.
    pub(crate) const ANSWERED: Self = Self {
        reason: Reason::Answered,
        text: String::new(),
    };

    /// An end for this reason.
    pub(crate) fn new(reason: Reason, text: impl ToString) -> Self {
        let text = text.to_string();
        Self { reason, text }
    }

    /// It ran, and nothing was wrong.
    pub(crate) fn ok(text: impl ToString) -> Self {
        Self::new(Reason::Ok, text)
    }

    /// The tool or the server failed.
    pub(crate) fn failed(why: impl ToString) -> Self {
        Self::new(Reason::Failed, why)
    }

    /// The command line makes no sense.
    pub(crate) fn usage(why: impl ToString) -> Self {
        Self::new(Reason::Usage, why)
    }

    /// The documented exit code.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.row().1)
    }

    /// The last line on stderr, where there is something to say.
    pub(crate) fn line(&self) -> Option<String> {
        let words = self.row().2;
        (!words.is_empty()).then(|| format!("loadgen: {words}: {}", self.text))
    }

    fn row(&self) -> (Reason, u8, &'static str) {
        REASONS[self.reason as usize]
    }

    /// The end of a run: interrupted, then wrong answers, then a failure, then an invalid measurement, then a missed goal.
    pub(crate) fn of(outcome: &Outcome, allow_invalid: bool) -> Self {
        let run = &outcome.run;
        let (answered, checked) = (answered(run), answers::in_short(&run.correctness));
        if run.interrupted {
            return Self::new(Reason::Interrupted, format!("{answered}; {checked}"));
        }
        if run.correctness.verdict == Verdict::Wrong {
            return Self::new(Reason::Wrong, format!("{checked}; {answered}"));
        }
        if let Some(why) = &outcome.failure {
            return Self::failed(format!("{why}; {answered}; {checked}"));
        }
        let exit = match run.thresholds.iter().find(|threshold| !threshold.met) {
            Some(missed) => Self::new(
                Reason::Missed,
                format!(
                    "{} is {}; {answered}; {checked}",
                    missed.expression, missed.reading
                ),
            ),
            None => Self::ok(format!("{answered}; {checked}")),
        };
        exit.unless_invalid(why_invalid([run]), allow_invalid)
    }

    /// The end of a check of a saved history.
    pub(crate) fn of_history(correctness: &Correctness) -> Self {
        let reason = match correctness.verdict {
            Verdict::Wrong => Reason::Wrong,
            Verdict::Correct | Verdict::Unknown | Verdict::NotChecked => Reason::Ok,
        };
        Self::new(reason, answers::in_short(correctness))
    }

    /// The same where the measurement is valid. An invalid one comes first, unless something graver does.
    #[must_use]
    pub(crate) fn unless_invalid(self, why: Option<String>, allow_invalid: bool) -> Self {
        let (reason, text) = (self.reason, &self.text);
        match (reason, why) {
            (Reason::Ok, Some(why)) if allow_invalid => {
                Self::new(Reason::Allowed, format!("{why}; {text}"))
            }
            (Reason::Missed, Some(why)) if allow_invalid => {
                let text = format!("{text}; --allow-invalid accepted that {why}");
                Self::new(reason, text)
            }
            (Reason::Ok | Reason::Missed, Some(why)) => {
                Self::new(Reason::Invalid, format!("{why}; {text}"))
            }
            _ => self,
        }
    }

    /// The gravest end of several runs, with the place of the run, and the first of equals; `None` of no runs.
    pub(crate) fn gravest(exits: Vec<Self>) -> Option<(usize, Self)> {
        let places = exits.into_iter().enumerate().rev();
        places.max_by_key(|(_, exit)| exit.reason)
    }
}

fn answered(run: &Run) -> String {
    let answered = count(run.totals.completed);
    let asked = count(run.totals.completed + run.totals.failed());
    format!("{answered} of {asked} requests answered")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(reasons: &[Reason]) -> Vec<Exit> {
        reasons
            .iter()
            .map(|reason| Exit::new(*reason, ""))
            .collect()
    }

    #[test]
    fn each_reason_has_its_row() {
        for (place, (reason, ..)) in REASONS.into_iter().enumerate() {
            assert_eq!(reason as usize, place);
        }
    }

    #[test]
    fn wrong_answers_outrank_an_invalid_measurement_and_that_a_missed_goal() {
        let rising = all(&[
            Reason::Ok,
            Reason::Missed,
            Reason::Invalid,
            Reason::Wrong,
            Reason::Ok,
        ]);
        for last in 1..rising.len() {
            let gravest = Exit::gravest(rising[..=last].to_vec());
            let place = last.min(3);
            assert_eq!(gravest, Some((place, rising[place].clone())));
        }
        assert_eq!(Exit::gravest(Vec::new()), None);
    }

    #[test]
    fn an_invalid_measurement_is_allowed_in_words_and_hides_nothing_graver() {
        let why = || Some("it stood still".to_owned());
        let ok = || Exit::ok("done");
        assert_eq!(ok().unless_invalid(None, false), ok());
        let refused = ok().unless_invalid(why(), false);
        assert_eq!(refused, Exit::new(Reason::Invalid, "it stood still; done"));
        let allowed = ok().unless_invalid(why(), true).line().unwrap();
        assert!(allowed.contains("--allow-invalid") && allowed.contains("it stood still"));
        let [missed, wrong] = [Reason::Missed, Reason::Wrong].map(|reason| Exit::new(reason, ""));
        let of = |exit: &Exit, allow| exit.clone().unless_invalid(why(), allow).reason;
        assert_eq!(of(&missed, false), Reason::Invalid);
        assert_eq!(of(&missed, true), Reason::Missed);
        assert_eq!(of(&wrong, false), Reason::Wrong);
    }
}
