//! One connection's side of the talk, without its socket: what to write next, and whether what came was right.

mod difference;
mod echo;
mod in_flight;
mod reply;

use std::iter::repeat_n;

use history::Connection;
use results::FailureReason;

use crate::check::event_sink::connection;
use crate::config::Config;
use crate::config::operation::Kind;
use crate::config::target::Protocol;
use crate::metrics::connection_metrics::ConnectionMetrics;
use crate::metrics::recorder::Recorder;
use crate::protocol::encode::Requests;
use crate::protocol::operations::{Operation, OperationSequence};
use crate::protocol::payload::Payloads;
use echo::Echo;
use in_flight::Batches;
pub(crate) use in_flight::Stamps;
use reply::End;

/// What has been asked on a connection and not yet been answered.
///
/// ```text
///   write ──> bytes for the socket        sent: a batch with its time stamp
///   bytes from the socket ──> read ──> each reply judged, each batch's latency booked
///   the connection broke ──> abandon ──> each request in flight booked as failed or ambiguous
/// ```
/// Nothing is kept per request: `asking`, `sending` and `awaiting` are the same script. The first two are as many steps
/// apart as requests lie in the thread's buffer, the last two as many as are in flight, and the requests of one write
/// share one time stamp.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// Its own, never given twice.
    number: u32,
    /// Under which the history knows it: the next client in its place goes on under the same.
    connection: Connection,
    protocol: Protocol,
    asking: OperationSequence,
    sending: OperationSequence,
    awaiting: OperationSequence,
    /// What the next reply answers: the script's next step, taken ahead, because a reply's beginning is judged by it.
    awaited: Operation,
    in_flight: Batches,
    payloads: Payloads,
    echo: Option<Echo>,
    /// Echoes whose replies have been overtaken by later ones: none, unless somebody reorders.
    overtaken: Vec<u64>,
    served: ConnectionMetrics,
}

/// Why a connection can no longer be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectionError {
    /// The class.
    pub reason: FailureReason,
    /// What happened, in words.
    pub text: String,
}

/// How a connection ended before its time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lost {
    /// Why.
    pub(crate) reason: FailureReason,
    /// When.
    pub(crate) at_ns: u64,
    /// Bytes that were to be written and were not.
    pub(crate) unsent_bytes: usize,
}

impl Exchange {
    /// The conversation of connection number `number`, in one of the `plan.connections` places. `run` marks its payloads.
    pub(crate) fn new(plan: &Config, number: u32, place: u32, run: u64) -> Self {
        let asking = OperationSequence::new(&plan.mix, plan.keys.count(), plan.seed, number);
        let mut awaiting = asking.clone();
        Self {
            number,
            connection: connection(place),
            protocol: plan.target.protocol,
            sending: asking.clone(),
            asking,
            awaited: awaiting.next(),
            awaiting,
            in_flight: Batches::default(),
            payloads: Payloads::new(run, number, plan.payload_bytes),
            echo: None,
            overtaken: Vec::new(),
            served: ConnectionMetrics::new(number),
        }
    }

    /// Requests that wait for their replies.
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.requests()
    }

    /// When the oldest of them was sent.
    pub(crate) fn waiting_since_ns(&self) -> Option<u64> {
        self.in_flight.oldest_ns()
    }

    /// What the connection got, now that it is done.
    pub(crate) fn into_served(self) -> ConnectionMetrics {
        self.served
    }

    /// Appends the next request to `out`.
    #[inline]
    pub(crate) fn write(&mut self, requests: &Requests, out: &mut Vec<u8>) {
        let operation = self.asking.next();
        let payloads = &self.payloads;
        requests.append(operation, out, |out| {
            payloads.append(operation.sequence, out);
        });
    }

    /// The last `requests` that [`write`](Self::write) appended go to the kernel now.
    #[inline]
    pub(crate) fn sent(&mut self, requests: u32, stamps: Stamps, recorder: &mut Recorder) {
        for _ in 0..requests {
            let operation = self.sending.next();
            let reporter = &mut recorder.reporter;
            reporter.started(self.connection, stamps.sent_ns, operation);
        }
        self.served.asked = true;
        self.in_flight.push(requests, stamps);
    }

    /// Judges the replies in `bytes`, which came at `at_ns`; returns how many bytes were understood. The rest is the
    /// beginning of a reply, and must stand at the front of the next call's `bytes`.
    ///
    /// # Errors
    /// [`ConnectionError`] when the connection has lost its meaning. The requests in flight are still to be
    /// [abandoned](Self::abandon).
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        at_ns: u64,
        recorder: &mut Recorder,
    ) -> Result<usize, ConnectionError> {
        let mut understood = 0;
        loop {
            let pass = self.pass(&bytes[understood..], at_ns, recorder);
            understood += pass.bytes;
            self.in_flight.answered(pass.replies, |replies, sent| {
                let since = |stamp_ns| at_ns.saturating_sub(stamp_ns);
                let response_ns = since(sent.intended_ns);
                self.served.add(replies, response_ns);
                recorder.completed(replies, response_ns, since(sent.sent_ns));
            });
            match pass.end {
                End::Incomplete => return Ok(understood),
                End::ConnectionError(broken) => return Err(broken),
                End::ErrorReply(text) => {
                    self.in_flight.answered(1, |_, _| {});
                    recorder.failed(FailureReason::ErrorReply);
                    recorder.errors.add(&text);
                }
            }
        }
    }

    /// Books every request in flight as lost. The last bytes that were written never reached the kernel: a request of
    /// which a part is missing cannot have been executed, while any other may have been.
    pub(crate) fn abandon(&mut self, lost: &Lost, requests: &Requests, recorder: &mut Recorder) {
        let overtaken = self.never_came(recorder);
        let awaited = (self.in_flight.clear() as usize).saturating_sub(overtaken);
        let owed = Operation {
            kind: Kind::Echo,
            ..self.awaited
        };
        let in_flight: Vec<Operation> = repeat_n(owed, overtaken)
            .chain((0..awaited).map(|_| self.answered()))
            .collect();
        let lengths = in_flight.iter().map(|one| requests.bytes(one.kind));
        let mut handed_over = lengths.sum::<usize>().saturating_sub(lost.unsent_bytes);
        let mut whole = 0;
        for operation in in_flight {
            let length = requests.bytes(operation.kind);
            recorder.failed(lost.reason);
            if handed_over < length {
                handed_over = 0;
                recorder.totals.sent -= 1;
                continue;
            }
            handed_over -= length;
            recorder.totals.ambiguous += 1;
            whole += u32::from(operation.kind.counts());
        }
        recorder.reporter.lost(self.connection, lost.at_ns, whole);
    }

    /// The operation that the next reply answers; the one after it is awaited from now on.
    #[inline]
    fn answered(&mut self) -> Operation {
        std::mem::replace(&mut self.awaited, self.awaiting.next())
    }
}

#[cfg(test)]
mod tests;
