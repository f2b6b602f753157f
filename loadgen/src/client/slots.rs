//! A worker's sessions: how many requests each still has to send.

use super::due_queue::DueRequest;

/// The slots of a worker, each taken by one session at a time.
#[derive(Debug)]
pub(super) struct Slots {
    left: Vec<Left>,
    /// Whether no session sends anything more.
    pub(super) over: bool,
}

/// What the session in a slot still has to send.
#[derive(Debug, Clone, Default)]
struct Left {
    requests: u32,
    /// Its first request, whose intended start is the session's arrival.
    begins: Option<DueRequest>,
}

impl Slots {
    /// This many empty slots.
    pub(super) fn new(slots: usize) -> Self {
        Self {
            left: vec![Left::default(); slots],
            over: false,
        }
    }

    /// Puts a session with this many requests into a slot.
    pub(super) fn begin(&mut self, slot: usize, begins: DueRequest, requests: u32) {
        self.left[slot] = Left {
            requests,
            begins: Some(begins),
        };
    }

    /// Whether the session in `slot` sends a request now: it waits for each reply first. The first request comes with its
    /// intended start; the others start when they are sent.
    pub(super) fn next(&mut self, slot: usize, in_flight: u32) -> Option<Option<DueRequest>> {
        let left = &mut self.left[slot];
        if in_flight > 0 || left.requests == 0 || self.over {
            return None;
        }
        left.requests -= 1;
        Some(left.begins.take())
    }

    /// Whether the session in `slot` has sent all its requests.
    pub(super) fn is_over(&self, slot: usize) -> bool {
        self.over || self.left[slot].requests == 0
    }

    /// Gives up the session in `slot`; returns the number of requests it never sent.
    pub(super) fn lose(&mut self, slot: usize) -> u64 {
        u64::from(std::mem::take(&mut self.left[slot]).requests)
    }
}
