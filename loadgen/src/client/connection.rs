//! A conversation with its socket: writes what is due, reads what came, and gives up what takes too long.

use std::task::{Context, Poll, ready};
use std::{io, mem};

use results::FailureReason;
use tokio::io::ReadBuf;

use crate::client::send_source::{DueRequest, Lateness, SendSource};
use crate::client::worker_state::WorkerState;
use crate::metrics::connection_metrics::ConnectionMetrics;
use crate::protocol::exchange::{ConnectionError, Exchange, Lost, Stamps};
use crate::target::endpoint::Socket;

/// Bytes of requests that are written at once, unless a single request is longer.
const WRITE_BYTES: usize = 64 << 10;

/// A connection of the load. It holds no buffer while nothing is cut in the middle: those of the thread serve all.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Its place among the thread's connections.
    slot: usize,
    socket: Socket,
    conversation: Exchange,
    /// What the kernel did not take of the last write.
    unsent: Vec<u8>,
    /// The beginning of a reply whose rest has not come: a kilobyte at most.
    cut_reply: Vec<u8>,
    /// Whether the other side takes no more bytes. What it said before it hung up is still read: it may be the reason.
    deaf: bool,
}

impl Connection {
    pub(crate) fn new(slot: usize, socket: Socket, conversation: Exchange) -> Self {
        Self {
            slot,
            socket,
            conversation,
            unsent: Vec::new(),
            cut_reply: Vec::new(),
            deaf: false,
        }
    }

    /// What it got; the socket is closed.
    pub(crate) fn into_served(self) -> ConnectionMetrics {
        self.conversation.into_served()
    }

    /// Goes on until the socket has nothing to offer (`Pending`) or the connection's part of the run is over.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, bench: &mut WorkerState) -> Poll<()> {
        let before = self.conversation.in_flight();
        let end = self.poll_to_the_end(cx, bench);
        if let Poll::Ready(Err(broken)) = &end {
            self.abandon(broken, bench);
        }
        bench
            .recorder
            .in_flight_changed(before, self.conversation.in_flight());
        match end {
            Poll::Pending => {
                let since_ns = self.conversation.waiting_since_ns();
                bench.watch.sleeps(self.slot, since_ns, cx);
            }
            Poll::Ready(_) => bench.watch.leaves(self.slot),
        }
        end.map(|_| ())
    }

    /// Says that nothing more will be asked. Whether anybody is there to hear it does not matter.
    pub(super) fn poll_last_word(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.socket.poll_shutdown(cx).map(|_| ())
    }

    /// Judges whatever still comes until the other side ends too: nobody asked for it.
    pub(super) fn poll_left_over(
        &mut self,
        cx: &mut Context<'_>,
        bench: &mut WorkerState,
    ) -> Poll<()> {
        while !self.deaf {
            if let Err(broken) = ready!(self.poll_receive(cx, bench)) {
                // A run that needed it not at all is still one of fewer connections than it says.
                if broken.reason == FailureReason::ConnectFailed {
                    bench.lost_connections += 1;
                    bench.recorder.losses.add(&broken.text);
                }
                break;
            }
        }
        Poll::Ready(())
    }

    fn poll_to_the_end(
        &mut self,
        cx: &mut Context<'_>,
        bench: &mut WorkerState,
    ) -> Poll<Result<(), ConnectionError>> {
        loop {
            if let Some(overdue) = bench.watch.overdue(self.conversation.waiting_since_ns()) {
                // Whoever was held up itself finds the replies in the socket: the server is not to blame.
                match self.poll_receive(cx, bench) {
                    Poll::Pending => return Poll::Ready(Err(overdue)),
                    Poll::Ready(received) => received?,
                }
                continue;
            }
            self.send(cx, bench);
            let idle = self.conversation.in_flight() == 0 && self.unsent.is_empty();
            if idle && bench.orders.are_over(self.slot) {
                return Poll::Ready(Ok(()));
            }
            ready!(self.poll_receive(cx, bench))?;
        }
    }

    /// Sends what is due, until nothing is or the kernel takes no more.
    fn send(&mut self, cx: &mut Context<'_>, bench: &mut WorkerState) {
        if !self.unsent.is_empty() {
            let unsent = mem::take(&mut self.unsent);
            self.write(&unsent, cx, bench);
        }
        while self.unsent.is_empty() {
            bench.out.clear();
            let requests = self.fill(bench);
            if requests == 0 {
                break;
            }
            self.stamp(requests, bench);
            let out = mem::take(&mut bench.out);
            self.write(&out, cx, bench);
            bench.out = out;
        }
    }

    /// Puts the requests that are due into the thread's buffer; returns how many.
    fn fill(&mut self, bench: &mut WorkerState) -> u32 {
        let WorkerState {
            orders,
            out,
            due,
            requests,
            ..
        } = bench;
        let in_flight = self.conversation.in_flight();
        let mut written = 0;
        match orders {
            SendSource::Closed { allowance, depth } => {
                let granted = allowance.take(*depth - in_flight);
                while written < granted && out.len() < WRITE_BYTES {
                    self.conversation.write(requests, out);
                    written += 1;
                }
                allowance.give_back(granted - written);
            }
            SendSource::Open(dues) => {
                while out.len() < WRITE_BYTES
                    && let Some(order) = dues.next(self.slot, in_flight + written)
                {
                    self.conversation.write(requests, out);
                    due.push(order);
                    written += 1;
                }
            }
            SendSource::Sessions(places) => {
                if let Some(first) = places.next(self.slot, in_flight) {
                    self.conversation.write(requests, out);
                    due.extend(first);
                    written = 1;
                }
            }
        }
        written
    }

    /// Notes that the requests in the thread's buffer are sent now.
    fn stamp(&mut self, requests: u32, bench: &mut WorkerState) {
        let sent_ns = bench.clock.now_ns();
        bench.recorder.sent(requests);
        if bench.due.is_empty() {
            return self.conversation.sent(
                requests,
                Stamps {
                    intended_ns: sent_ns,
                    sent_ns,
                },
                &mut bench.recorder,
            );
        }
        for DueRequest {
            intended_ns,
            lateness,
        } in bench.due.drain(..)
        {
            self.conversation.sent(
                1,
                Stamps {
                    intended_ns,
                    sent_ns,
                },
                &mut bench.recorder,
            );
            match lateness {
                Lateness::Ours => bench.recorder.lagged(sent_ns.saturating_sub(intended_ns)),
                Lateness::HeldBack => bench.recorder.totals.delayed += 1,
                Lateness::Booked => {}
            }
        }
    }

    /// Offers bytes to the kernel; what it does not take is kept for when it is ready again.
    fn write(&mut self, bytes: &[u8], cx: &mut Context<'_>, bench: &mut WorkerState) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.deaf {
            match self.socket.poll_write(cx, rest) {
                Poll::Ready(Ok(taken)) => {
                    bench.recorder.totals.bytes_sent += taken as u64;
                    rest = &rest[taken..];
                }
                Poll::Ready(Err(_)) => self.deaf = true,
                Poll::Pending => break,
            }
        }
        self.unsent = rest.to_vec();
    }

    /// Reads once and judges what came. A read that does not fill the buffer has emptied the socket: tokio then waits
    /// for the next event, and the second read that would only say so is not made.
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        bench: &mut WorkerState,
    ) -> Poll<Result<(), ConnectionError>> {
        let kept = self.cut_reply.len();
        bench.input[..kept].copy_from_slice(&self.cut_reply);
        let mut free = ReadBuf::new(&mut bench.input[kept..]);
        let outcome = ready!(self.socket.poll_read(cx, &mut free));
        let read = free.filled().len();
        let at_ns = bench.clock.now_ns();
        bench.orders.time_is(at_ns);
        match outcome {
            Ok(()) if read == 0 => return Poll::Ready(Err(self.closed())),
            Ok(()) => {}
            Err(error) => return Poll::Ready(Err(broken_by(&error))),
        }
        bench.recorder.totals.bytes_received += read as u64;
        let bytes = &bench.input[..kept + read];
        let understood = self.conversation.read(bytes, at_ns, &mut bench.recorder)?;
        bench.orders.wake_pacer();
        self.cut_reply.clear();
        self.cut_reply.extend_from_slice(&bytes[understood..]);
        Poll::Ready(Ok(()))
    }

    fn closed(&self) -> ConnectionError {
        let text = match self.cut_reply.len() {
            0 => "the server closed the connection".to_owned(),
            bytes => format!(
                "the server closed the connection in the middle of a reply (after {bytes} bytes of it)"
            ),
        };
        ConnectionError {
            reason: FailureReason::Closed,
            text,
        }
    }

    fn abandon(&mut self, broken: &ConnectionError, bench: &mut WorkerState) {
        self.deaf = true;
        bench.lost_connections += 1;
        bench.recorder.losses.add(&broken.text);
        let unsent = mem::take(&mut self.unsent).len();
        let lost = Lost {
            reason: broken.reason,
            at_ns: bench.clock.now_ns(),
            unsent_bytes: unsent,
        };
        self.conversation
            .abandon(&lost, &bench.requests, &mut bench.recorder);
        let never_sent = bench.orders.lose(self.slot);
        if never_sent > 0 {
            bench.recorder.failed_many(broken.reason, never_sent);
        }
        bench.orders.wake_pacer();
    }
}

/// What an error of the socket means for the requests on it.
fn broken_by(error: &io::Error) -> ConnectionError {
    let reason = match error.kind() {
        io::ErrorKind::ConnectionReset => FailureReason::Reset,
        io::ErrorKind::TimedOut => FailureReason::TimedOut,
        _ => FailureReason::Closed,
    };
    ConnectionError {
        reason,
        text: format!("the connection broke: {error}"),
    }
}
