//! The server around a session under test: limits narrow enough that short inputs reach them, and a process that only counts.

use std::sync::atomic::{AtomicU64, Ordering};

use service::{Environment, Limits};

/// Limits that a few bytes reach.
pub(super) const NARROW: Limits = Limits {
    arguments: 6,
    bulk_bytes: 40,
    request_bytes: 160,
    line_bytes: 64,
    turn_requests: u32::MAX,
    reply_high_bytes: usize::MAX,
    reply_low_bytes: 0,
    counters: 3,
    name_bytes: 8,
};

/// The limits of a real server, without those that end a turn.
pub(super) fn wide() -> Limits {
    Limits {
        turn_requests: u32::MAX,
        reply_high_bytes: usize::MAX,
        ..Limits::default()
    }
}

/// A process that counts requests and has nothing to say about itself.
#[derive(Debug, Default)]
pub(super) struct CountingEnvironment {
    executed: AtomicU64,
}

impl CountingEnvironment {
    pub(super) fn executed(&self) -> u64 {
        self.executed.load(Ordering::Relaxed)
    }
}

impl Environment for CountingEnvironment {
    fn executed(&self, _: u64, requests: u64) {
        self.executed.fetch_add(requests, Ordering::Relaxed);
    }

    fn info(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
