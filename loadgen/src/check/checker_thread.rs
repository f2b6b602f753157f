//! Starts the check of a run: in the only worker, or in a thread that merges several workers' events in time order.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use history::Merge;
use results::ThreadCost;

use super::event_batches::WorkerBatch;
use super::{HistoryCheck, HistoryFeed};
use crate::config::Config;
use crate::machine::thread_cost;
use crate::target::CounterValues;

/// Capacity of the channel to the checker. If the checker is too slow, the workers block and record the wait as lag;
/// memory does not grow.
const BATCHES_WAITING: usize = 256;

/// Why a run cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The history file cannot be written.
    #[error("cannot write --history {}: {error}; choose another file", path.display())]
    HistoryFile {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The checker thread cannot be started.
    #[error("cannot start the checker's thread: {0}; lower -t")]
    Thread(io::Error),
}

/// A started check: one feed per worker, and the checker thread, if any.
#[derive(Debug)]
pub(crate) struct Checking {
    pub(crate) feeds: Vec<HistoryFeed>,
    pub(crate) thread: Option<CheckerThread>,
}

/// The checker thread.
#[derive(Debug)]
pub(crate) struct CheckerThread(JoinHandle<(HistoryCheck, Option<ThreadCost>)>);

/// Starts the check. If the initial values `before` are unknown, the history is not checked.
///
/// # Errors
/// If the history file cannot be written, or the thread cannot be started.
pub(crate) fn start(
    config: &Config,
    run: u64,
    before: &CounterValues,
) -> Result<Checking, CheckError> {
    let workers = config.workload.threads as usize;
    let check = match before {
        CounterValues::Unknown(_) => None,
        CounterValues::Known(_) | CounterValues::NotAsked => HistoryCheck::new(config, run)?,
    };
    let Some(mut check) = check else {
        let feeds = (0..workers).map(|_| HistoryFeed::to_nobody()).collect();
        let thread = None;
        return Ok(Checking { feeds, thread });
    };
    if let CounterValues::Known(before) = before {
        check.declare(before);
    }
    if workers == 1 {
        let feeds = vec![HistoryFeed::to_check(check)];
        let thread = None;
        return Ok(Checking { feeds, thread });
    }
    let (sender, receiver) = sync_channel(BATCHES_WAITING);
    let feed = |worker| HistoryFeed::to_thread(worker, sender.clone());
    let feeds = (0..workers).map(feed).collect();
    let thread = thread::Builder::new()
        .name("checker".to_owned())
        .spawn(move || (receive(check, workers, &receiver), thread_cost::read()))
        .map_err(CheckError::Thread)?;
    Ok(Checking {
        feeds,
        thread: Some(CheckerThread(thread)),
    })
}

/// Merges the workers' batches until all workers have ended.
fn receive(
    mut check: HistoryCheck,
    workers: usize,
    batches: &Receiver<WorkerBatch>,
) -> HistoryCheck {
    let mut merge = Merge::new(workers);
    while let Ok(WorkerBatch { worker, batch }) = batches.recv() {
        match batch {
            Some(batch) => {
                merge.accept(worker, batch, &mut check);
            }
            None => merge.finish_thread(worker, &mut check),
        }
    }
    check
}

impl CheckerThread {
    /// Waits for the thread; returns the check and the thread's cost.
    pub(crate) fn join(self) -> (HistoryCheck, Option<ThreadCost>) {
        match self.0.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
