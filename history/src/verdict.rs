//! The outcome: for every key ok, wrong or unknown, with counts, and counterexamples.

use std::fmt;

use crate::anomaly::Counts;
use crate::counterexample::Counterexample;
use crate::event::Key;

/// Whether one counter can have given all the replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conclusion {
    /// The history is linearizable. (This history: the next one need not be.)
    Ok,
    /// Not checked to the end, and nothing was found wrong before.
    Unknown(Reason),
    /// No counter can have given these replies.
    Wrong,
}

/// Why a key could not be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// INCRs of several amounts. If one of them goes unanswered the question contains 3-partition (strongly NP-complete).
    MixedAmounts,
    /// A SET, a DEL or another write.
    OtherWrites,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MixedAmounts => "increments of different amounts on one key",
            Self::OtherWrites => "writes other than increments on a checked key",
        })
    }
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyVerdict {
    /// Which.
    pub key: Key,
    /// What.
    pub conclusion: Conclusion,
    /// INCRs answered with a value.
    pub acknowledged: u64,
    /// GETs answered with a value.
    pub reads: u64,
    /// Operations that must have had no effect: refused with `-ERR`, or written only in part.
    pub failed: u64,
    /// INCRs without an answer: each may or may not have taken effect.
    pub unanswered: u64,
    /// How many of those did take effect: values were passed that only they can have made.
    pub took_effect: u64,
    /// GETs without an answer: they have no effect.
    pub unanswered_reads: u64,
    /// The value that was read when no INCR was in flight and after which no INCR was acknowledged.
    pub final_value: Option<i64>,
    /// How many increments the final value lacks: acknowledged, but not in it.
    pub lost: Option<u64>,
    /// What was wrong, how often.
    pub counts: Counts,
}

/// The whole run.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Operations that began.
    pub operations: u64,
    /// Every key that was used, by number.
    pub keys: Vec<KeyVerdict>,
    /// Everything that was wrong, on every key and beside them (what the client reported).
    pub counts: Counts,
    /// At most [`EXAMPLES_PER_ANOMALY`](crate::EXAMPLES_PER_ANOMALY) of each anomaly.
    pub examples: Vec<Counterexample>,
}

impl Verdict {
    /// The worst of all keys, and wrong if the client reported anything.
    pub fn conclusion(&self) -> Conclusion {
        let worst = self.keys.iter().map(|key| key.conclusion).max();
        match self.counts.total() {
            0 => worst.unwrap_or(Conclusion::Ok),
            _ => Conclusion::Wrong,
        }
    }
}

impl fmt::Display for Verdict {
    /// One line, then a line per anomaly, then the examples.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operations, keys) = (self.operations, self.keys.len());
        match self.conclusion() {
            Conclusion::Ok => write!(
                f,
                "ok: no violation in {operations} operations on {keys} keys"
            )?,
            Conclusion::Unknown(reason) => write!(f, "unknown: {reason}")?,
            Conclusion::Wrong => write!(
                f,
                "wrong: {} anomalies in {operations} operations on {keys} keys",
                self.counts.total()
            )?,
        }
        for (anomaly, count) in self.counts.seen() {
            write!(f, "\n{count:>12}  {anomaly}")?;
        }
        for example in &self.examples {
            write!(f, "\n  {example}")?;
        }
        Ok(())
    }
}
