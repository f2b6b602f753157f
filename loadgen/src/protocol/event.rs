//! What happens on a connection, as the protocol understands it. Metrics and check make of it what they need.

use history::Anomaly;
use results::FailureReason;

use super::requests::Request;

/// One event of a connection.
#[derive(Debug)]
pub(crate) enum Event {
    /// A request is about to be written.
    Invoked(Request),
    /// INCR or GET returned this value.
    Value(i64),
    /// ECHO or PING got the reply that it must get.
    Matched,
    /// The oldest requests in flight, all of one batch, got well-formed replies.
    Completed {
        /// How many.
        replies: u32,
        /// When they were to start, and when they were sent.
        stamps: Stamps,
    },
    /// The server answered with an error: an availability failure, not a wrong reply.
    ErrorReply {
        /// Whether it answers INCR or GET.
        of_counter: bool,
        /// The server's words.
        text: String,
    },
    /// A reply that cannot be right.
    Wrong {
        /// What is wrong.
        anomaly: Anomaly,
        /// Whether it answers INCR or GET, so that it belongs to the history too.
        of_counter: bool,
        /// What came, and what was expected.
        text: String,
    },
    /// A value came though nothing was in flight: the history may know whose it is.
    LeftOver {
        /// The value.
        value: i64,
        /// What came.
        text: String,
    },
    /// The connection is gone, and with it the requests in flight.
    Disconnected {
        /// Why.
        reason: FailureReason,
        /// Requests in flight.
        requests: u32,
        /// Those of them that were never written whole, so that the server cannot have executed them.
        unwritten: u32,
        /// The INCRs and GETs among those that were written whole: the server may have executed them.
        unknown: u32,
    },
}

/// When a request was to start, and when it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamps {
    /// What the schedule says; in a closed loop, when it was sent.
    pub(crate) intended_ns: u64,
    /// Just before the write that carried it.
    pub(crate) sent_ns: u64,
}

/// Takes the events of a connection, in their order.
pub(crate) trait EventHandler {
    /// Takes one event.
    fn on(&mut self, event: Event);
}
