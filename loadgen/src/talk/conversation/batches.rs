//! The requests in flight: those that left with one write are one entry.

use std::collections::VecDeque;

/// The batches in flight, oldest first. There are never more than requests in flight, so the pipeline depth bounds them.
#[derive(Debug, Default)]
pub(super) struct Batches {
    queue: VecDeque<Batch>,
    requests: u32,
}

#[derive(Debug)]
struct Batch {
    sent_ns: u64,
    requests: u32,
}

impl Batches {
    /// Requests in flight.
    pub(super) fn requests(&self) -> u32 {
        self.requests
    }

    /// When the oldest batch was sent.
    pub(super) fn oldest_ns(&self) -> Option<u64> {
        self.queue.front().map(|batch| batch.sent_ns)
    }

    #[inline]
    pub(super) fn push(&mut self, requests: u32, sent_ns: u64) {
        self.requests += requests;
        self.queue.push_back(Batch { sent_ns, requests });
    }

    /// The oldest `replies` requests were answered: tells of each batch how many of them it had, and when it was sent.
    #[inline]
    pub(super) fn answered(&mut self, replies: u32, mut book: impl FnMut(u32, u64)) {
        let mut left = replies;
        while left > 0 {
            let Some(batch) = self.queue.front_mut() else {
                break;
            };
            let of_this = left.min(batch.requests);
            book(of_this, batch.sent_ns);
            left -= of_this;
            batch.requests -= of_this;
            if batch.requests == 0 {
                self.queue.pop_front();
            }
        }
        self.requests -= replies - left;
    }

    /// Forgets all; returns how many requests were in flight.
    pub(super) fn clear(&mut self) -> u32 {
        self.queue.clear();
        std::mem::take(&mut self.requests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_booked_to_the_batches_they_belong_to() {
        let mut batches = Batches::default();
        batches.push(3, 10);
        batches.push(2, 20);
        let mut booked = Vec::new();
        batches.answered(4, |replies, sent_ns| booked.push((replies, sent_ns)));
        assert_eq!(booked, [(3, 10), (1, 20)]);
        assert_eq!((batches.requests(), batches.oldest_ns()), (1, Some(20)));
        assert_eq!(batches.clear(), 1);
        assert_eq!((batches.requests(), batches.oldest_ns()), (0, None));
    }
}
