//! Books what happens to every request of one thread: counts, latencies, and the judge's notes.

use std::collections::BTreeMap;
use std::mem;

use results::{FailureReason, Histogram};

use crate::books::judge::Judge;

/// The books of one client thread. No other thread touches them before the run is over.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// The judge of the counters.
    pub judge: Judge,
    /// The sums since the start.
    pub totals: Counts,
    /// Error replies, in the server's words.
    pub errors: Complaints,
    /// Why connections were lost.
    pub losses: Complaints,
    slice: Slice,
}

/// What was counted.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    /// Requests whose last byte was handed to the kernel.
    pub sent: u64,
    /// Requests with a well-formed reply.
    pub completed: u64,
    /// Requests without one, by reason.
    pub failures: BTreeMap<FailureReason, u64>,
    /// Of the failed ones, those that went out whole, so that they may have been executed.
    pub ambiguous: u64,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
}

/// What happened since the slice before: as much as one entry of an interval log.
#[derive(Debug)]
pub(crate) struct Slice {
    /// Replies that came.
    pub completed: u64,
    /// Requests that were given up.
    pub failed: u64,
    /// Response times of the replies that came.
    pub response: Histogram,
}

impl Slice {
    /// A slice in which nothing happened.
    pub(crate) fn new() -> Self {
        Self {
            completed: 0,
            failed: 0,
            response: Histogram::new(),
        }
    }

    /// Takes over what another thread booked in the same slice of time.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.completed += other.completed;
        self.failed += other.failed;
        self.response.merge(&other.response);
    }
}

impl Default for Slice {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    /// Empty books for `keys` counters.
    pub(crate) fn new(keys: u32) -> Self {
        Self {
            judge: Judge::new(keys),
            totals: Counts::default(),
            errors: Complaints::default(),
            losses: Complaints::default(),
            slice: Slice::new(),
        }
    }

    /// Requests were written as one batch.
    #[inline]
    pub(crate) fn sent(&mut self, requests: u32) {
        self.totals.sent += u64::from(requests);
    }

    /// `replies` of one batch came with one read: they share both stamps, so they are booked at once.
    #[inline]
    pub(crate) fn completed(&mut self, replies: u32, response_ns: u64) {
        let replies = u64::from(replies);
        self.totals.completed += replies;
        self.slice.completed += replies;
        self.slice.response.record_many(response_ns, replies);
    }

    /// A request has no reply, or an error for one.
    pub(crate) fn failed(&mut self, reason: FailureReason) {
        *self.totals.failures.entry(reason).or_default() += 1;
        self.slice.failed += 1;
    }

    /// Ends the slice, and begins the next.
    pub(crate) fn cut(&mut self) -> Slice {
        mem::take(&mut self.slice)
    }
}

impl Counts {
    /// Failures of every reason together.
    pub(crate) fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Adds what another thread counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.completed += other.completed;
        self.ambiguous += other.ambiguous;
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
        for (reason, count) in &other.failures {
            *self.failures.entry(*reason).or_default() += count;
        }
    }
}

/// The first few different complaints, each with its count.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    texts: BTreeMap<String, u64>,
}

impl Complaints {
    /// More different ones than this are not kept: a server could make up any number.
    const DIFFERENT: usize = 8;

    /// Notes a complaint.
    pub(crate) fn add(&mut self, text: &str) {
        self.add_many(text, 1);
    }

    /// Takes over what another thread heard.
    pub(crate) fn merge(&mut self, other: Self) {
        for (text, count) in other.texts {
            self.add_many(&text, count);
        }
    }

    /// The most frequent complaint.
    pub(crate) fn foremost(&self) -> Option<&str> {
        let foremost = self.texts.iter().max_by_key(|(_, count)| **count);
        foremost.map(|(text, _)| text.as_str())
    }

    fn add_many(&mut self, text: &str, count: u64) {
        if let Some(known) = self.texts.get_mut(text) {
            *known += count;
        } else if self.texts.len() < Self::DIFFERENT {
            self.texts.insert(text.to_owned(), count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_add_up_to_the_totals() {
        let mut recorder = Recorder::new(1);
        recorder.sent(10);
        recorder.completed(4, 1_000);
        recorder.completed(3, 9_000);
        let first = recorder.cut();
        recorder.completed(2, 1_000);
        recorder.failed(FailureReason::Closed);
        let mut both = recorder.cut();
        both.merge(&first);
        assert_eq!((first.completed, first.response.count()), (7, 7));
        assert_eq!(
            (both.completed, both.failed, both.response.count()),
            (9, 1, 9)
        );
        assert_eq!(
            (recorder.totals.completed, recorder.totals.failed()),
            (9, 1)
        );
    }

    #[test]
    fn complaints_are_bounded_and_the_loudest_leads() {
        let mut complaints = Complaints::default();
        (0..1_000).for_each(|number| complaints.add(&format!("ERR {number}")));
        complaints.add("ERR 3");
        assert_eq!(complaints.texts.len(), Complaints::DIFFERENT);
        assert_eq!(complaints.foremost(), Some("ERR 3"));
    }
}
