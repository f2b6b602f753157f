//! The checker of a run's history, and the history file.

use std::fs::File;
use std::io;

use history::{
    Call, Checker, Conclusion, ConnectionId, Counts, Event, EventKind, EventSink, Level, LogWriter,
    Verdict,
};
use results::CheckLevel;

use super::checker_thread::CheckError;
use super::history_feed::{connection_id, key_id};
use super::history_header::HistoryHeader;
use crate::config::Config;

/// The checker and the history file, fed with one stream of events.
#[derive(Debug)]
pub(crate) struct HistoryCheck {
    checker: Checker,
    log: Option<LogWriter<File>>,
    inconclusive: bool,
}

impl HistoryCheck {
    /// Creates the checker that the configuration asks for; `None` without a history check.
    pub(super) fn new(config: &Config, run: u64) -> Result<Option<Self>, CheckError> {
        let level = match config.check {
            CheckLevel::None => return Ok(None),
            CheckLevel::Full => Level::Full,
            CheckLevel::Replies => Level::Replies,
        };
        let writer = |path| {
            let header = HistoryHeader::of(config, run).text();
            File::create(path).and_then(|file| LogWriter::new(file, &header))
        };
        let log = match &config.history {
            None => None,
            Some(path) => Some(writer(path).map_err(|error| CheckError::HistoryFile {
                path: path.clone(),
                error,
            })?),
        };
        Ok(Some(Self {
            checker: Checker::new(level),
            log,
            inconclusive: false,
        }))
    }

    /// Declares the counters' initial values.
    pub(super) fn declare(&mut self, before: &[i64]) {
        for (number, start) in (0..).zip(before).filter(|(_, start)| **start != 0) {
            let (key, start) = (key_id(number), *start);
            let nobody = ConnectionId::FIRST;
            self.observe(Event::new(nobody, 0, EventKind::Declare { key, start }));
        }
    }

    /// Adds the final reads to the history: one GET per counter, in sequence, on a separate connection.
    pub(crate) fn read_at_the_end(
        &mut self,
        config: &Config,
        values: &[i64],
        from_ns: u64,
        to_ns: u64,
    ) {
        let connection = connection_id(config.workload.connections);
        for (number, value) in (0..).zip(values) {
            let call = Call::get(key_id(number));
            self.observe(Event::invoke(connection, from_ns, call));
            self.observe(Event::ok(connection, to_ns, *value));
        }
    }

    /// Makes the verdict inconclusive: after a restart one name stands for two counters.
    pub(crate) fn set_inconclusive(&mut self) {
        self.inconclusive = true;
    }

    /// Flushes the history file.
    pub(super) fn flush(&mut self) {
        if let Some(log) = &mut self.log {
            log.flush();
        }
    }

    /// Returns the verdict, and the error that left the history file incomplete, if any.
    pub(crate) fn finish(self) -> (Verdict, Option<io::Error>) {
        let written = self.log.map_or(Ok(()), |log| log.finish().map(|_| ()));
        let mut verdict = self.checker.verdict();
        if self.inconclusive {
            verdict.counts = Counts::default();
            verdict.examples.clear();
            for key in &mut verdict.keys {
                (key.conclusion, key.lost) = (Conclusion::Ok, None);
            }
        }
        (verdict, written.err())
    }
}

impl EventSink for HistoryCheck {
    /// Skips malformed replies: the worker has already counted them.
    #[inline]
    fn observe(&mut self, event: Event) {
        if !matches!(event.kind, EventKind::Report(_)) {
            self.checker.observe(event);
        }
        self.log.observe(event);
    }

    #[inline]
    fn invoke_many(&mut self, connection: ConnectionId, at_ns: u64, call: Call, count: u32) {
        self.checker.invoke_many(connection, at_ns, call, count);
        self.log.invoke_many(connection, at_ns, call, count);
    }

    #[inline]
    fn ok_many(&mut self, connection: ConnectionId, at_ns: u64, values: &[i64]) {
        self.checker.ok_many(connection, at_ns, values);
        self.log.ok_many(connection, at_ns, values);
    }
}
