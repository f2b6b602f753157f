//! The requests and replies of one connection: encodes the next request, parses and checks each reply.

mod echo;
mod in_flight;
mod reply;

use results::{FailureReason, Protocol};

use super::encode::Encoder;
use super::event::{Event, EventHandler, Stamps};
use super::payload::Payloads;
use super::requests::{Request, RequestSequence};
use crate::config::Config;
use echo::EchoPart;
use in_flight::InFlight;
use reply::Step;

/// The requests in flight on a connection, and the next one.
///
/// ```text
///   write ──> bytes for the socket          sent: a batch with its time stamps
///   bytes from the socket ──> read ──> an event for each reply, and one for each batch
///   the connection broke ──> abandon ──> an event for all requests in flight
/// ```
/// It stores nothing per request: `written`, `sent` and `awaited_next` are one sequence at three places. Between the first
/// ```/// two are the requests in the thread's buffer, between the last two those in flight. The requests of one write share one
/// ```/// time stamp.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// The connection's number, unique in the run.
    connection: u32,
    protocol: Protocol,
    written: RequestSequence,
    sent: RequestSequence,
    awaited_next: RequestSequence,
    /// The request that the next reply answers.
    awaited: Request,
    in_flight: InFlight,
    payloads: Payloads,
    /// The part of an echoed payload that has arrived.
    echo: Option<EchoPart>,
    /// Whether anything was ever sent.
    asked: bool,
}

/// Why a connection cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(crate) struct ConnectionError {
    /// The class.
    pub(crate) reason: FailureReason,
    /// What happened, and the remedy where there is one.
    pub(crate) text: String,
}

impl Exchange {
    /// The exchange of connection number `connection`. `run` marks its payloads.
    pub(crate) fn new(config: &Config, connection: u32, run: u64) -> Self {
        let written = RequestSequence::new(&config.workload, connection);
        let mut awaited_next = written.clone();
        // A payload has at most `limits::PAYLOAD_BYTES`.
        let payload_bytes = config.workload.payload_bytes as u32;
        Self {
            connection,
            protocol: config.target.protocol,
            sent: written.clone(),
            written,
            awaited: awaited_next.next(),
            awaited_next,
            in_flight: InFlight::default(),
            payloads: Payloads::new(run, connection, payload_bytes),
            echo: None,
            asked: false,
        }
    }

    /// The number of requests in flight.
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.requests()
    }

    /// When the oldest request in flight was sent.
    pub(crate) fn waiting_since_ns(&self) -> Option<u64> {
        self.in_flight.oldest_ns()
    }

    /// Whether anything was sent on the connection.
    pub(crate) fn has_asked(&self) -> bool {
        self.asked
    }

    /// Appends the next request to `out`.
    #[inline]
    pub(crate) fn write(&mut self, encoder: &Encoder, out: &mut Vec<u8>) {
        let request = self.written.next();
        let payloads = &self.payloads;
        encoder.append(request, out, |out| payloads.append(request.sequence, out));
    }

    /// Call it when the last `requests` that [`write`](Self::write) appended go to the kernel.
    #[inline]
    pub(crate) fn sent(&mut self, requests: u32, stamps: Stamps, to: &mut impl EventHandler) {
        for _ in 0..requests {
            to.on(Event::Invoked(self.sent.next()));
        }
        self.asked = true;
        self.in_flight.push(requests, stamps);
    }

    /// Parses the replies in `bytes`; returns the number of bytes consumed. The rest is an incomplete reply: pass it again at
    /// the front of the next call's `bytes`.
    ///
    /// # Errors
    /// When the connection cannot go on. Then [abandon](Self::abandon) the requests in flight.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        to: &mut impl EventHandler,
    ) -> Result<usize, ConnectionError> {
        let mut taken = 0;
        loop {
            let mut replies = 0;
            let in_flight = self.in_flight();
            let end = loop {
                let rest = &bytes[taken..];
                if rest.is_empty() {
                    break Step::Incomplete(0);
                }
                if replies == in_flight {
                    break self.unsolicited(rest, to);
                }
                match self.reply(rest, to) {
                    Step::Reply(bytes) => taken += bytes,
                    end => break end,
                }
                replies += 1;
            };
            self.in_flight.answered(replies, |replies, stamps| {
                to.on(Event::Completed { replies, stamps });
            });
            match end {
                Step::ErrorReply(bytes, event) => {
                    taken += bytes;
                    self.in_flight.answered(1, |_, _| {});
                    to.on(event);
                }
                Step::Reply(bytes) | Step::Incomplete(bytes) => return Ok(taken + bytes),
                Step::Broken(error) => return Err(error),
            }
        }
    }

    /// Gives up the requests in flight. The kernel never took the last `unsent_bytes`: a request that lacks a part cannot have
    /// been executed, any other may have been.
    pub(crate) fn abandon(
        &mut self,
        reason: FailureReason,
        unsent_bytes: usize,
        encoder: &Encoder,
        to: &mut impl EventHandler,
    ) {
        let requests = self.in_flight.clear();
        let lost: Vec<_> = (0..requests).map(|_| self.answered().operation).collect();
        let lengths = lost.iter().map(|operation| encoder.bytes(*operation));
        let mut written_bytes = lengths.sum::<usize>().saturating_sub(unsent_bytes);
        let (mut unwritten, mut unknown) = (0, 0);
        for operation in lost {
            match written_bytes.checked_sub(encoder.bytes(operation)) {
                Some(rest) => {
                    written_bytes = rest;
                    unknown += u32::from(operation.is_of_counter());
                }
                None => {
                    written_bytes = 0;
                    unwritten += 1;
                }
            }
        }
        to.on(Event::Disconnected {
            reason,
            requests,
            unwritten,
            unknown,
        });
    }

    /// Takes the request that the reply answers, and awaits the next one.
    #[inline]
    fn answered(&mut self) -> Request {
        std::mem::replace(&mut self.awaited, self.awaited_next.next())
    }
}

#[cfg(test)]
mod tests;
