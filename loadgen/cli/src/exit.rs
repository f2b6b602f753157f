//! How the program ends: one exit code, and one line that says why.

use std::process::ExitCode;

use loadgen::run::Outcome;
use results::units::count;
use results::{Correctness, Run, Verdict};

use crate::args::AllowInvalid;
use crate::invalid::why_invalid;
use crate::replies;

/// Why the program ends, from the least grave to the gravest: of several runs, the gravest decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// A question such as `--help` was answered; there is nothing to add.
    Answered,
    /// It ran, and nothing was wrong.
    Ok,
    /// The same, with an invalid measurement that `--allow-invalid` accepts.
    Allowed,
    /// A threshold was missed.
    Missed,
    /// The load generator could not measure this.
    Invalid,
    /// The tool or the server failed.
    Failed,
    /// The server gave wrong replies.
    Wrong,
    /// The command line makes no sense.
    Usage,
    /// Ctrl-C.
    Interrupted,
}

impl Reason {
    /// The documented exit code, and how the last line begins.
    fn code_and_words(self) -> (u8, &'static str) {
        match self {
            Self::Answered => (0, ""),
            Self::Ok => (0, "ok"),
            Self::Allowed => (0, "measurement invalid (exit 0, --allow-invalid)"),
            Self::Failed => (1, "failed (exit 1)"),
            Self::Usage => (2, "usage (exit 2)"),
            Self::Wrong => (3, "wrong replies (exit 3)"),
            Self::Missed => (4, "threshold missed (exit 4)"),
            Self::Invalid => (5, "measurement invalid (exit 5, unless --allow-invalid)"),
            Self::Interrupted => (130, "interrupted (exit 130)"),
        }
    }
}

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
        ExitCode::from(self.reason.code_and_words().0)
    }

    /// The last line on stderr, if there is something to say.
    pub(crate) fn line(&self) -> Option<String> {
        let words = self.reason.code_and_words().1;
        (!words.is_empty()).then(|| format!("loadgen: {words}: {}", self.text))
    }

    /// The end of a run: interrupted, then wrong replies, then a failure, then an invalid measurement, then a missed threshold.
    pub(crate) fn of(outcome: &Outcome, allow: AllowInvalid) -> Self {
        let run = &outcome.run;
        let (answered, checked) = (answered(run), replies::in_short(&run.correctness));
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
            Some(missed) => {
                let (expression, reading) = (&missed.expression, &missed.reading);
                let text = format!("{expression} is {reading}; {answered}; {checked}");
                Self::new(Reason::Missed, text)
            }
            None => Self::ok(format!("{answered}; {checked}")),
        };
        exit.unless_invalid(why_invalid([run]), allow)
    }

    /// The end of a check of a saved history.
    pub(crate) fn of_history(correctness: &Correctness) -> Self {
        let reason = match correctness.verdict {
            Verdict::Wrong => Reason::Wrong,
            Verdict::Correct | Verdict::Unknown | Verdict::NotChecked => Reason::Ok,
        };
        Self::new(reason, replies::in_short(correctness))
    }

    /// The same if the measurement is valid. An invalid one comes first, unless something graver does.
    #[must_use]
    pub(crate) fn unless_invalid(self, why: Option<String>, allow: AllowInvalid) -> Self {
        let (reason, text, allowed) = (self.reason, &self.text, allow.allow_invalid);
        let Some(why) = why.filter(|_| matches!(reason, Reason::Ok | Reason::Missed)) else {
            return self;
        };
        match (reason, allowed) {
            (_, false) => Self::new(Reason::Invalid, format!("{why}; {text}")),
            (Reason::Ok, true) => Self::new(Reason::Allowed, format!("{why}; {text}")),
            (_, true) => {
                let text = format!("{text}; invalid, but allowed by --allow-invalid: {why}");
                Self::new(reason, text)
            }
        }
    }

    /// The gravest end of several runs, and which run it is (the first of equals); `None` of no runs.
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

    const STRICT: AllowInvalid = AllowInvalid {
        allow_invalid: false,
    };
    const ALLOW: AllowInvalid = AllowInvalid {
        allow_invalid: true,
    };

    fn all(reasons: &[Reason]) -> Vec<Exit> {
        reasons
            .iter()
            .map(|reason| Exit::new(*reason, ""))
            .collect()
    }

    #[test]
    fn wrong_replies_outrank_an_invalid_measurement_and_that_a_missed_threshold() {
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
    fn an_allowed_invalid_measurement_is_named_and_hides_nothing_graver() {
        let why = || Some("it stood still".to_owned());
        let ok = || Exit::ok("done");
        assert_eq!(ok().unless_invalid(None, STRICT), ok());
        let refused = ok().unless_invalid(why(), STRICT);
        assert_eq!(refused, Exit::new(Reason::Invalid, "it stood still; done"));
        let allowed = ok().unless_invalid(why(), ALLOW).line().unwrap();
        assert!(allowed.contains("--allow-invalid") && allowed.contains("it stood still"));
        let [missed, wrong] = [Reason::Missed, Reason::Wrong].map(|reason| Exit::new(reason, ""));
        let of = |exit: &Exit, allow| exit.clone().unless_invalid(why(), allow).reason;
        assert_eq!(of(&missed, STRICT), Reason::Invalid);
        assert_eq!(of(&missed, ALLOW), Reason::Missed);
        assert_eq!(of(&wrong, STRICT), Reason::Wrong);
    }
}
