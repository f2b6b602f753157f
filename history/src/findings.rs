//! What was found wrong in a run: how often, and a few examples of each anomaly.

use std::fmt;

use crate::anomaly::{Anomaly, Counts};
use crate::event::{ConnectionId, Key};
use crate::operation::{Operation, Seconds};

/// Examples kept of each anomaly. The rest are counted.
pub const EXAMPLES_PER_ANOMALY: usize = 10;

/// How often, per anomaly, the recent replies are searched for the second witness. A search reads all of them; a server
/// that lies a million times must not make its checker slow.
const SEARCHES_PER_ANOMALY: u64 = 100;

/// One wrong thing and the operations that show it: at most two, which cannot both be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// What is wrong.
    pub anomaly: Anomaly,
    /// On which key; `None` if no operation was in flight where the client saw it.
    pub key: Option<Key>,
    /// On which connection and when it came to light; `None` for what only the end of the run brought out.
    pub seen: Option<(ConnectionId, u64)>,
    /// The value that convicts: what the reply said, or, at the end of a run, the value that nobody can have made.
    pub value: Option<i64>,
    /// The operation whose reply is wrong.
    pub faulty: Option<Operation>,
    /// The operation that it contradicts. Missing if none does, or if it lies further back than the checker remembers
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
                write!(f, "no INCR was told {value}, passed by {faulty}")?;
            }
            (Some(faulty), None) => write!(f, "{faulty}")?,
            (None, Some(value)) if example.seen.is_none() => {
                write!(f, "no INCR was told {value}")?;
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

/// Counts and examples, gathered as they come.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) counts: Counts,
    pub(crate) examples: Vec<Counterexample>,
}

impl Findings {
    pub(crate) fn count(&mut self, anomaly: Anomaly) {
        self.counts[anomaly] += 1;
    }

    /// Whether an example of this anomaly, just counted, is worth the search for its second witness.
    pub(crate) fn wants(&self, anomaly: Anomaly) -> bool {
        let complete = self.of(anomaly).filter(|example| example.other.is_some());
        self.counts[anomaly] <= SEARCHES_PER_ANOMALY && complete.count() < EXAMPLES_PER_ANOMALY
    }

    /// Keeps an example if there is room for it, or if it can take the place of one that lacks its second witness.
    pub(crate) fn keep(&mut self, example: Counterexample) {
        let anomaly = example.anomaly;
        if self.of(anomaly).count() < EXAMPLES_PER_ANOMALY {
            self.examples.push(example);
        } else if example.other.is_some() {
            let mut same = self
                .examples
                .iter_mut()
                .filter(|kept| kept.anomaly == anomaly);
            if let Some(incomplete) = same.find(|kept| kept.other.is_none()) {
                *incomplete = example;
            }
        }
    }

    /// The latest example of this connection turns out to be something else.
    pub(crate) fn rename(&mut self, connection: ConnectionId, from: Anomaly, to: Anomaly) {
        self.counts[from] -= 1;
        self.counts[to] += 1;
        let on_it = |example: &&mut Counterexample| {
            example
                .seen
                .is_some_and(|(seen_on, _)| seen_on == connection)
        };
        let mut same = self
            .examples
            .iter_mut()
            .rev()
            .filter(|example| example.anomaly == from);
        if let Some(example) = same.find(on_it) {
            example.anomaly = to;
        }
    }

    fn of(&self, anomaly: Anomaly) -> impl Iterator<Item = &Counterexample> {
        self.examples
            .iter()
            .filter(move |example| example.anomaly == anomaly)
    }
}
