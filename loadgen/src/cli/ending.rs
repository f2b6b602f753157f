//! How the program ends: one exit code, and one line that says why.

use std::process::ExitCode;

use results::units::count;
use results::{Correctness, Run, ValidityVerdict, Verdict};

use crate::cli::answers;
use crate::record::Outcome;

/// What became of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// A question such as `--help` was answered; there is nothing to add.
    Answered,
    /// It ran, and nothing was wrong.
    Good(String),
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
            Self::Answered | Self::Good(_) => 0,
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
        if run.validity.verdict != ValidityVerdict::Valid && !allow_invalid {
            return Self::Invalid(format!(
                "{}; {}; {}",
                run.validity.reasons.join("; "),
                done(run),
                answers::in_short(&run.correctness)
            ));
        }
        if let Some(missed) = run.thresholds.iter().find(|threshold| !threshold.met) {
            return Self::Missed(format!(
                "{} is {}; {}; {}",
                missed.expression,
                missed.reading,
                done(run),
                answers::in_short(&run.correctness)
            ));
        }
        Self::Good(format!(
            "{}; {}",
            done(run),
            answers::in_short(&run.correctness)
        ))
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
