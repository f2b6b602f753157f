//! Books what happens to every request of one thread: counts, latencies, and the judge's notes.

use std::collections::BTreeMap;
use std::mem;

use results::{FailureReason, Histogram, Latency};

use crate::check::event_sink::HistoryFeed;

/// The books of one client thread. No other thread touches them before the run is over.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// Tells the judge of every operation.
    pub reporter: HistoryFeed,
    /// The sums since the start.
    pub totals: Counts,
    /// Error replies, in the server's words.
    pub errors: Complaints,
    /// Why connections were lost.
    pub losses: Complaints,
    at_last_cut: Counts,
    slice: Slice,
    open: bool,
    in_flight: u64,
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
    /// Requests that were held back because too many were in flight.
    pub(crate) delayed: u64,
    /// Times that somebody looked how many requests were in flight, and the sum of what was seen.
    pub(crate) looks: u64,
    /// See [`looks`](Self::looks).
    pub(crate) seen_in_flight: u64,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
}

/// What happened since the slice before: as much as one entry of an interval log.
#[derive(Debug)]
pub(crate) struct Slice {
    /// What was counted.
    pub(crate) counts: Counts,
    /// The latencies of the replies that came, and the lags of the requests that left.
    pub(crate) latency: Latency,
}

impl Slice {
    /// A slice in which nothing happened, of an open or a closed loop.
    pub(crate) fn new(open: bool) -> Self {
        let other = || open.then(Histogram::new);
        Self {
            counts: Counts::default(),
            latency: Latency {
                response: Histogram::new(),
                service: other(),
                lag: other(),
            },
        }
    }

    /// Takes over what another thread booked in the same slice of time.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        merge_latency(&mut self.latency, &other.latency);
    }
}

/// Adds the samples of `other` to `latency`.
pub(crate) fn merge_latency(latency: &mut Latency, other: &Latency) {
    latency.response.merge(&other.response);
    for (mine, theirs) in [
        (&mut latency.service, &other.service),
        (&mut latency.lag, &other.lag),
    ] {
        if let (Some(mine), Some(theirs)) = (mine, theirs) {
            mine.merge(theirs);
        }
    }
}

impl Recorder {
    /// Empty books, in an open or a closed loop.
    pub(crate) fn new(reporter: HistoryFeed, open: bool) -> Self {
        Self {
            reporter,
            totals: Counts::default(),
            errors: Complaints::default(),
            losses: Complaints::default(),
            at_last_cut: Counts::default(),
            slice: Slice::new(open),
            open,
            in_flight: 0,
        }
    }

    /// A connection had so many requests in flight, and has so many now.
    #[inline]
    pub(crate) fn in_flight_changed(&mut self, before: u32, now: u32) {
        self.in_flight = self.in_flight + u64::from(now) - u64::from(before);
    }

    /// Looks how many requests are in flight, at a time that no request has chosen.
    pub(crate) fn look(&mut self) {
        self.totals.looks += 1;
        self.totals.seen_in_flight += self.in_flight;
    }

    /// Requests were written as one batch.
    #[inline]
    pub(crate) fn sent(&mut self, requests: u32) {
        self.totals.sent += u64::from(requests);
    }

    /// `replies` of one batch came with one read: they share all stamps, so they are booked at once.
    #[inline]
    pub(crate) fn completed(&mut self, replies: u32, response_ns: u64, service_ns: u64) {
        let replies = u64::from(replies);
        self.totals.completed += replies;
        self.slice
            .latency
            .response
            .record_many(response_ns, replies);
        if let Some(service) = &mut self.slice.latency.service {
            service.record_many(service_ns, replies);
        }
    }

    /// A request left so much after its intended start, by no fault but the load generator's.
    #[inline]
    pub(crate) fn lagged(&mut self, lag_ns: u64) {
        if let Some(lag) = &mut self.slice.latency.lag {
            lag.record(lag_ns);
        }
    }

    /// A request has no reply, or an error for one.
    pub(crate) fn failed(&mut self, reason: FailureReason) {
        self.failed_many(reason, 1);
    }

    /// The same of many at once.
    pub(crate) fn failed_many(&mut self, reason: FailureReason, requests: u64) {
        *self.totals.failures.entry(reason).or_default() += requests;
    }

    /// Requests that were answered or given up.
    pub(crate) fn settled(&self) -> u64 {
        self.totals.completed + self.totals.failed()
    }

    /// Ends the slice, and begins the next.
    pub(crate) fn cut(&mut self) -> Slice {
        let mut slice = mem::replace(&mut self.slice, Slice::new(self.open));
        slice.counts = self.totals.since(&self.at_last_cut);
        self.at_last_cut = self.totals.clone();
        slice
    }
}

impl Counts {
    /// Failures of every reason together.
    pub(crate) fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// What was counted since an earlier state of the same counts.
    fn since(&self, earlier: &Self) -> Self {
        let before = |reason| earlier.failures.get(reason).copied().unwrap_or(0);
        let failures = self
            .failures
            .iter()
            .map(|(reason, count)| (*reason, count - before(reason)));
        Self {
            // The one count that may fall: a request that was never sent whole is taken back.
            sent: self.sent.saturating_sub(earlier.sent),
            completed: self.completed - earlier.completed,
            failures: failures.filter(|(_, count)| *count > 0).collect(),
            ambiguous: self.ambiguous - earlier.ambiguous,
            delayed: self.delayed - earlier.delayed,
            looks: self.looks - earlier.looks,
            seen_in_flight: self.seen_in_flight - earlier.seen_in_flight,
            bytes_sent: self.bytes_sent - earlier.bytes_sent,
            bytes_received: self.bytes_received - earlier.bytes_received,
        }
    }

    /// Adds what another thread counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.completed += other.completed;
        self.ambiguous += other.ambiguous;
        self.delayed += other.delayed;
        self.looks += other.looks;
        self.seen_in_flight += other.seen_in_flight;
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
        let mut recorder = Recorder::new(HistoryFeed::to_nobody(), false);
        recorder.sent(10);
        recorder.completed(4, 1_000, 1_000);
        recorder.completed(3, 9_000, 9_000);
        let first = recorder.cut();
        recorder.completed(2, 1_000, 1_000);
        recorder.failed(FailureReason::Closed);
        let mut both = recorder.cut();
        both.merge(&first);
        assert_eq!(
            (first.counts.completed, first.latency.response.count()),
            (7, 7)
        );
        assert_eq!(
            (
                both.counts.completed,
                both.counts.failed(),
                both.latency.response.count()
            ),
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
