//! The requests in flight: one entry for the requests of one write.

use std::collections::VecDeque;

use super::super::event::Stamps;

/// The batches in flight, oldest first. There are never more than requests in flight, so the pipeline depth bounds them.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    queue: VecDeque<Batch>,
    requests: u32,
}

#[derive(Debug)]
struct Batch {
    stamps: Stamps,
    requests: u32,
}

impl InFlight {
    /// Requests in flight.
    pub(super) fn requests(&self) -> u32 {
        self.requests
    }

    /// When the oldest batch was sent.
    pub(super) fn oldest_ns(&self) -> Option<u64> {
        self.queue.front().map(|batch| batch.stamps.sent_ns)
    }

    #[inline]
    pub(super) fn push(&mut self, requests: u32, stamps: Stamps) {
        self.requests += requests;
        self.queue.push_back(Batch { stamps, requests });
    }

    /// Removes the oldest `replies` requests. Calls `tell` for each batch with its number of replies and its stamps.
    #[inline]
    pub(super) fn answered(&mut self, replies: u32, mut tell: impl FnMut(u32, Stamps)) {
        let mut left = replies;
        while left > 0 {
            let Some(batch) = self.queue.front_mut() else {
                break;
            };
            let of_this = left.min(batch.requests);
            tell(of_this, batch.stamps);
            left -= of_this;
            batch.requests -= of_this;
            if batch.requests == 0 {
                self.queue.pop_front();
            }
        }
        self.requests -= replies - left;
    }

    /// Removes all; returns the number of requests that were in flight.
    pub(super) fn clear(&mut self) -> u32 {
        self.queue.clear();
        std::mem::take(&mut self.requests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_counted_for_the_batches_they_belong_to() {
        let mut in_flight = InFlight::default();
        let at = |sent_ns| Stamps {
            intended_ns: 0,
            sent_ns,
        };
        in_flight.push(3, at(10));
        in_flight.push(2, at(20));
        let mut answered = Vec::new();
        in_flight.answered(4, |replies, stamps| {
            answered.push((replies, stamps.sent_ns));
        });
        assert_eq!(answered, [(3, 10), (1, 20)]);
        assert_eq!((in_flight.requests(), in_flight.oldest_ns()), (1, Some(20)));
        assert_eq!(in_flight.clear(), 1);
        assert_eq!((in_flight.requests(), in_flight.oldest_ns()), (0, None));
    }
}
