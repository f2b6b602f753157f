//! Where a worker's connections get requests: from a closed loop, an open loop or sessions.

use std::task::Waker;

use super::due_queue::DueQueue;
use super::request_budget::RequestBudget;
use super::slots::Slots;

/// The source of the requests.
#[derive(Debug)]
pub(super) enum RequestSource {
    /// A closed loop: each reply makes room for the next request.
    Closed {
        /// The requests that may still be sent.
        budget: RequestBudget,
        /// Requests in flight on each connection.
        depth: u32,
    },
    /// An open loop: the pacer puts what is due into the queue of a connection.
    Open(DueQueue),
    /// Sessions: each waits for a reply before it sends the next request.
    Sessions(Slots),
}

impl RequestSource {
    /// Ends the sending.
    pub(super) fn stop(&mut self) {
        match self {
            Self::Closed { budget, .. } => budget.stop(),
            Self::Open(queue) => queue.over = true,
            Self::Sessions(slots) => slots.over = true,
        }
    }

    /// Sets the time that was just read.
    #[inline]
    pub(super) fn time_is(&mut self, now_ns: u64) {
        if let Self::Closed { budget, .. } = self {
            budget.time_is(now_ns);
        }
    }

    /// Whether the connection at `slot`, which has nothing in flight, has nothing more to send.
    pub(super) fn is_over(&self, slot: usize) -> bool {
        match self {
            Self::Closed { .. } => true,
            Self::Open(queue) => queue.is_over(slot),
            Self::Sessions(slots) => slots.is_over(slot),
        }
    }

    /// Gives up the connection at `slot`; returns the number of requests that waited for it.
    pub(super) fn lose(&mut self, slot: usize) -> u64 {
        match self {
            Self::Closed { .. } => 0,
            Self::Open(queue) => queue.lose(slot),
            Self::Sessions(slots) => slots.lose(slot),
        }
    }

    /// Registers the pacer, which waits for room.
    pub(super) fn hold_pacer(&mut self, waker: Waker) {
        if let Self::Open(queue) = self {
            queue.held_pacer = Some(waker);
        }
    }

    /// Wakes a pacer that waits for room.
    #[inline]
    pub(super) fn wake_pacer(&mut self) {
        if let Self::Open(queue) = self
            && let Some(pacer) = queue.held_pacer.take()
        {
            pacer.wake();
        }
    }
}
