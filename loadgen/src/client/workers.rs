//! The worker threads: they start together, report while they work, and end together.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use super::worker::work;
use super::worker_input::{Stage, WorkerInput, WorkerMessage, WorkerOutput};
use crate::check::HistoryFeed;

/// The running workers.
#[derive(Debug)]
pub(crate) struct Workers {
    threads: Vec<JoinHandle<io::Result<WorkerOutput>>>,
    signals: Vec<Sender<u64>>,
    messages: Receiver<(u32, WorkerMessage)>,
}

/// Why the workers could not run.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The system could not create another thread.
    #[error("cannot start client thread {number}: {error}; lower -t")]
    Start {
        /// The thread.
        number: u32,
        /// Why.
        error: io::Error,
    },
    /// A worker could not create its runtime or its timer.
    #[error("a client thread could not begin: {0}")]
    Begin(io::Error),
}

impl Workers {
    /// Starts one thread for each feed, with the input that `input` builds for it. Each worker connects, then waits for
    /// [`go`](Self::go).
    ///
    /// # Errors
    /// When the system cannot create another thread.
    pub(crate) fn start(
        feeds: Vec<HistoryFeed>,
        input: impl Fn(u32, Sender<(u32, WorkerMessage)>, Receiver<u64>) -> WorkerInput,
    ) -> Result<Self, WorkerError> {
        let (sender, messages) = channel();
        let mut workers = Self {
            threads: Vec::new(),
            signals: Vec::new(),
            messages,
        };
        for (number, feed) in (0..).zip(feeds) {
            let (signal, signals) = channel();
            let input = input(number, sender.clone(), signals);
            let builder = thread::Builder::new().name(format!("client {number}"));
            let thread = builder
                .spawn(move || work(input, feed))
                .map_err(|error| WorkerError::Start { number, error })?;
            workers.threads.push(thread);
            workers.signals.push(signal);
        }
        Ok(workers)
    }

    /// Receives messages until every worker has reached `stage` or has ended. All other messages go to `take`.
    pub(crate) fn until(&self, stage: Stage, mut take: impl FnMut(u32, WorkerMessage)) {
        let mut missing = vec![true; self.threads.len()];
        while missing.contains(&true)
            && let Ok((worker, message)) = self.messages.recv()
        {
            match message {
                WorkerMessage::Reached(reached) if reached == stage || reached == Stage::Ended => {
                    missing[worker as usize] = false;
                }
                message => take(worker, message),
            }
        }
    }

    /// Sends all workers the same start time.
    pub(crate) fn go(&self, start_ns: u64) {
        for signal in &self.signals {
            // A worker that has failed already does not listen; its join will tell.
            let _ = signal.send(start_ns);
        }
    }

    /// Lets the workers close their connections, and returns each worker's result.
    ///
    /// # Errors
    /// When a worker could not run.
    pub(crate) fn finish(self) -> Result<Vec<WorkerOutput>, WorkerError> {
        drop(self.signals);
        let outcome = |thread: JoinHandle<io::Result<WorkerOutput>>| match thread.join() {
            Ok(outcome) => outcome.map_err(WorkerError::Begin),
            Err(panic) => std::panic::resume_unwind(panic),
        };
        self.threads.into_iter().map(outcome).collect()
    }
}
