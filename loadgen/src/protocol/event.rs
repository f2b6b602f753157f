//! The events of a connection, as the protocol sees them. Metrics and check use them.

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
    /// ECHO or PING got the expected reply.
    Matched,
    /// The oldest requests in flight, all of one batch, got well-formed replies.
    Completed {
        /// How many.
        replies: u32,
        /// Their intended start, and when they were sent.
        stamps: Stamps,
    },
    /// The server answered with an error: an availability failure, not a wrong reply.
    ErrorReply {
        /// Whether it answers INCR or GET.
        of_counter: bool,
        /// The server's message.
        text: String,
    },
    /// A reply that cannot be right.
    Wrong {
        /// What is wrong.
        anomaly: Anomaly,
        /// Whether it answers INCR or GET, so that it belongs to the history too.
        of_counter: bool,
        /// The bytes received, and those expected.
        text: String,
    },
    /// A value arrived while nothing was in flight: the history may find its operation.
    LeftOver {
        /// The value.
        value: i64,
        /// The bytes received.
        text: String,
    },
    /// The connection is lost, with its requests in flight.
    Disconnected {
        /// Why.
        reason: FailureReason,
        /// Requests in flight.
        requests: u32,
        /// Those never completely written: the server cannot have executed them.
        unwritten: u32,
        /// The completely written INCRs and GETs: the server may have executed them.
        unknown: u32,
    },
}

/// The intended and the actual start of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamps {
    /// The scheduled time; in a closed loop, the time it was sent.
    pub(crate) intended_ns: u64,
    /// Just before the write that carried it.
    pub(crate) sent_ns: u64,
}

/// Receives the events of a connection, in order.
pub(crate) trait EventHandler {
    /// Handles one event.
    fn on(&mut self, event: Event);
}
