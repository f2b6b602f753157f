//! What happens to the requests of one worker: counts and latencies.

use std::mem;

use results::{FailureReason, Histogram, Latency};

use super::{Counts, TopMessages};
use crate::protocol::event::{Event, Stamps};

/// The metrics of one worker. No other thread touches them before the run is over.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// The sums since the start.
    pub(crate) totals: Counts,
    /// Error replies, in the server's words.
    pub(crate) error_replies: TopMessages,
    /// Why connections were lost.
    pub(crate) losses: TopMessages,
    /// Connections that ended before their time.
    pub(crate) lost_connections: u32,
    at_last_cut: Counts,
    latency: Latency,
    open_loop: bool,
    in_flight: u64,
}

/// No samples, of an open loop or a closed one.
pub(super) fn no_latency(open_loop: bool) -> Latency {
    let other = || open_loop.then(Histogram::new);
    Latency {
        response: Histogram::new(),
        service: other(),
        lag: other(),
    }
}

impl Recorder {
    /// The metrics of a worker that has done nothing yet.
    pub(crate) fn new(open_loop: bool) -> Self {
        Self {
            totals: Counts::default(),
            error_replies: TopMessages::default(),
            losses: TopMessages::default(),
            lost_connections: 0,
            at_last_cut: Counts::default(),
            latency: no_latency(open_loop),
            open_loop,
            in_flight: 0,
        }
    }

    /// Takes an event that came to light at `at_ns`.
    #[inline]
    pub(crate) fn on(&mut self, event: &Event, at_ns: u64) {
        match event {
            Event::Completed { replies, stamps } => self.completed(*replies, *stamps, at_ns),
            Event::ErrorReply { text, .. } => {
                self.failed(FailureReason::ErrorReply, 1);
                self.error_replies.add(text);
            }
            Event::Disconnected {
                reason,
                requests,
                unwritten,
                ..
            } => {
                self.totals.sent -= u64::from(*unwritten);
                if *requests > 0 {
                    self.failed(*reason, u64::from(*requests));
                }
            }
            Event::Invoked(_)
            | Event::Value(_)
            | Event::Matched
            | Event::Wrong { .. }
            | Event::LeftOver { .. } => {}
        }
    }

    /// Replies of one batch share all stamps, so they are recorded at once.
    #[inline]
    fn completed(&mut self, replies: u32, stamps: Stamps, at_ns: u64) {
        let replies = u64::from(replies);
        let since = |stamp_ns| at_ns.saturating_sub(stamp_ns);
        self.totals.completed += replies;
        let response = &mut self.latency.response;
        response.record_many(since(stamps.intended_ns), replies);
        if let Some(service) = &mut self.latency.service {
            service.record_many(since(stamps.sent_ns), replies);
        }
    }

    /// Requests left in one write.
    #[inline]
    pub(crate) fn sent(&mut self, requests: u32) {
        self.totals.sent += u64::from(requests);
    }

    /// A request left so much after its intended start, because of the load generator alone.
    #[inline]
    pub(crate) fn lagged(&mut self, lag_ns: u64) {
        if let Some(lag) = &mut self.latency.lag {
            lag.record(lag_ns);
        }
    }

    /// Requests without a reply, or with an error for one.
    pub(crate) fn failed(&mut self, reason: FailureReason, requests: u64) {
        *self.totals.failures.entry(reason).or_default() += requests;
    }

    /// A connection was lost, or could not be made.
    pub(crate) fn lost(&mut self, why: &str) {
        self.lost_connections += 1;
        self.losses.add(why);
    }

    /// A connection had so many requests in flight, and has so many now.
    #[inline]
    pub(crate) fn in_flight_changed(&mut self, before: u32, now: u32) {
        self.in_flight = self.in_flight + u64::from(now) - u64::from(before);
    }

    /// Samples the requests in flight, at a time that no request has chosen.
    pub(crate) fn sample_in_flight(&mut self) {
        self.totals.looks += 1;
        self.totals.seen_in_flight += self.in_flight;
    }

    /// Requests that were answered or given up.
    pub(crate) fn settled(&self) -> u64 {
        self.totals.completed + self.totals.failed()
    }

    /// Ends the interval and begins the next one.
    pub(crate) fn cut(&mut self) -> (Counts, Latency) {
        let counts = self.totals.since(&self.at_last_cut);
        self.at_last_cut = self.totals.clone();
        let latency = mem::replace(&mut self.latency, no_latency(self.open_loop));
        (counts, latency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_add_up_to_the_totals() {
        let mut recorder = Recorder::new(false);
        let stamps = Stamps {
            intended_ns: 0,
            sent_ns: 0,
        };
        let completed = |recorder: &mut Recorder, replies, at_ns| {
            recorder.on(&Event::Completed { replies, stamps }, at_ns);
        };
        completed(&mut recorder, 4, 1_000);
        completed(&mut recorder, 3, 9_000);
        let (mut sum, first) = recorder.cut();
        assert_eq!((sum.completed, first.response.count()), (7, 7));
        completed(&mut recorder, 2, 1_000);
        recorder.failed(FailureReason::Closed, 1);
        let (second, latency) = recorder.cut();
        assert_eq!(latency.response.count(), 2);
        sum.merge(&second);
        assert_eq!((sum.completed, sum.failed()), (9, 1));
        let totals = (recorder.totals.completed, recorder.totals.failed());
        assert_eq!(totals, (9, 1));
        assert_eq!(recorder.settled(), 10);
    }
}
