//! The checker: takes events in order, keeps the operations in flight, and gives the verdict at the end.

mod anomalies;
mod events;

use crate::connection::ConnectionState;
use crate::counter::Counter;
use crate::counterexample::Counterexamples;
use crate::event::{ConnectionId, Key};
use crate::level::Level;
use crate::recent_replies::{self, RecentReplies};
use crate::verdict::Verdict;

/// Checks a run while it is going on.
///
/// Memory: at most 24 bytes and a bit per operation in flight, about 280 bytes per connection and 180 per key, a fixed window of
/// recent replies, 32 bytes per INCR that was never answered. Nothing grows with the run.
#[derive(Debug)]
pub struct Checker {
    level: Level,
    operations: u64,
    connections: Vec<ConnectionState>,
    counters: Vec<Counter>,
    recent: RecentReplies,
    found: Counterexamples,
}

impl Default for Checker {
    fn default() -> Self {
        Self::new(Level::Full)
    }
}

impl Checker {
    /// A checker of an empty history.
    pub fn new(level: Level) -> Self {
        Self {
            level,
            operations: 0,
            connections: Vec::new(),
            counters: Vec::new(),
            recent: RecentReplies::new(recent_replies::REPLIES),
            found: Counterexamples::default(),
        }
    }

    /// Remembers this many replies (48 bytes each) instead of 8,192, to find the second operation of a counterexample
    /// further back. For a saved history; the default is enough for a live run.
    pub fn remembering(mut self, replies: usize) -> Self {
        self.recent = RecentReplies::new(replies);
        self
    }

    /// Anomalies found so far.
    pub fn anomalies(&self) -> u64 {
        self.found.counts.total()
    }

    /// Bytes of memory that the check holds.
    pub fn memory_bytes(&self) -> usize {
        let connections = self.connections.iter().map(ConnectionState::heap_bytes);
        let counters = self.counters.iter().map(Counter::heap_bytes);
        self.connections.capacity() * size_of::<ConnectionState>()
            + self.counters.capacity() * size_of::<Counter>()
            + connections.chain(counters).sum::<usize>()
            + self.recent.heap_bytes()
    }

    /// Ends the run. Operations still in flight count as never answered.
    pub fn verdict(mut self) -> Verdict {
        for connection in (0..self.connections.len() as u32).filter_map(ConnectionId::new) {
            self.info(connection, u64::MAX, u32::MAX);
        }
        let counters = std::mem::take(&mut self.counters).into_iter();
        let numbered = counters.zip((0..).filter_map(Key::new));
        let mut keys = Vec::new();
        for (counter, key) in numbered.filter(|(counter, _)| counter.is_used()) {
            let (verdict, unexplained) = counter.verdict(key);
            for unexplained in &unexplained {
                self.unexplained_value(key, unexplained);
            }
            keys.push(verdict);
        }
        Verdict {
            operations: self.operations,
            keys,
            counts: self.found.counts,
            examples: self.found.examples,
        }
    }
}
