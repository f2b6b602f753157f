//! Sessions of a worker: how many requests each has left.

use super::due_queue::DueRequest;

/// The slots of a worker, each taken by one session at a time.
#[derive(Debug)]
pub(super) struct Slots {
    left: Vec<Left>,
    /// Whether no session asks anything more.
    pub(super) over: bool,
}

/// What the session in a slot has left.
#[derive(Debug, Clone, Default)]
struct Left {
    requests: u32,
    /// Its first request, which was to start when the session arrived.
    begins: Option<DueRequest>,
}

impl Slots {
    /// So many slots, all empty.
    pub(super) fn new(slots: usize) -> Self {
        Self {
            left: vec![Left::default(); slots],
            over: false,
        }
    }

    /// A session with so many requests takes a slot.
    pub(super) fn begin(&mut self, slot: usize, begins: DueRequest, requests: u32) {
        self.left[slot] = Left {
            requests,
            begins: Some(begins),
        };
    }

    /// Whether the session in `slot`, which has so many requests in flight, asks now: it waits for each reply. With its first
    /// request comes when that was to start; the others start when they are sent.
    pub(super) fn next(&mut self, slot: usize, in_flight: u32) -> Option<Option<DueRequest>> {
        let left = &mut self.left[slot];
        if in_flight > 0 || left.requests == 0 || self.over {
            return None;
        }
        left.requests -= 1;
        Some(left.begins.take())
    }

    /// Whether the session in `slot` asks nothing more.
    pub(super) fn is_over(&self, slot: usize) -> bool {
        self.over || self.left[slot].requests == 0
    }

    /// The session in `slot` is lost; returns how many requests it never sent.
    pub(super) fn lose(&mut self, slot: usize) -> u64 {
        u64::from(std::mem::take(&mut self.left[slot]).requests)
    }
}
