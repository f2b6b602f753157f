//! The counts and latencies of one worker, taken from the events of its connections.

use std::mem;

use results::{FailureReason, Histogram, Latency};

use super::{Counts, TopMessages};
use crate::protocol::event::{Event, Stamps};

/// The metrics of one worker. No other thread touches them before the run is over.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// The counts since the last [`cut`](Self::cut).
    pub(crate) counts: Counts,
    /// Error replies, as the server wrote them.
    pub(crate) error_replies: TopMessages,
    /// Why connections were lost.
    pub(crate) losses: TopMessages,
    /// Connections that ended before their time.
    pub(crate) lost_connections: u32,
    latency: Latency,
    open_loop: bool,
    in_flight: u64,
    /// Requests that were settled before the last cut.
    settled_before: u64,
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
            counts: Counts::default(),
            error_replies: TopMessages::default(),
            losses: TopMessages::default(),
            lost_connections: 0,
            latency: no_latency(open_loop),
            open_loop,
            in_flight: 0,
            settled_before: 0,
        }
    }

    /// Takes an event that was noticed at `at_ns`.
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
                // An earlier interval may have counted them.
                let sent = &mut self.counts.sent;
                *sent = sent.saturating_sub(u64::from(*unwritten));
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
        self.counts.completed += replies;
        let response = &mut self.latency.response;
        response.record_many(since(stamps.intended_ns), replies);
        if let Some(service) = &mut self.latency.service {
            service.record_many(since(stamps.sent_ns), replies);
        }
    }

    /// Requests left in one write.
    #[inline]
    pub(crate) fn sent(&mut self, requests: u32) {
        self.counts.sent += u64::from(requests);
    }

    /// The load generator itself sent a request so much after its intended start.
    #[inline]
    pub(crate) fn lagged(&mut self, lag_ns: u64) {
        if let Some(lag) = &mut self.latency.lag {
            lag.record(lag_ns);
        }
    }

    /// Requests without a reply, or with an error reply.
    pub(crate) fn failed(&mut self, reason: FailureReason, requests: u64) {
        self.counts.add_failures(reason, requests);
    }

    /// A connection was lost, or could not be made.
    pub(crate) fn lost(&mut self, why: &str) {
        self.lost_connections += 1;
        self.losses.add(why);
    }

    /// The requests in flight on a connection: before, and now.
    #[inline]
    pub(crate) fn in_flight_changed(&mut self, before: u32, now: u32) {
        self.in_flight = self.in_flight + u64::from(now) - u64::from(before);
    }

    /// Samples the number of requests in flight, at a time that does not depend on any request.
    pub(crate) fn sample_in_flight(&mut self) {
        self.counts.in_flight_samples += 1;
        self.counts.in_flight_sum += self.in_flight;
    }

    /// Requests that were answered or given up since the start.
    pub(crate) fn settled(&self) -> u64 {
        self.settled_before + self.counts.completed + self.counts.failed()
    }

    /// Ends the interval and begins the next one.
    pub(crate) fn cut(&mut self) -> (Counts, Latency) {
        self.settled_before = self.settled();
        let latency = mem::replace(&mut self.latency, no_latency(self.open_loop));
        (mem::take(&mut self.counts), latency)
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
        assert_eq!(recorder.settled(), 10);
    }
}
