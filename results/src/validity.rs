//! Whether the load generator could measure this run: a verdict on the client, not on the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The verdict and everything that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Validity {
    /// The verdict.
    pub verdict: ValidityVerdict,
    /// Why it is not `valid`, each in a sentence; empty otherwise.
    pub reasons: Vec<String>,
    /// Every check that was made, those that passed among them.
    pub checks: Vec<Check>,
}

/// Whether the numbers are the server's.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ValidityVerdict {
    /// The load generator was not in the way.
    Valid,
    /// Something was odd; the numbers may be the load generator's or the machine's.
    Suspect,
    /// The numbers are those of the load generator.
    ClientBound,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// What was looked at: `schedule lag p99`, `stolen time`, …
    pub name: String,
    /// What was read, with its unit: `41 µs`.
    pub reading: String,
    /// What it should be: `under 1 ms`.
    pub limit: String,
    /// How it came out.
    pub outcome: CheckOutcome,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Within its limit.
    Passed,
    /// Beyond its limit.
    Failed,
    /// The machine does not offer what this check reads.
    NotMade,
}

/// A limit set beforehand, such as `p99<5ms`, and whether it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Threshold {
    /// The limit as it was written.
    pub expression: String,
    /// What was measured, with its unit; `n/a` where nothing was.
    pub reading: String,
    /// Whether it was kept. A limit on something that was not measured was not kept.
    pub met: bool,
}
