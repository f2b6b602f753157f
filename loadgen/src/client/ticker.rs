//! A worker's periodic work beside the load: time limits, progress, intervals, the stop flag.

use std::cell::RefCell;
use std::mem;
use std::panic::resume_unwind;
use std::sync::atomic::Ordering;
use std::time::Duration;

use results::ThreadCost;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::worker_input::{WorkerInput, WorkerMessage};
use super::worker_state::WorkerState;
use crate::machine::thread_cost;
use crate::machine::time::nanoseconds;
use crate::metrics::{Recorder, WorkerInterval};

/// Time between two ticks. A connection times out at most this much late.
const TICK: Duration = Duration::from_millis(50);

/// The length of an interval.
const INTERVAL: Duration = Duration::from_millis(100);

/// How long an interrupted run waits for the replies in flight.
const GRACE: Duration = Duration::from_secs(1);

/// The ticker of a worker.
pub(super) struct Ticker<'a> {
    input: &'a WorkerInput,
    state: &'a RefCell<WorkerState>,
    interval_start_ns: u64,
    /// The thread's CPU cost at the start of the interval.
    cost: Option<ThreadCost>,
    /// The end of the wait for replies, once the run is interrupted.
    stop_ns: Option<u64>,
}

impl<'a> Ticker<'a> {
    pub(super) fn new(
        input: &'a WorkerInput,
        state: &'a RefCell<WorkerState>,
        start_ns: u64,
    ) -> Self {
        Self {
            input,
            state,
            interval_start_ns: start_ns,
            cost: thread_cost::read(),
            stop_ns: None,
        }
    }

    /// Ticks until all tasks are done, and returns their results.
    pub(super) async fn run_until_done<T: 'static>(mut self, mut tasks: JoinSet<T>) -> Vec<T> {
        let mut done = Vec::with_capacity(tasks.len());
        loop {
            match timeout(TICK, tasks.join_next()).await {
                Ok(Some(Ok(one))) => done.push(one),
                Ok(Some(Err(error))) => resume_unwind(error.into_panic()),
                Ok(None) => break,
                Err(_) => self.tick(),
            }
        }
        let now_ns = self.input.clock.now_ns();
        self.cut(now_ns, &mut self.state.borrow_mut().recorder);
        done
    }

    fn tick(&mut self) {
        let now_ns = self.input.clock.now_ns();
        let state = &mut *self.state.borrow_mut();
        state.timeouts.tick(now_ns);
        state.recorder.sample_in_flight();
        state.history.tick(now_ns);
        if self.input.stop.load(Ordering::Relaxed) {
            state.source.stop();
            state.timeouts.wake_all();
            let grace_ns = nanoseconds(self.input.config.timeout.min(GRACE));
            if now_ns >= *self.stop_ns.get_or_insert(now_ns + grace_ns) {
                state.timeouts.end_all();
            }
        }
        state.source.wake_pacer();
        let settled = state.recorder.settled();
        self.input.tell(WorkerMessage::Progress(settled));
        if now_ns >= self.interval_start_ns + nanoseconds(INTERVAL) {
            self.cut(now_ns, &mut state.recorder);
        }
    }

    fn cut(&mut self, end_ns: u64, recorder: &mut Recorder) {
        let start_ns = mem::replace(&mut self.interval_start_ns, end_ns);
        let cost = thread_cost::read();
        let cost_before = mem::replace(&mut self.cost, cost.clone());
        let (counts, latency) = recorder.cut();
        let interval = WorkerInterval {
            start_ns,
            end_ns,
            counts,
            latency,
            cost: thread_cost::between(cost_before, cost),
        };
        self.input.tell(WorkerMessage::Interval(Box::new(interval)));
    }
}
