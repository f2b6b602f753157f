//! One check of a run, and what it means if it failed.

use results::units::percent;
use results::{Check, CheckOutcome, Validity, ValidityVerdict};

/// A check, and what it means if it failed.
pub(super) struct Finding {
    check: Check,
    verdict: ValidityVerdict,
    reason: String,
}

impl Finding {
    /// A check of `reading` against `limit`; `None` of what could not be read.
    pub(super) fn new(
        name: &str,
        reading: Option<String>,
        limit: String,
        fails: bool,
        verdict: ValidityVerdict,
        reason: &str,
    ) -> Self {
        let outcome = match reading {
            None => CheckOutcome::NotMade,
            Some(_) if fails => CheckOutcome::Failed,
            Some(_) => CheckOutcome::Passed,
        };
        let reading = reading.unwrap_or_else(|| results::units::NOT_MEASURED.to_owned());
        let reason = format!("{name} {reading}, which should be {limit}: {reason}");
        Self {
            check: Check {
                name: name.to_owned(),
                reading,
                limit,
                outcome,
            },
            verdict,
            reason,
        }
    }

    /// The same, but never held against the run where it would mean this.
    pub(super) fn unless(mut self, verdict: ValidityVerdict) -> Self {
        if self.verdict == verdict && self.check.outcome == CheckOutcome::Failed {
            self.check.outcome = CheckOutcome::Passed;
            "told, and not judged here".clone_into(&mut self.check.limit);
        }
        self
    }

    pub(super) fn add_to(self, validity: &mut Validity) {
        if self.check.outcome == CheckOutcome::Failed {
            validity.verdict = validity.verdict.max(self.verdict);
            validity.reasons.push(self.reason);
        }
        validity.checks.push(self.check);
    }

    /// A share that is to be at most `limit`.
    pub(super) fn share(
        name: &str,
        share: Option<f64>,
        limit: f64,
        verdict: ValidityVerdict,
        reason: &str,
    ) -> Option<Self> {
        let fails = share.is_some_and(|share| share > limit);
        Some(Self::new(
            name,
            share.map(percent),
            format!("at most {}", percent(limit)),
            fails,
            verdict,
            reason,
        ))
    }
}
