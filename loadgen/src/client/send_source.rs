//! Where a worker's connections get their requests: what there is room for, or what the schedule has made due.

use std::task::Waker;

use super::due_queue::DueQueue;
use super::request_budget::RequestBudget;
use super::slots::Slots;

/// Where requests come from.
#[derive(Debug)]
pub(super) enum SendSource {
    /// A closed loop: replies make room, and room is filled.
    Closed {
        /// What may still be sent.
        budget: RequestBudget,
        /// Requests in flight on each connection.
        depth: u32,
    },
    /// An open loop: the pacer puts what is due into the queue of a connection.
    Open(DueQueue),
    /// Sessions, each of which waits for the reply before it asks again.
    Sessions(Slots),
}

impl SendSource {
    /// Nothing more is to be sent.
    pub(super) fn stop(&mut self) {
        match self {
            Self::Closed { budget, .. } => budget.stop(),
            Self::Open(queue) => queue.over = true,
            Self::Sessions(slots) => slots.over = true,
        }
    }

    /// Tells the time, as a read has just brought it.
    #[inline]
    pub(super) fn time_is(&mut self, now_ns: u64) {
        if let Self::Closed { budget, .. } = self {
            budget.time_is(now_ns);
        }
    }

    /// Whether the connection at `slot`, which has nothing in flight, will never have anything more to send.
    pub(super) fn is_over(&self, slot: usize) -> bool {
        match self {
            Self::Closed { .. } => true,
            Self::Open(queue) => queue.is_over(slot),
            Self::Sessions(slots) => slots.is_over(slot),
        }
    }

    /// The connection at `slot` is lost; returns how many requests waited for it and were never sent.
    pub(super) fn lose(&mut self, slot: usize) -> u64 {
        match self {
            Self::Closed { .. } => 0,
            Self::Open(queue) => queue.lose(slot),
            Self::Sessions(slots) => slots.lose(slot),
        }
    }

    /// The pacer waits for room.
    pub(super) fn hold_pacer(&mut self, waker: Waker) {
        if let Self::Open(queue) = self {
            queue.held_pacer = Some(waker);
        }
    }

    /// There may be room: a pacer that waits for it is to look again.
    #[inline]
    pub(super) fn wake_pacer(&mut self) {
        if let Self::Open(queue) = self
            && let Some(pacer) = queue.held_pacer.take()
        {
            pacer.wake();
        }
    }
}
