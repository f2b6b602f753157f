//! Batches of one worker's events, on their way to the checker's thread, which puts all workers' events into one order.

use std::sync::mpsc::SyncSender;

use history::{Batch, Event, EventBuffer, EventSink};

/// Events that a worker sends at once: as many as the processor's nearer cache has room for.
const BATCH_EVENTS: usize = 4_096;

/// The events of one worker that wait to be sent.
#[derive(Debug)]
pub(super) struct EventBatches {
    worker: usize,
    waiting: EventBuffer,
    to: SyncSender<WorkerBatch>,
}

/// A batch of a worker; none if the worker has nothing more to tell.
#[derive(Debug)]
pub(super) struct WorkerBatch {
    pub(super) worker: usize,
    pub(super) batch: Option<Batch>,
}

impl EventSink for EventBatches {
    #[inline]
    fn observe(&mut self, event: Event) {
        self.waiting.observe(event);
        if self.waiting.len() >= BATCH_EVENTS {
            self.send(event.at_ns);
        }
    }
}

impl EventBatches {
    /// No events yet of worker number `worker`.
    pub(super) fn new(worker: usize, to: SyncSender<WorkerBatch>) -> Self {
        Self {
            worker,
            waiting: EventBuffer::default(),
            to,
        }
    }

    /// Sends what waits, even if it is nothing: other workers' events wait until this one has none before them.
    pub(super) fn send(&mut self, now_ns: u64) {
        let next = Vec::with_capacity(BATCH_EVENTS);
        let batch = self.waiting.hand_over(now_ns, next);
        self.send_batch(Some(batch));
    }

    /// Says that this worker has nothing more to tell.
    pub(super) fn end(&self) {
        self.send_batch(None);
    }

    fn send_batch(&self, batch: Option<Batch>) {
        let worker = self.worker;
        // Nobody receives only if the checker's thread has panicked, and then the whole run does.
        let _ = self.to.send(WorkerBatch { worker, batch });
    }
}
