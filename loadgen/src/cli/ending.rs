//! How the program ends: one exit code, and one line that says why.

use std::process::ExitCode;

use results::units::count;
use results::{Correctness, Run, Verdict};

use crate::cli::answers;
use crate::cli::doubt::doubt;
use crate::run::record::Outcome;

/// What became of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// A question such as `--help` was answered; there is nothing to add.
    Answered,
    /// It ran, and nothing was wrong.
    Good(String),
    /// It ran, and nothing was wrong but that the load generator was in the way, which `--allow-invalid` accepts.
    Allowed(String),
    /// The tool or the server failed.
    Failed(String),
    /// What was asked for makes no sense.
    Usage(String),
    /// The server gave wrong answers.
    Wrong(String),
    /// A limit was missed.
    Missed(String),
    /// The load generator could not measure this.
    Invalid(String),
    /// Ctrl-C.
    Interrupted(String),
}

impl Ending {
    /// The exit code: one of the documented ones.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Answered | Self::Good(_) | Self::Allowed(_) => 0,
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Wrong(_) => 3,
            Self::Missed(_) => 4,
            Self::Invalid(_) => 5,
            Self::Interrupted(_) => 130,
        })
    }

    /// The last line on stderr, where there is something to say.
    pub fn line(&self) -> Option<String> {
        Some(match self {
            Self::Answered => return None,
            Self::Good(why) => format!("loadgen: ok: {why}"),
            Self::Allowed(why) => {
                format!("loadgen: not to be believed, and allowed (exit 0, --allow-invalid): {why}")
            }
            Self::Failed(why) => format!("loadgen: failed (exit 1): {why}"),
            Self::Usage(why) => format!("loadgen: usage (exit 2): {why}"),
            Self::Wrong(why) => format!("loadgen: wrong answers (exit 3): {why}"),
            Self::Missed(why) => format!("loadgen: threshold missed (exit 4): {why}"),
            Self::Invalid(why) => {
                format!("loadgen: measurement invalid (exit 5, unless --allow-invalid): {why}")
            }
            Self::Interrupted(why) => format!("loadgen: interrupted (exit 130): {why}"),
        })
    }

    /// The ending of a run. Who interrupts a run knows that it is not whole; of all else, wrong answers come first.
    pub fn of(outcome: &Outcome, allow_invalid: bool) -> Self {
        let run = &outcome.run;
        if run.interrupted {
            return Self::Interrupted(format!(
                "{}; {}",
                done(run),
                answers::in_short(&run.correctness)
            ));
        }
        if run.correctness.verdict == Verdict::Wrong {
            return Self::Wrong(format!(
                "{}; {}",
                answers::in_short(&run.correctness),
                done(run)
            ));
        }
        if let Some(why) = outcome.failure() {
            return Self::Failed(format!(
                "{why}; {}; {}",
                done(run),
                answers::in_short(&run.correctness)
            ));
        }
        let answered = format!("{}; {}", done(run), answers::in_short(&run.correctness));
        let measured = match run.thresholds.iter().find(|threshold| !threshold.met) {
            Some(missed) => Self::Missed(format!(
                "{} is {}; {answered}",
                missed.expression, missed.reading
            )),
            None => Self::Good(answered),
        };
        measured.unless(doubt([run]), allow_invalid)
    }

    /// The same where numbers are to be believed; where they are not, that comes first, unless something graver does.
    #[must_use]
    pub fn unless(self, doubt: Option<String>, allow_invalid: bool) -> Self {
        match (self, doubt) {
            (Self::Good(said), Some(doubt)) if allow_invalid => {
                Self::Allowed(format!("{doubt}; {said}"))
            }
            (Self::Missed(said), Some(doubt)) if allow_invalid => {
                Self::Missed(format!("{said}; --allow-invalid accepted that {doubt}"))
            }
            (Self::Good(said) | Self::Missed(said), Some(doubt)) => {
                Self::Invalid(format!("{doubt}; {said}"))
            }
            (ending, _) => ending,
        }
    }

    /// The gravest of the endings of several runs, with the place of the run, and the first of equals; `None` of no runs.
    pub fn gravest(endings: Vec<Self>) -> Option<(usize, Self)> {
        let places = endings.into_iter().enumerate().rev();
        places.max_by_key(|(_, ending)| ending.gravity())
    }

    /// Which of two endings is told: wrong answers outrank a failure, that a measurement nobody can believe, and that a missed limit.
    fn gravity(&self) -> u8 {
        match self {
            Self::Answered => 0,
            Self::Good(_) => 1,
            Self::Allowed(_) => 2,
            Self::Missed(_) => 3,
            Self::Invalid(_) => 4,
            Self::Failed(_) => 5,
            Self::Wrong(_) => 6,
            Self::Usage(_) => 7,
            Self::Interrupted(_) => 8,
        }
    }

    /// The same, said otherwise.
    #[must_use]
    pub fn said(self, say: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Answered => Self::Answered,
            Self::Good(why) => Self::Good(say(why)),
            Self::Allowed(why) => Self::Allowed(say(why)),
            Self::Failed(why) => Self::Failed(say(why)),
            Self::Usage(why) => Self::Usage(say(why)),
            Self::Wrong(why) => Self::Wrong(say(why)),
            Self::Missed(why) => Self::Missed(say(why)),
            Self::Invalid(why) => Self::Invalid(say(why)),
            Self::Interrupted(why) => Self::Interrupted(say(why)),
        }
    }

    /// The ending of a check of a saved history.
    pub fn of_history(correctness: &Correctness) -> Self {
        let said = answers::in_short(correctness);
        match correctness.verdict {
            Verdict::Wrong => Self::Wrong(said),
            Verdict::Correct | Verdict::Unknown | Verdict::NotChecked => Self::Good(said),
        }
    }
}

fn done(run: &Run) -> String {
    format!(
        "{} of {} requests answered",
        count(run.totals.completed),
        count(run.totals.completed + run.totals.failed())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(endings: &[fn(String) -> Ending]) -> Vec<Ending> {
        endings.iter().map(|ending| ending(String::new())).collect()
    }

    #[test]
    fn wrong_answers_outrank_a_doubtful_measurement_and_that_a_missed_limit() {
        let rising = all(&[
            Ending::Good,
            Ending::Missed,
            Ending::Invalid,
            Ending::Wrong,
            Ending::Good,
        ]);
        for last in 1..rising.len() {
            let gravest = Ending::gravest(rising[..=last].to_vec());
            let place = last.min(3);
            assert_eq!(gravest, Some((place, rising[place].clone())));
        }
        assert_eq!(Ending::gravest(Vec::new()), None);
    }

    #[test]
    fn what_is_not_believed_is_allowed_in_words_and_hides_nothing_graver() {
        let doubt = || Some("it stood still".to_owned());
        let good = || Ending::Good("done".to_owned());
        assert_eq!(good().unless(None, false), good());
        let refused = good().unless(doubt(), false);
        assert_eq!(refused, Ending::Invalid("it stood still; done".to_owned()));
        let allowed = good().unless(doubt(), true).line().unwrap();
        assert!(allowed.contains("--allow-invalid") && allowed.contains("it stood still"));
        let [missed, wrong] = [Ending::Missed, Ending::Wrong].map(|ending| ending(String::new()));
        assert!(matches!(
            missed.clone().unless(doubt(), false),
            Ending::Invalid(_)
        ));
        assert!(matches!(missed.unless(doubt(), true), Ending::Missed(_)));
        assert_eq!(wrong.clone().unless(doubt(), false), wrong);
    }
}
