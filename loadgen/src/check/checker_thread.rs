//! Starts the check of a run: inside the one worker, or in a thread that puts the events of several into one order.

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

/// Batches that may wait for the checker. One that cannot follow holds up the workers that send, and they record the wait
/// as their own lag; memory does not grow.
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
    /// There is no room for another thread.
    #[error("cannot start the checker's thread: {0}; lower -t")]
    Thread(io::Error),
}

/// A check that has begun: a feed for each worker, and the thread that receives their events, if there is one.
#[derive(Debug)]
pub(crate) struct Checking {
    pub(crate) feeds: Vec<HistoryFeed>,
    pub(crate) thread: Option<CheckerThread>,
}

/// The thread of the checker.
#[derive(Debug)]
pub(crate) struct CheckerThread(JoinHandle<(HistoryCheck, Option<ThreadCost>)>);

/// Starts the check. Where the counters' values `before` are unknown, nothing can be said of the replies.
///
/// # Errors
/// When the history file cannot be written, or no thread can be started.
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

/// Takes the batches of so many workers until all of them have ended.
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
    /// The check, once all workers have ended, and what its thread has cost.
    pub(crate) fn join(self) -> (HistoryCheck, Option<ThreadCost>) {
        match self.0.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
