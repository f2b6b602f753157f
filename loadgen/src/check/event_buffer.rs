//! Where the events of one of several client threads wait until they are handed over to the clerk, who puts all threads' events into one order.

use std::sync::mpsc::SyncSender;

use history::{Batch, Event, Observer, Recorder};

/// Events that a thread hands over at once. A batch is as long as the processor's nearer cache has room for.
const BATCH_EVENTS: usize = 4_096;

/// One thread's desk.
#[derive(Debug)]
pub(crate) struct BatchSender {
    thread: usize,
    recorder: Recorder,
    to: SyncSender<ThreadBatch>,
}

/// Events of a thread; none if it has nothing more to tell.
#[derive(Debug)]
pub(crate) struct ThreadBatch {
    pub(crate) thread: usize,
    pub(crate) batch: Option<Batch>,
}

impl Observer for BatchSender {
    #[inline]
    fn observe(&mut self, event: Event) {
        self.recorder.observe(event);
        if self.recorder.len() >= BATCH_EVENTS {
            self.hand_over(event.at_ns);
        }
    }
}

impl BatchSender {
    /// The desk of thread number `thread`.
    pub(crate) fn new(thread: usize, to: SyncSender<ThreadBatch>) -> Self {
        Self {
            thread,
            recorder: Recorder::default(),
            to,
        }
    }

    /// Also when there is nothing: the others' events wait for the word that nothing of this thread comes before them.
    pub(crate) fn hand_over(&mut self, now_ns: u64) {
        let batch = self
            .recorder
            .hand_over(now_ns, Vec::with_capacity(BATCH_EVENTS));
        self.send(Some(batch));
    }

    /// To the clerk; none if this thread has nothing more to tell.
    pub(crate) fn send(&self, batch: Option<Batch>) {
        let thread = self.thread;
        // Nobody listens only if the clerk has panicked, and then the whole run does.
        let _ = self.to.send(ThreadBatch { thread, batch });
    }
}
