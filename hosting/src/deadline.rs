//! How long a peer may keep the server waiting.

use std::time::{Duration, Instant};

use crate::{Closed, Limits};

/// What the server waits for from a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The next request.
    Idle,
    /// The rest of a request.
    Request,
    /// The peer to take its replies.
    Replies,
}

/// What the server waits for, and since when.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    waiting: Waiting,
    since: Instant,
}

impl Deadline {
    /// The deadline of a connection that was just accepted.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Deadline {
            waiting: Waiting::Idle,
            since: now,
        }
    }

    /// Sets what the server waits for after a turn. The time starts anew when that changes, or when the peer `progressed`: it finished
    /// a request, or took some of its replies. Single bytes of one request are no progress.
    #[inline]
    pub fn update(&mut self, waiting: Waiting, progressed: bool, now: Instant) {
        if progressed || waiting != self.waiting {
            *self = Deadline {
                waiting,
                since: now,
            };
        }
    }

    /// The time left, and what the connection is closed for when it has passed; `None` where there is no limit.
    #[must_use]
    pub fn left(&self, limits: &Limits, now: Instant) -> Option<(Duration, Closed)> {
        let (limit, closed) = match self.waiting {
            Waiting::Idle => (limits.idle_timeout, Closed::Idle),
            Waiting::Request => (limits.request_timeout, Closed::RequestDeadline),
            Waiting::Replies => (limits.stall_timeout, Closed::Stalled),
        };
        limit.map(|limit| (limit.saturating_sub(now.duration_since(self.since)), closed))
    }
}
