//! A counterexample shows an anomaly: the wrong reply, and the operation that it contradicts.

use std::fmt;

use crate::anomaly::{Anomaly, Counts};
use crate::event::{ConnectionId, Key};
use crate::operation::{Operation, Seconds};

/// Examples kept of each anomaly. The rest are counted.
pub const EXAMPLES_PER_ANOMALY: usize = 10;

/// How often, per anomaly, the recent replies are searched for the second operation. A search reads all of them; a million
/// wrong replies must not make the checker slow.
const SEARCHES_PER_ANOMALY: u64 = 100;

/// An anomaly and the operations that show it: at most two, which cannot both be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// What is wrong.
    pub anomaly: Anomaly,
    /// The key; `None` if no operation was in flight on the connection.
    pub key: Option<Key>,
    /// The connection, and the time of the wrong reply; `None` if only the end of the run showed the anomaly.
    pub seen: Option<(ConnectionId, u64)>,
    /// The wrong value: what the reply said or, at the end of a run, the value that no INCR can have made.
    pub value: Option<i64>,
    /// The operation whose reply is wrong.
    pub faulty: Option<Operation>,
    /// The operation that it contradicts. `None` if there is none, or if it is further back than the checker remembers
    /// ([`Checker::remembering`](crate::Checker::remembering)).
    pub other: Option<Operation>,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.anomaly)?;
        if let Some(key) = self.key {
            write!(f, " on key {}", key.number())?;
        }
        write!(f, ": {}", self.evidence())
    }
}

impl Counterexample {
    /// The operations alone, without the names of the anomaly and the key.
    pub fn evidence(&self) -> impl fmt::Display + '_ {
        Evidence(self)
    }
}

struct Evidence<'a>(&'a Counterexample);

impl fmt::Display for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(example) = self;
        match (&example.faulty, example.value) {
            (Some(faulty), value) if faulty.value == value => write!(f, "{faulty}")?,
            (Some(faulty), Some(value)) => {
                write!(f, "no INCR returned {value}, passed by {faulty}")?;
            }
            (Some(faulty), None) => write!(f, "{faulty}")?,
            (None, Some(value)) if example.seen.is_none() => {
                write!(f, "no INCR returned {value}")?;
            }
            (None, Some(value)) => write!(f, "{value}")?,
            (None, None) => {}
        }
        if let (None, Some((connection, at_ns))) = (&example.faulty, example.seen) {
            write!(
                f,
                " on connection {} at {}",
                connection.number(),
                Seconds(at_ns)
            )?;
        }
        match &example.other {
            Some(other) => write!(f, ", against {other}"),
            None => Ok(()),
        }
    }
}

/// The anomalies found so far: their counts, and a few counterexamples of each.
#[derive(Debug, Default)]
pub(crate) struct Counterexamples {
    pub(crate) counts: Counts,
    pub(crate) examples: Vec<Counterexample>,
}

impl Counterexamples {
    pub(crate) fn count(&mut self, anomaly: Anomaly) {
        self.counts[anomaly] += 1;
    }

    /// Whether to search the second operation for another example of this anomaly, which is already counted.
    pub(crate) fn wants(&self, anomaly: Anomaly) -> bool {
        let complete = self.of(anomaly).filter(|example| example.other.is_some());
        self.counts[anomaly] <= SEARCHES_PER_ANOMALY && complete.count() < EXAMPLES_PER_ANOMALY
    }

    /// Keeps an example if there is room, or if it can replace one that has no second operation.
    pub(crate) fn keep(&mut self, example: Counterexample) {
        let anomaly = example.anomaly;
        if self.of(anomaly).count() < EXAMPLES_PER_ANOMALY {
            self.examples.push(example);
        } else if example.other.is_some() {
            let mut examples = self.examples.iter_mut();
            let incomplete = examples.find(|kept| kept.anomaly == anomaly && kept.other.is_none());
            if let Some(incomplete) = incomplete {
                *incomplete = example;
            }
        }
    }

    /// The latest example of this anomaly on this connection turns out to be another anomaly.
    pub(crate) fn rename(&mut self, connection: ConnectionId, from: Anomaly, to: Anomaly) {
        self.counts.rename(from, to);
        let latest = self.examples.iter_mut().rev().find(|example| {
            example.anomaly == from && example.seen.is_some_and(|(id, _)| id == connection)
        });
        if let Some(example) = latest {
            example.anomaly = to;
        }
    }

    fn of(&self, anomaly: Anomaly) -> impl Iterator<Item = &Counterexample> {
        self.examples
            .iter()
            .filter(move |example| example.anomaly == anomaly)
    }
}
