//! Whether the load generator could measure this run: a verdict on the client, not on the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Finite, Unit};

/// The verdict and every check that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Validity {
    /// The verdict.
    pub verdict: ValidityVerdict,
    /// Every check, including those that passed. The failed ones are the reasons for the verdict.
    pub checks: Vec<Check>,
    /// The reasons as sentences: only in a file of version 1, whose checks are text.
    #[serde(default, rename = "reasons", skip_serializing_if = "Vec::is_empty")]
    pub reasons_v1: Vec<String>,
}

/// Whether the numbers are the server's.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ValidityVerdict {
    /// The load generator did not limit the result.
    Valid,
    /// A check failed: the numbers may be the load generator's or the machine's.
    Suspect,
    /// The load generator was the bottleneck: the numbers are its own.
    ClientBound,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Check {
    /// A value against a limit.
    Measured(MeasuredCheck),
    /// The same as text: only in a file of version 1.
    Text(TextCheck),
}

/// A value against a limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeasuredCheck {
    /// What was measured.
    pub code: CheckCode,
    /// The value; `None` where it could not be measured.
    pub value: Option<Finite>,
    /// The limit; `None` where the value is shown and not checked.
    pub limit: Option<Finite>,
    /// The unit of both.
    pub unit: Unit,
    /// The outcome.
    pub outcome: CheckOutcome,
    /// The failed checks of the baseline, of [`CheckCode::BaselineFailedChecks`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Check>,
}

/// A check of a file of version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TextCheck {
    /// What was measured.
    pub name: String,
    /// The value with its unit.
    pub reading: String,
    /// The limit with its unit.
    pub limit: String,
    /// The outcome.
    pub outcome: CheckOutcome,
}

/// What a check measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckCode {
    /// The share of the run that the busiest client thread ran on a processor. Limit: at most.
    BusiestClientThread,
    /// The share of the run that the checker thread ran on a processor. Limit: at most.
    CheckerThread,
    /// The longest time that a client thread waited for a processor, as a share of the run. Limit: at most.
    WaitingForProcessor,
    /// The share of this machine's processor time that the hypervisor gave to others. Limit: at most.
    StolenTime,
    /// The longest time that a sleeping thread woke late. Limit: at most.
    WorstHiccup,
    /// The 99th percentile of the time that requests were sent late. Limit: at most.
    ScheduleLagP99,
    /// The achieved rate; its limit is the offered rate. Shown, never failed: an overloaded server is no fault of the client.
    AchievedRate,
    /// Rate times mean latency as a share of the requests that a closed loop keeps in flight (Little's law). Limit: at least.
    ConnectionsInFlight,
    /// The relative difference between the counted requests in flight and rate times mean service time. Limit: at most.
    LittlesLawResidual,
    /// How many checks of the baseline failed. Limit: at most.
    BaselineFailedChecks,
    /// The rate as a share of the baseline's. Limit: at most.
    RateOfBaseline,
    /// The baseline's median response time as a share of this run's. Limit: at most.
    BaselineP50,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Within its limit.
    Passed,
    /// Beyond its limit.
    Failed,
    /// The value could not be measured.
    NotMade,
}

impl Validity {
    /// The validity of a run that no check was made of yet.
    pub const UNCHECKED: Self = Self {
        verdict: ValidityVerdict::Valid,
        checks: Vec::new(),
        reasons_v1: Vec::new(),
    };

    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks
            .iter()
            .filter(|check| check.outcome() == CheckOutcome::Failed)
    }

    /// The failed check of this code.
    pub fn failed_check(&self, code: CheckCode) -> Option<&Check> {
        self.failed().find(|check| check.code() == Some(code))
    }
}

impl Check {
    /// The outcome.
    pub fn outcome(&self) -> CheckOutcome {
        match self {
            Self::Measured(check) => check.outcome,
            Self::Text(check) => check.outcome,
        }
    }

    /// What was measured; `None` in a file of version 1.
    pub fn code(&self) -> Option<CheckCode> {
        match self {
            Self::Measured(check) => Some(check.code),
            Self::Text(_) => None,
        }
    }
}

impl MeasuredCheck {
    /// A value against a limit.
    pub fn new(code: CheckCode, value: Option<f64>, limit: Option<f64>) -> Self {
        let value = value.and_then(Finite::new);
        let mut check = Self {
            code,
            value,
            limit: limit.and_then(Finite::new),
            unit: code.unit(),
            outcome: CheckOutcome::NotMade,
            because: Vec::new(),
        };
        check.decide(value);
        check
    }

    /// The same, decided by another value than the one that is shown.
    #[must_use]
    pub fn decided_by(mut self, value: Option<f64>) -> Self {
        self.decide(value.and_then(Finite::new));
        self
    }

    fn decide(&mut self, value: Option<Finite>) {
        self.outcome = match (value, self.limit, self.code.bound()) {
            (None, ..) => CheckOutcome::NotMade,
            (Some(value), Some(limit), Bound::AtMost) if value > limit => CheckOutcome::Failed,
            (Some(value), Some(limit), Bound::AtLeast) if value < limit => CheckOutcome::Failed,
            _ => CheckOutcome::Passed,
        };
    }
}

/// On which side of the limit a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The limit or less.
    AtMost,
    /// The limit or more.
    AtLeast,
    /// Either: the value is shown beside the limit and never fails.
    Either,
}

impl CheckCode {
    /// On which side of its limit the value may be.
    pub fn bound(self) -> Bound {
        match self {
            Self::AchievedRate => Bound::Either,
            Self::ConnectionsInFlight => Bound::AtLeast,
            _ => Bound::AtMost,
        }
    }

    fn unit(self) -> Unit {
        match self {
            Self::WorstHiccup | Self::ScheduleLagP99 => Unit::Time,
            Self::AchievedRate => Unit::PerSecond,
            Self::BaselineFailedChecks => Unit::Count,
            _ => Unit::Share,
        }
    }
}

/// A limit set beforehand, such as `p99<5ms`, and whether it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Threshold {
    /// The limit as it was written.
    pub expression: String,
    /// The measured value with its unit; `n/a` where it was not measured.
    pub reading: String,
    /// Whether it was kept. A limit on a value that was not measured is not kept.
    pub met: bool,
}
