//! Correctness: the result of the check, what was checked, and the operations of each anomaly.

use history::Anomaly;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the checks of a run found. "No violation seen" is not "correct": `operations_checked` says how much was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Correctness {
    /// The verdict.
    pub verdict: Verdict,
    /// How closely the run was checked.
    pub level: CheckLevel,
    /// The operations that were checked.
    pub operations_checked: u64,
    /// Operations whose effect is unknown, such as an increment without a reply.
    pub operations_ambiguous: u64,
    /// What was wrong, one entry a kind.
    pub anomalies: Vec<AnomalyRecord>,
    /// The reconciliation of every counter that was checked.
    pub counters: Vec<CounterAccount>,
    /// What stands in the way of a plain verdict, in words; empty where nothing does.
    pub notes: Vec<String>,
}

impl Correctness {
    /// Acknowledged increments that no counter holds any more, over all counters; `None` where no counter was checked.
    pub fn lost_updates(&self) -> Option<u64> {
        let lost: Vec<u64> = self
            .counters
            .iter()
            .filter_map(|counter| counter.lost)
            .collect();
        (!lost.is_empty()).then(|| lost.iter().sum())
    }

    /// Acknowledged increments over all counters.
    pub fn acknowledged(&self) -> u64 {
        self.counters
            .iter()
            .map(|counter| counter.acknowledged)
            .sum()
    }
}

/// Whether the answers were right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No violation was seen among the operations that were checked.
    Correct,
    /// A violation was seen, and a witness is given.
    Wrong,
    /// The check cannot decide, and the notes say why.
    Unknown,
    /// Nobody looked.
    NotChecked,
}

/// How closely a run was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckLevel {
    /// Every reply and the whole history of every counter.
    Full,
    /// Every reply for itself, its connection and the final value.
    Replies,
    /// Nothing.
    None,
}

/// One kind of wrong answer: how often, and the first few.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnomalyRecord {
    /// The kind.
    pub kind: Anomaly,
    /// How often it was seen.
    pub count: u64,
    /// The first of them, at most [`AnomalyRecord::MAX_EXAMPLES`].
    pub examples: Vec<Example>,
}

impl AnomalyRecord {
    /// Ten examples show a pattern; a million make a file too long to read.
    pub const MAX_EXAMPLES: usize = 10;
}

/// One witness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// What happened, in a sentence.
    pub text: String,
    /// The operations that prove it, at most two, the accused one first; empty where the bytes themselves were wrong.
    pub operations: Vec<Witness>,
}

/// An operation that cannot be true together with another, or with the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Witness {
    /// `INCR` or `GET`.
    pub operation: String,
    /// The key it used.
    pub key: String,
    /// The number of its connection. The look at the counters after the run has a connection of its own, the last number.
    pub connection: u32,
    /// Zero-based index of this INCR or GET on its connection.
    pub sequence: u64,
    /// When its write began, from the start of the run.
    pub began_ns: u64,
    /// When its reply was read; `None` without a reply.
    pub ended_ns: Option<u64>,
    /// The value returned; `None` without a value.
    pub value: Option<i64>,
}

/// The reconciliation of one counter: `before + acknowledged` is at most `ambiguous` below `after`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CounterAccount {
    /// Its key.
    pub key: String,
    /// Its value before the run; 0 of a counter that did not exist.
    pub before: i64,
    /// Its value after the run; `None` where the server was gone by then.
    pub after: Option<i64>,
    /// The sum of all increments that the server acknowledged.
    pub acknowledged: u64,
    /// Increments without a reply: each may or may not have been executed.
    pub ambiguous: u64,
    /// Acknowledged increments that are certainly missing from `after`; `None` where `after` is unknown.
    pub lost: Option<u64>,
}
