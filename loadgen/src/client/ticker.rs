//! Looks after the connections of a thread, now and then, without taking part in the work.

use std::cell::RefCell;
use std::mem;
use std::panic::resume_unwind;
use std::sync::atomic::Ordering;
use std::time::Duration;

use results::ThreadCost;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::request_budget::nanoseconds;
use super::worker_input::{Share, WorkerMessage};
use super::worker_state::WorkerState;
use crate::machine::thread_cost;
use crate::metrics::period::WorkerInterval;
use crate::metrics::recorder::Recorder;

/// How often the supervisor looks: a time limit is noticed at most so much late.
const LOOK: Duration = Duration::from_millis(50);

/// The length of a slice.
const SLICE: Duration = Duration::from_millis(100);

/// How long replies in flight are waited for once the run was interrupted.
const GRACE: Duration = Duration::from_secs(1);

/// The supervisor of a client thread.
pub(super) struct Ticker<'a> {
    share: &'a Share,
    bench: &'a RefCell<WorkerState>,
    slice_start_ns: u64,
    /// What this thread had cost when the slice began.
    cost: Option<ThreadCost>,
    /// When waiting ends, once the run was told to stop.
    stop_ns: Option<u64>,
}

impl<'a> Ticker<'a> {
    pub(super) fn new(share: &'a Share, bench: &'a RefCell<WorkerState>, start_ns: u64) -> Self {
        Self {
            share,
            bench,
            slice_start_ns: start_ns,
            cost: thread_cost::read(),
            stop_ns: None,
        }
    }

    /// Until the last task is done.
    pub(super) async fn run_until_done<T: 'static>(mut self, mut tasks: JoinSet<T>) -> Vec<T> {
        let mut done = Vec::with_capacity(tasks.len());
        loop {
            match timeout(LOOK, tasks.join_next()).await {
                Ok(Some(Ok(one))) => done.push(one),
                Ok(Some(Err(error))) => resume_unwind(error.into_panic()),
                Ok(None) => break,
                Err(_) => self.look(),
            }
        }
        self.cut(
            self.share.clock.now_ns(),
            &mut self.bench.borrow_mut().recorder,
        );
        done
    }

    fn look(&mut self) {
        let now_ns = self.share.clock.now_ns();
        let bench = &mut *self.bench.borrow_mut();
        bench.watch.look(now_ns);
        bench.recorder.look();
        bench.recorder.reporter.look(now_ns);
        if self.share.stop.load(Ordering::Relaxed) {
            bench.orders.stop();
            bench.watch.wake_all();
            let grace_ns = nanoseconds(self.share.plan.timeout.min(GRACE));
            if now_ns >= *self.stop_ns.get_or_insert(now_ns + grace_ns) {
                bench.watch.end_all();
            }
        }
        bench.orders.wake_pacer();
        self.share
            .tell(WorkerMessage::Progress(bench.recorder.settled()));
        if now_ns >= self.slice_start_ns + nanoseconds(SLICE) {
            self.cut(now_ns, &mut bench.recorder);
        }
    }

    fn cut(&mut self, end_ns: u64, recorder: &mut Recorder) {
        let start_ns = mem::replace(&mut self.slice_start_ns, end_ns);
        let cost = thread_cost::read();
        let cost_before = mem::replace(&mut self.cost, cost.clone());
        self.share
            .tell(WorkerMessage::Slice(Box::new(WorkerInterval {
                start_ns,
                end_ns,
                slice: recorder.cut(),
                cost: thread_cost::between(cost_before, cost),
            })));
    }
}
