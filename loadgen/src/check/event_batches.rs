//! Batches of one worker's events for the checker thread, which merges all workers' events in time order.

use std::sync::mpsc::SyncSender;

use history::{Batch, Event, EventBuffer, EventSink};

/// Events in one batch: few enough to fit the processor's inner caches.
const BATCH_EVENTS: usize = 4_096;

/// The unsent events of one worker.
#[derive(Debug)]
pub(super) struct EventBatches {
    worker: usize,
    waiting: EventBuffer,
    to: SyncSender<WorkerBatch>,
}

/// A batch from one worker; `None` marks the worker's end.
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
    /// Returns an empty buffer for worker number `worker`.
    pub(super) fn new(worker: usize, to: SyncSender<WorkerBatch>) -> Self {
        Self {
            worker,
            waiting: EventBuffer::default(),
            to,
        }
    }

    /// Sends the buffered events, even if there are none: later events of other workers wait for this batch.
    pub(super) fn send(&mut self, now_ns: u64) {
        let next = Vec::with_capacity(BATCH_EVENTS);
        let batch = self.waiting.hand_over(now_ns, next);
        self.send_batch(Some(batch));
    }

    /// Marks the end of this worker's events.
    pub(super) fn end(&self) {
        self.send_batch(None);
    }

    fn send_batch(&self, batch: Option<Batch>) {
        let worker = self.worker;
        // The send fails only if the checker thread panicked; joining it panics too.
        let _ = self.to.send(WorkerBatch { worker, batch });
    }
}
