//! One connection's side of the talk, without its socket: what to write next, and whether what came was right.

mod answer;
mod batches;
mod echo;

use results::FailureReason;

use crate::books::judge::LastValues;
use crate::books::recorder::Recorder;
use crate::books::served::Served;
use crate::plan::Plan;
use crate::plan::operation::Kind;
use crate::plan::target::Protocol;
use crate::talk::payload::Payloads;
use crate::talk::requests::Requests;
use crate::talk::script::{Operation, Script};
use answer::End;
use batches::Batches;
pub(crate) use batches::Stamps;
use echo::Echo;

/// What has been asked on a connection and not yet been answered.
///
/// ```text
///   write ──> bytes for the socket        sent: a batch with its time stamp
///   bytes from the socket ──> read ──> each reply judged, each batch's latency booked
///   the connection broke ──> abandon ──> each request in flight booked as failed or ambiguous
/// ```
/// Nothing is kept per request: `asking` and `awaiting` are the same script, as many steps apart as are in flight, and
/// the requests of one write share one time stamp.
#[derive(Debug)]
pub(crate) struct Conversation {
    connection: u32,
    protocol: Protocol,
    asking: Script,
    awaiting: Script,
    /// What the next reply answers: the script's next step, taken ahead, because a reply's beginning is judged by it.
    awaited: Operation,
    in_flight: Batches,
    payloads: Payloads,
    last_values: LastValues,
    echo: Option<Echo>,
    served: Served,
}

/// Why a connection can no longer be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The class.
    pub reason: FailureReason,
    /// What happened, in words.
    pub text: String,
}

impl Conversation {
    /// The conversation of connection number `connection`. `run` marks its payloads; `before` are the counters' values.
    pub(crate) fn new(plan: &Plan, connection: u32, run: u64, before: &[i64]) -> Self {
        let asking = Script::new(&plan.mix, plan.keys.count(), plan.seed, connection);
        let mut awaiting = asking.clone();
        Self {
            connection,
            protocol: plan.target.protocol,
            asking,
            awaited: awaiting.next(),
            awaiting,
            in_flight: Batches::default(),
            payloads: Payloads::new(run, connection, plan.payload_bytes),
            last_values: LastValues::new(before),
            echo: None,
            served: Served::new(connection),
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
    pub(crate) fn into_served(self) -> Served {
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
    pub(crate) fn sent(&mut self, requests: u32, stamps: Stamps) {
        self.in_flight.push(requests, stamps);
    }

    /// Judges the replies in `bytes`, which came at `at_ns`; returns how many bytes were understood. The rest is the
    /// beginning of a reply, and must stand at the front of the next call's `bytes`.
    ///
    /// # Errors
    /// [`Broken`] when the connection has lost its meaning. The requests in flight are still to be
    /// [abandoned](Self::abandon).
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        at_ns: u64,
        recorder: &mut Recorder,
    ) -> Result<usize, Broken> {
        let mut understood = 0;
        loop {
            let pass = self.pass(&bytes[understood..], recorder);
            understood += pass.bytes;
            self.in_flight.answered(pass.replies, |replies, sent| {
                let since = |stamp_ns| at_ns.saturating_sub(stamp_ns);
                let response_ns = since(sent.intended_ns);
                self.served.add(replies, response_ns);
                recorder.completed(replies, response_ns, since(sent.sent_ns));
            });
            match pass.end {
                End::Incomplete => return Ok(understood),
                End::Broken(broken) => return Err(broken),
                End::ErrorReply(text) => {
                    self.in_flight.answered(1, |_, _| {});
                    recorder.failed(FailureReason::ErrorReply);
                    recorder.errors.add(&text);
                }
            }
        }
    }

    /// Books every request in flight as lost. The last `unsent_bytes` that were written never reached the kernel:
    /// a request of which a part is missing cannot have been executed, while any other may have been.
    pub(crate) fn abandon(
        &mut self,
        reason: FailureReason,
        unsent_bytes: usize,
        requests: &Requests,
        recorder: &mut Recorder,
    ) {
        let lost: Vec<Operation> = (0..self.in_flight.clear())
            .map(|_| self.answered())
            .collect();
        let lengths = lost.iter().map(|operation| requests.bytes(operation.kind));
        let mut handed_over = lengths.sum::<usize>().saturating_sub(unsent_bytes);
        for operation in lost {
            let length = requests.bytes(operation.kind);
            recorder.failed(reason);
            if handed_over < length {
                handed_over = 0;
                recorder.totals.sent -= 1;
                continue;
            }
            handed_over -= length;
            recorder.totals.ambiguous += 1;
            if operation.kind == Kind::Incr {
                recorder.judge.ambiguous(operation.key);
            }
        }
    }

    /// The operation that the next reply answers; the one after it is awaited from now on.
    #[inline]
    fn answered(&mut self) -> Operation {
        std::mem::replace(&mut self.awaited, self.awaiting.next())
    }
}

#[cfg(test)]
mod tests;
