//! What the clients that come and go have still to ask.

use super::send_source::DueRequest;

/// The places of a thread, each taken by one client at a time.
#[derive(Debug)]
pub(crate) struct Slots {
    left: Vec<Left>,
    /// Whether nobody asks anything more.
    pub(crate) over: bool,
}

/// What the client at a place has still to ask.
#[derive(Debug, Clone, Default)]
struct Left {
    requests: u32,
    /// When its first request was to start: when the client came.
    begins: Option<DueRequest>,
}

impl Slots {
    /// So many places, all empty.
    pub(crate) fn new(places: usize) -> Self {
        Self {
            left: vec![Left::default(); places],
            over: false,
        }
    }

    /// A client with so many requests takes a place.
    pub(crate) fn begin(&mut self, place: usize, begins: DueRequest, requests: u32) {
        self.left[place] = Left {
            requests,
            begins: Some(begins),
        };
    }

    /// Whether the client at `place`, which has so many in flight, asks now: it waits for each reply. With its first request comes the
    /// order to start it; the others start when they are sent.
    pub(crate) fn next(&mut self, place: usize, in_flight: u32) -> Option<Option<DueRequest>> {
        let left = &mut self.left[place];
        if in_flight > 0 || left.requests == 0 || self.over {
            return None;
        }
        left.requests -= 1;
        Some(left.begins.take())
    }

    /// Whether the client at `place` asks nothing more.
    pub(super) fn is_over(&self, place: usize) -> bool {
        self.over || self.left[place].requests == 0
    }

    /// The client at `place` is lost; returns how many requests it never sent.
    pub(super) fn lose(&mut self, place: usize) -> u64 {
        u64::from(std::mem::take(&mut self.left[place]).requests)
    }
}
