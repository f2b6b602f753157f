//! The client threads: started together, listened to while they work, let go together.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use crate::check::event_sink::HistoryFeed;
use crate::client::worker::work;
use crate::client::worker_input::{Share, Stage, Update, WorkerMessage, WorkerOutput};

/// Client threads at work.
#[derive(Debug)]
pub(crate) struct Workers {
    threads: Vec<JoinHandle<std::io::Result<WorkerOutput>>>,
    signals: Vec<Sender<u64>>,
    updates: Receiver<Update>,
}

impl Workers {
    /// Starts a thread for each reporter; `share` says what it is to do. Each makes its connections and waits for
    /// [`go`](Self::go).
    ///
    /// # Errors
    /// When the system has no room for another thread.
    pub(crate) fn start(
        reporters: Vec<HistoryFeed>,
        share: impl Fn(u32, Sender<Update>, Receiver<u64>) -> Share,
    ) -> Result<Self, String> {
        let (sender, updates) = channel();
        let mut crew = Self {
            threads: Vec::new(),
            signals: Vec::new(),
            updates,
        };
        for (number, reporter) in (0..).zip(reporters) {
            let (signal, signals) = channel();
            let share = share(number, sender.clone(), signals);
            let builder = thread::Builder::new().name(format!("client {number}"));
            let thread = builder
                .spawn(move || work(share, reporter))
                .map_err(|error| {
                    format!("cannot start client thread {number}: {error}; lower -t")
                })?;
            crew.threads.push(thread);
            crew.signals.push(signal);
        }
        Ok(crew)
    }

    /// Listens until every thread has come to `stage` or has ended; all other news goes to `tell`.
    pub(crate) fn until(&self, stage: Stage, mut tell: impl FnMut(u32, WorkerMessage)) {
        let mut missing = vec![true; self.threads.len()];
        while missing.contains(&true)
            && let Ok(update) = self.updates.recv()
        {
            match update.news {
                WorkerMessage::ReadyTarget(reached)
                    if reached == stage || reached == Stage::Ended =>
                {
                    missing[update.thread as usize] = false;
                }
                news => tell(update.thread, news),
            }
        }
    }

    /// Gives all threads the same start.
    pub(crate) fn go(&self, start_ns: u64) {
        for signal in &self.signals {
            // A thread that has failed already does not listen; its join will tell.
            let _ = signal.send(start_ns);
        }
    }

    /// Lets the connections go, and returns what each thread did.
    ///
    /// # Errors
    /// When a thread could not work at all.
    pub(crate) fn finish(self) -> Result<Vec<WorkerOutput>, String> {
        drop(self.signals);
        let outcome = |thread: JoinHandle<_>| match thread.join() {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(format!("a client thread could not begin: {error}")),
            Err(panic) => std::panic::resume_unwind(panic),
        };
        self.threads.into_iter().map(outcome).collect()
    }
}
