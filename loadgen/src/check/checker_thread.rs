//! Where a run's history is judged, and written to a file if it is to be judged again.

use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use history::{
    Call, Connection, Counts, Event, Judge, Judgement, Level, LogWriter, Merge, Observer, Verdict,
    What,
};
use results::{CheckLevel, ThreadCost};

use crate::check::event_buffer::ThreadBatch;
use crate::check::event_sink::{HistoryFeed, connection, key};
use crate::check::history_header::HistoryHeader;
use crate::check::reconciliation::Values;
use crate::config::Config;
use crate::machine::thread_cost;

/// Batches that may wait for the judge. A judge who cannot follow holds up the threads that hand over, and they book the
/// wait as their own lag; memory does not grow.
const BATCHES_WAITING: usize = 256;

/// The judge, and the file.
#[derive(Debug)]
pub(crate) struct HistoryCheck {
    judge: Judge,
    log: Option<LogWriter<File>>,
    dismissed: bool,
}

/// What the court found.
#[derive(Debug)]
pub(crate) struct CheckResult {
    /// The verdict.
    pub(crate) verdict: Verdict,
    /// Why the history file is not whole, if it is not.
    pub(crate) history_failure: Option<String>,
}

/// A court in session: the reporters of all threads, and where their events are judged.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) reporters: Vec<HistoryFeed>,
    pub(crate) clerk: Option<CheckerThread>,
}

/// The thread that puts the events of several threads into one order and passes them on to the court.
#[derive(Debug)]
pub(crate) struct CheckerThread(JoinHandle<(HistoryCheck, Option<ThreadCost>)>);

/// Calls the court together. Where it is unknown what the counters held `before`, nothing can be said of what they were told.
///
/// # Errors
/// A sentence, when the history file cannot be written or no thread can be started.
pub(crate) fn convene(plan: &Config, run: u64, before: &Values) -> Result<Session, String> {
    let Some(mut court) = HistoryCheck::new(plan, run, before)? else {
        let reporters = (0..plan.threads)
            .map(|_| HistoryFeed::to_nobody())
            .collect();
        return Ok(Session {
            reporters,
            clerk: None,
        });
    };
    if let Values::Known(before) = before {
        court.declare(before);
    }
    if plan.threads == 1 {
        return Ok(Session {
            reporters: vec![HistoryFeed::to_court(court, plan.amount)],
            clerk: None,
        });
    }
    let threads = plan.threads as usize;
    let (sender, receiver) = sync_channel(BATCHES_WAITING);
    let reporters = (0..threads)
        .map(|thread| HistoryFeed::to_clerk(thread, sender.clone(), plan.amount))
        .collect();
    let clerk = thread::Builder::new()
        .name("judge".to_owned())
        .spawn(move || (court.hear(threads, &receiver), thread_cost::read()))
        .map_err(|error| format!("cannot start the thread of the judge: {error}; lower -t"))?;
    Ok(Session {
        reporters,
        clerk: Some(CheckerThread(clerk)),
    })
}

impl CheckerThread {
    /// The court, once all threads have finished, and what hearing them has cost.
    pub(crate) fn adjourn(self) -> (HistoryCheck, Option<ThreadCost>) {
        match self.0.join() {
            Ok(heard) => heard,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl HistoryCheck {
    /// A court that judges as the plan says; none if nothing is to be judged.
    fn new(plan: &Config, run: u64, before: &Values) -> Result<Option<Self>, String> {
        let level = match (plan.check, before) {
            (CheckLevel::None, _) | (_, Values::Unknown(_)) => return Ok(None),
            (CheckLevel::Full, _) => Level::Full,
            (CheckLevel::Replies, _) => Level::Replies,
        };
        let log = match &plan.history {
            None => None,
            Some(path) => {
                let writer = File::create(path)
                    .and_then(|file| LogWriter::new(file, &HistoryHeader::of(plan, run).text()));
                Some(writer.map_err(|error| {
                    format!(
                        "cannot write --history {}: {error}; choose another file",
                        path.display()
                    )
                })?)
            }
        };
        let judge = Judge::new(level);
        Ok(Some(Self {
            judge,
            log,
            dismissed: false,
        }))
    }

    /// What the counters hold before the run.
    fn declare(&mut self, before: &[i64]) {
        for (number, start) in (0..).zip(before).filter(|(_, start)| **start != 0) {
            let (key, start) = (key(number), *start);
            let nobody = Connection::FIRST;
            self.observe(Event::new(nobody, 0, What::Declared { key, start }));
        }
    }

    /// Takes the batches of so many threads until all have finished.
    fn hear(mut self, threads: usize, batches: &Receiver<ThreadBatch>) -> Self {
        let mut merge = Merge::new(threads);
        while let Ok(ThreadBatch { thread, batch }) = batches.recv() {
            match batch {
                Some(batch) => {
                    merge.accept(thread, batch, &mut self);
                }
                None => merge.finish_thread(thread, &mut self),
            }
        }
        self
    }

    /// The counters were read, one after the other, over a connection of their own: operations like all others.
    pub(crate) fn looked(&mut self, plan: &Config, values: &[i64], from_ns: u64, to_ns: u64) {
        let connection = connection(plan.connections);
        for (number, value) in (0..).zip(values) {
            let call = Call::get(key(number));
            self.observe(Event::started(connection, from_ns, call));
            self.observe(Event::returned(connection, to_ns, *value));
        }
    }

    /// What was told under one name belongs to two counters: no answer can be held against another.
    pub(crate) fn dismiss(&mut self) {
        self.dismissed = true;
    }

    /// Brings the history file up to date.
    pub(crate) fn flush(&mut self) {
        if let Some(log) = &mut self.log {
            log.flush();
        }
    }

    /// The verdict.
    pub(crate) fn close(self) -> CheckResult {
        let written: io::Result<()> = self.log.map_or(Ok(()), |log| log.finish().map(|_| ()));
        let mut verdict = self.judge.verdict();
        if self.dismissed {
            verdict.counts = Counts::default();
            verdict.examples.clear();
            for key in &mut verdict.keys {
                (key.judgement, key.lost) = (Judgement::Ok, None);
            }
        }
        CheckResult {
            verdict,
            history_failure: written.err().map(|error| {
                format!("the history file is not whole: {error}; what was judged is not affected")
            }),
        }
    }
}

impl Observer for HistoryCheck {
    /// What a thread saw in the bytes it has booked with its words; the judge need not count it once more.
    #[inline]
    fn observe(&mut self, event: Event) {
        if !matches!(event.what, What::Reported(_)) {
            self.judge.observe(event);
        }
        self.log.observe(event);
    }

    #[inline]
    fn started_together(&mut self, connection: Connection, at_ns: u64, call: Call, count: u32) {
        self.judge.started_together(connection, at_ns, call, count);
        self.log.started_together(connection, at_ns, call, count);
    }

    #[inline]
    fn returned_together(&mut self, connection: Connection, at_ns: u64, values: &[i64]) {
        self.judge.returned_together(connection, at_ns, values);
        self.log.returned_together(connection, at_ns, values);
    }
}
