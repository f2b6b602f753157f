//! The checker: takes events in their order, keeps what is in flight, and says in the end what was wrong.

mod counterexample;
mod events;

use crate::connection::ConnectionState;
use crate::counter::Counter;
use crate::event::{ConnectionId, Key};
use crate::findings::Findings;
use crate::recent::{self, Recent};
use crate::verdict::Verdict;

/// How much is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Linearizability: all that [`Level::Replies`] asks, and that no reply is older or newer than real time allows.
    #[default]
    Full,
    /// What needs no common clock: INCR values are unique, each connection's replies are in order, and every value is
    /// accounted for in the end. The events of each connection must be in order; those of different threads need not be.
    Replies,
}

/// Checks a run while it goes on.
///
/// Memory: at most 24 bytes and a bit per operation in flight, about 280 bytes per connection and 180 per key, a fixed window of
/// recent replies, 32 bytes per INCR that was never answered. Nothing grows with the run.
#[derive(Debug)]
pub struct Checker {
    level: Level,
    operations: u64,
    sessions: Vec<ConnectionState>,
    counters: Vec<Counter>,
    recent: Recent,
    findings: Findings,
}

impl Default for Checker {
    fn default() -> Self {
        Self::new(Level::Full)
    }
}

impl Checker {
    /// A checker who has seen nothing.
    pub fn new(level: Level) -> Self {
        Self {
            level,
            operations: 0,
            sessions: Vec::new(),
            counters: Vec::new(),
            recent: Recent::new(recent::REPLIES),
            findings: Findings::default(),
        }
    }

    /// Remembers this many replies (48 bytes each), so that the second witness of an anomaly is found even if it lies far
    /// back. For a saved history; live, the default is enough.
    pub fn remembering(mut self, replies: usize) -> Self {
        self.recent = Recent::new(replies);
        self
    }

    /// Anomalies found so far.
    pub fn anomalies(&self) -> u64 {
        self.findings.counts.total()
    }

    /// Bytes held: what the run needs beyond the program itself.
    pub fn memory_bytes(&self) -> usize {
        let sessions = self.sessions.capacity() * size_of::<ConnectionState>();
        let sessions = sessions
            + self
                .sessions
                .iter()
                .map(ConnectionState::heap_bytes)
                .sum::<usize>();
        let counters = self.counters.capacity() * size_of::<Counter>();
        let counters = counters + self.counters.iter().map(Counter::heap_bytes).sum::<usize>();
        sessions + counters + self.recent.heap_bytes()
    }

    /// Ends the run. What is still in flight counts as never answered.
    pub fn verdict(mut self) -> Verdict {
        for connection in (0..self.sessions.len() as u32).filter_map(ConnectionId::new) {
            self.info(connection, u64::MAX, u32::MAX);
        }
        let counters = std::mem::take(&mut self.counters).into_iter();
        let numbered = counters.zip((0..).filter_map(Key::new));
        let mut keys = Vec::new();
        for (counter, key) in numbered.filter(|(counter, _)| counter.is_used()) {
            let (verdict, unexplained) = counter.verdict(key);
            for unexplained in &unexplained {
                self.unexplained(key, unexplained);
            }
            keys.push(verdict);
        }
        Verdict {
            operations: self.operations,
            keys,
            counts: self.findings.counts,
            examples: self.findings.examples,
        }
    }
}
