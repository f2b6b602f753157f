//! The sending half of a connection: stamps due requests and writes as many at once as the kernel takes.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite as _;

use super::super::due_queue::{DueRequest, Lateness};
use super::super::request_source::RequestSource;
use super::super::worker_state::WorkerState;
use super::Connection;
use crate::protocol::event::Stamps;

/// The most bytes in one write, unless a single request is longer.
const WRITE_BYTES: usize = 64 << 10;

impl Connection {
    /// Sends due requests until none are left or the kernel takes no more.
    pub(super) fn send(&mut self, cx: &mut Context<'_>, worker: &mut WorkerState) {
        if !self.unsent.is_empty() {
            let unsent = mem::take(&mut self.unsent);
            self.write(&unsent, cx, worker);
        }
        while self.unsent.is_empty() {
            worker.out.clear();
            let requests = self.fill(worker);
            if requests == 0 {
                break;
            }
            self.stamp(requests, worker);
            let out = mem::take(&mut worker.out);
            self.write(&out, cx, worker);
            worker.out = out;
        }
    }

    /// Appends the due requests to the worker's buffer; returns their number.
    fn fill(&mut self, worker: &mut WorkerState) -> u32 {
        let WorkerState {
            source,
            out,
            due,
            encoder,
            ..
        } = worker;
        let in_flight = self.exchange.in_flight();
        let mut written = 0;
        match source {
            RequestSource::Closed { budget, depth } => {
                let granted = budget.take(*depth - in_flight);
                while written < granted && out.len() < WRITE_BYTES {
                    self.exchange.write(encoder, out);
                    written += 1;
                }
                budget.give_back(granted - written);
            }
            RequestSource::Open(queue) => {
                while out.len() < WRITE_BYTES
                    && let Some(request) = queue.next(self.slot, in_flight + written)
                {
                    self.exchange.write(encoder, out);
                    due.push(request);
                    written += 1;
                }
            }
            RequestSource::Sessions(slots) => {
                if let Some(first) = slots.next(self.slot, in_flight) {
                    self.exchange.write(encoder, out);
                    due.extend(first);
                    written = 1;
                }
            }
        }
        written
    }

    /// Stamps the requests in the worker's buffer with the time now, just before the write.
    fn stamp(&mut self, requests: u32, worker: &mut WorkerState) {
        let sent_ns = worker.clock.now_ns();
        worker.recorder.sent(requests);
        let due = mem::take(&mut worker.due);
        let (exchange, mut to) = self.recording(sent_ns, worker);
        if due.is_empty() {
            let intended_ns = sent_ns;
            let stamps = Stamps {
                intended_ns,
                sent_ns,
            };
            exchange.sent(requests, stamps, &mut to);
        }
        for DueRequest {
            intended_ns,
            lateness,
        } in &due
        {
            let stamps = Stamps {
                intended_ns: *intended_ns,
                sent_ns,
            };
            exchange.sent(1, stamps, &mut to);
            match lateness {
                Lateness::Lag => to.recorder.lagged(sent_ns.saturating_sub(*intended_ns)),
                Lateness::HeldBack => to.recorder.counts.delayed += 1,
                Lateness::Recorded => {}
            }
        }
        worker.due = due;
        worker.due.clear();
    }

    /// Writes the bytes; keeps what the kernel does not take for the next readiness event.
    fn write(&mut self, bytes: &[u8], cx: &mut Context<'_>, worker: &mut WorkerState) {
        let mut rest = bytes;
        while !rest.is_empty() && !self.write_closed {
            match Pin::new(&mut self.socket).poll_write(cx, rest) {
                Poll::Ready(Ok(taken)) => {
                    worker.recorder.counts.bytes_sent += taken as u64;
                    rest = &rest[taken..];
                }
                Poll::Ready(Err(_)) => self.write_closed = true,
                Poll::Pending => break,
            }
        }
        self.unsent = rest.to_vec();
    }
}
