//! An exchange and its socket: writes due requests, reads replies, and ends on a timeout.

mod send;

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::{io, mem};

use history::ConnectionId;
use results::FailureReason;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};

use super::recording::Recording;
use super::worker_state::WorkerState;
use crate::check::connection_id;
use crate::metrics::ConnectionMetrics;
use crate::protocol::exchange::{ConnectionError, Exchange};
use crate::target::endpoint::Socket;

/// A connection of the load. It uses the worker's buffers and holds bytes of its own only for a partial write or reply.
#[derive(Debug)]
pub(super) struct Connection {
    /// Its index among the worker's connections.
    slot: usize,
    /// Its number in the history. The next session in its slot uses the same number.
    id: ConnectionId,
    socket: Socket,
    exchange: Exchange,
    metrics: ConnectionMetrics,
    /// The bytes of the last write that the kernel did not take.
    unsent: Vec<u8>,
    /// The beginning of an incomplete reply, at most a kilobyte.
    cut_reply: Vec<u8>,
    /// Whether the server takes no more bytes. What it sent before it closed is still read: it may say why.
    write_closed: bool,
}

impl Connection {
    /// Connection number `number`, with number `id` in the history.
    pub(super) fn new(
        slot: usize,
        socket: Socket,
        exchange: Exchange,
        number: u32,
        id: u32,
    ) -> Self {
        Self {
            slot,
            id: connection_id(id),
            socket,
            exchange,
            metrics: ConnectionMetrics::new(number),
            unsent: Vec::new(),
            cut_reply: Vec::new(),
            write_closed: false,
        }
    }

    /// Closes the socket and returns the connection's metrics.
    pub(super) fn into_metrics(mut self) -> ConnectionMetrics {
        self.metrics.asked = self.exchange.has_asked();
        self.metrics
    }

    /// The connection's task: from its first request to its last reply.
    pub(super) async fn run(mut self, state: Rc<RefCell<WorkerState>>) -> Self {
        poll_fn(|cx| self.poll(cx, &mut state.borrow_mut())).await;
        self
    }

    /// Works until the socket is not ready (`Pending`) or the connection's part of the run is over.
    fn poll(&mut self, cx: &mut Context<'_>, worker: &mut WorkerState) -> Poll<()> {
        let before = self.exchange.in_flight();
        let end = self.poll_to_the_end(cx, worker);
        if let Poll::Ready(Err(error)) = &end {
            self.abandon(error, worker);
        }
        let now = self.exchange.in_flight();
        worker.recorder.in_flight_changed(before, now);
        match end {
            Poll::Pending => {
                let since_ns = self.exchange.waiting_since_ns();
                worker.timeouts.sleeps(self.slot, since_ns, cx);
            }
            Poll::Ready(_) => worker.timeouts.leaves(self.slot),
        }
        end.map(|_| ())
    }

    /// Shuts down our side: no more requests follow. An error does not matter here.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.socket).poll_shutdown(cx).map(|_| ())
    }

    /// Checks that nothing more arrives until the server closes its side.
    pub(super) fn poll_left_over(
        &mut self,
        cx: &mut Context<'_>,
        worker: &mut WorkerState,
    ) -> Poll<()> {
        while !self.write_closed {
            if let Err(error) = ready!(self.poll_receive(cx, worker)) {
                // The run did not need it, but it is a run of fewer connections than it says.
                if error.reason == FailureReason::ConnectFailed {
                    worker.recorder.lost(&error.text);
                }
                break;
            }
        }
        Poll::Ready(())
    }

    fn poll_to_the_end(
        &mut self,
        cx: &mut Context<'_>,
        worker: &mut WorkerState,
    ) -> Poll<Result<(), ConnectionError>> {
        loop {
            if let Some(overdue) = worker.timeouts.overdue(self.exchange.waiting_since_ns()) {
                // If this thread was held up itself, the replies are in the socket: the server is not to blame.
                match self.poll_receive(cx, worker) {
                    Poll::Pending => return Poll::Ready(Err(overdue)),
                    Poll::Ready(received) => received?,
                }
                continue;
            }
            self.send(cx, worker);
            let idle = self.exchange.in_flight() == 0 && self.unsent.is_empty();
            if idle && worker.source.is_over(self.slot) {
                return Poll::Ready(Ok(()));
            }
            ready!(self.poll_receive(cx, worker))?;
        }
    }

    /// The exchange and the handler of its events.
    #[inline]
    fn recording<'a>(
        &'a mut self,
        at_ns: u64,
        worker: &'a mut WorkerState,
    ) -> (&'a mut Exchange, Recording<'a>) {
        let to = Recording {
            id: self.id,
            at_ns,
            metrics: &mut self.metrics,
            recorder: &mut worker.recorder,
            history: &mut worker.history,
        };
        (&mut self.exchange, to)
    }

    /// Reads once and checks what came. A read that does not fill the buffer has emptied the socket. Tokio then waits
    /// for the next readiness event, without a second read that would only fail with EAGAIN.
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        worker: &mut WorkerState,
    ) -> Poll<Result<(), ConnectionError>> {
        // Taken out while it is read from, since the worker takes the events of what is in it.
        let mut input = mem::take(&mut worker.input);
        let kept = self.cut_reply.len();
        input[..kept].copy_from_slice(&self.cut_reply);
        let mut free = ReadBuf::new(&mut input[kept..]);
        let outcome = Pin::new(&mut self.socket).poll_read(cx, &mut free);
        let read = free.filled().len();
        let received = match outcome {
            Poll::Pending => Poll::Pending,
            Poll::Ready(outcome) => {
                Poll::Ready(self.receive(outcome, &input[..kept + read], read, worker))
            }
        };
        worker.input = input;
        received
    }

    /// Parses the bytes; the last `read` of them are new.
    fn receive(
        &mut self,
        outcome: io::Result<()>,
        bytes: &[u8],
        read: usize,
        worker: &mut WorkerState,
    ) -> Result<(), ConnectionError> {
        let at_ns = worker.clock.now_ns();
        worker.source.time_is(at_ns);
        outcome.map_err(|error| broken_by(&error))?;
        if read == 0 {
            return Err(self.closed());
        }
        worker.recorder.counts.bytes_received += read as u64;
        let (exchange, mut to) = self.recording(at_ns, worker);
        let taken = exchange.read(bytes, &mut to)?;
        worker.source.wake_pacer();
        self.cut_reply.clear();
        self.cut_reply.extend_from_slice(&bytes[taken..]);
        Ok(())
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

    fn abandon(&mut self, error: &ConnectionError, worker: &mut WorkerState) {
        self.write_closed = true;
        worker.recorder.lost(&error.text);
        let unsent = mem::take(&mut self.unsent).len();
        let (now_ns, encoder) = (worker.clock.now_ns(), worker.encoder.clone());
        let (exchange, mut to) = self.recording(now_ns, worker);
        exchange.abandon(error.reason, unsent, &encoder, &mut to);
        let never_sent = worker.source.lose(self.slot);
        if never_sent > 0 {
            worker.recorder.failed(error.reason, never_sent);
        }
        worker.source.wake_pacer();
    }
}

/// The failure reason for a socket error.
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
