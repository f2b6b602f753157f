//! One worker's events for the checker: the invocation and the outcome of each operation.

use std::mem;
use std::sync::mpsc::SyncSender;

use history::{Anomaly, Call, ConnectionId, Event as HistoryEvent, EventKind, EventSink, Key};
use results::Operation;

use super::event_batches::{EventBatches, WorkerBatch};
use super::{Anomalies, HistoryCheck};
use crate::protocol::Request;
use crate::protocol::event::Event;

/// Interval between flushes of the history file: a crash loses at most this much.
const FLUSH_NS: u64 = 1_000_000_000;

/// One worker's feed. An operation takes no lock and writes no shared memory.
#[derive(Debug)]
pub(crate) struct HistoryFeed {
    to: Receiver,
    /// The start of the run, time 0 of the history.
    start_ns: u64,
    flushed_ns: u64,
    checked: u64,
    /// Anomalies in the reply bytes. The checker finds those in the values.
    anomalies: Anomalies,
    held: Held,
    values: Vec<i64>,
}

/// The latest events, held to merge more of the same kind. They are sent before any other event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    /// Equal requests of one write.
    Invoked {
        connection: ConnectionId,
        at_ns: u64,
        call: Call,
        count: u32,
    },
    /// The replies of one read; their values are in [`HistoryFeed::values`].
    Ok {
        connection: ConnectionId,
        at_ns: u64,
    },
}

/// Where the events go.
#[derive(Debug)]
enum Receiver {
    /// The check itself: the only worker's events are already in order.
    Check(Box<HistoryCheck>),
    /// The checker thread.
    Thread(Box<EventBatches>),
    /// Nowhere (`--check none`).
    Nobody,
}

/// The result of a worker's feed.
#[derive(Debug, Default)]
pub(crate) struct CheckTotals {
    /// The check, if it ran in the worker.
    pub(crate) check: Option<Box<HistoryCheck>>,
    /// Replies that were checked.
    pub(crate) checked: u64,
    /// Anomalies in the reply bytes.
    pub(crate) anomalies: Anomalies,
}

impl CheckTotals {
    /// Adds the result of another worker's feed.
    pub(crate) fn merge(&mut self, other: Self) {
        self.check = self.check.take().or(other.check);
        self.checked += other.checked;
        self.anomalies.merge(other.anomalies);
    }
}

impl HistoryFeed {
    /// The feed of a run's only worker.
    pub(super) fn to_check(check: HistoryCheck) -> Self {
        Self::new(Receiver::Check(Box::new(check)))
    }

    /// The feed of worker number `worker`.
    pub(super) fn to_thread(worker: usize, to: SyncSender<WorkerBatch>) -> Self {
        Self::new(Receiver::Thread(Box::new(EventBatches::new(worker, to))))
    }

    /// A feed that drops all events.
    pub(crate) fn to_nobody() -> Self {
        Self::new(Receiver::Nobody)
    }

    fn new(to: Receiver) -> Self {
        Self {
            to,
            start_ns: 0,
            flushed_ns: 0,
            checked: 0,
            anomalies: Anomalies::default(),
            held: Held::Nothing,
            values: Vec::new(),
        }
    }

    /// Sets the start of the load.
    pub(crate) fn start_at(&mut self, start_ns: u64) {
        self.start_ns = start_ns;
    }

    /// Records an event that the worker saw on a connection at `at_ns`.
    #[inline]
    pub(crate) fn on(&mut self, connection: ConnectionId, at_ns: u64, event: Event) {
        let since_start_ns = at_ns.saturating_sub(self.start_ns);
        match event {
            Event::Invoked(request) => self.invoked(connection, since_start_ns, request),
            Event::Value(value) => self.value(connection, since_start_ns, value),
            Event::Matched => self.checked += 1,
            Event::Completed { .. } => {}
            other => self.exception(connection, since_start_ns, other),
        }
    }

    /// Records an invocation. The history has only requests that use a counter.
    #[inline]
    fn invoked(&mut self, connection: ConnectionId, now_ns: u64, request: Request) {
        if matches!(self.to, Receiver::Nobody) {
            return;
        }
        let key = key_id(request.key);
        let call = match request.operation {
            Operation::Incr { by } => Call::Add { key, amount: by },
            Operation::Get => Call::get(key),
            Operation::Ping | Operation::Echo => return,
        };
        match &mut self.held {
            Held::Invoked {
                connection: same,
                at_ns,
                call: alike,
                count,
            } if (*same, *at_ns, *alike) == (connection, now_ns, call) => *count += 1,
            _ => {
                self.pass_on();
                self.held = Held::Invoked {
                    connection,
                    at_ns: now_ns,
                    call,
                    count: 1,
                };
            }
        }
    }

    /// Records the value that INCR or GET returned.
    #[inline]
    fn value(&mut self, connection: ConnectionId, at_ns: u64, value: i64) {
        self.checked += 1;
        if matches!(self.to, Receiver::Nobody) {
            return;
        }
        let now = Held::Ok { connection, at_ns };
        if self.held != now {
            self.pass_on();
            self.held = now;
        }
        self.values.push(value);
    }

    /// Records any event other than an invocation or a good reply.
    #[cold]
    fn exception(&mut self, connection: ConnectionId, at_ns: u64, event: Event) {
        match event {
            Event::ErrorReply { of_counter, .. } if of_counter => {
                self.observe(HistoryEvent::fail(connection, at_ns));
            }
            Event::Wrong {
                anomaly,
                of_counter,
                text,
            } => {
                self.anomalies.add(anomaly, text);
                if of_counter {
                    let kind = EventKind::Report(anomaly);
                    self.observe(HistoryEvent::new(connection, at_ns, kind));
                }
            }
            // The checker finds out whether the value is a duplicate.
            Event::LeftOver { value, text } => match &self.to {
                Receiver::Nobody => self.anomalies.add(Anomaly::ReplyUnsolicited, text),
                Receiver::Check(_) | Receiver::Thread(_) => {
                    self.observe(HistoryEvent::ok(connection, at_ns, value));
                }
            },
            Event::Disconnected { unknown, .. } => {
                self.observe(HistoryEvent::info(connection, at_ns, unknown));
            }
            _ => {}
        }
    }

    /// Sends the pending events, so that no other worker waits; flushes the history file when due. Call it regularly.
    pub(crate) fn tick(&mut self, now_ns: u64) {
        self.pass_on();
        match &mut self.to {
            Receiver::Check(check) if now_ns >= self.flushed_ns + FLUSH_NS => {
                self.flushed_ns = now_ns;
                check.flush();
            }
            Receiver::Thread(batches) => batches.send(now_ns.saturating_sub(self.start_ns)),
            Receiver::Check(_) | Receiver::Nobody => {}
        }
    }

    /// Sends the pending events. Until the next ones, no other worker waits for this one.
    pub(crate) fn pause(&mut self, now_ns: u64) {
        self.pass_on();
        if let Receiver::Thread(batches) = &mut self.to {
            batches.send(now_ns.saturating_sub(self.start_ns));
            batches.end();
        }
    }

    /// Ends the feed and returns its result.
    pub(crate) fn finish(mut self, now_ns: u64) -> CheckTotals {
        self.pause(now_ns);
        CheckTotals {
            check: match self.to {
                Receiver::Check(check) => Some(check),
                Receiver::Thread(_) | Receiver::Nobody => None,
            },
            checked: self.checked,
            anomalies: self.anomalies,
        }
    }

    fn observe(&mut self, event: HistoryEvent) {
        self.pass_on();
        if let Some(receiver) = self.receiver() {
            receiver.observe(event);
        }
    }

    /// Sends the held events.
    fn pass_on(&mut self) {
        let held = mem::replace(&mut self.held, Held::Nothing);
        let values = mem::take(&mut self.values);
        if let Some(receiver) = self.receiver() {
            match held {
                Held::Nothing => {}
                Held::Invoked {
                    connection,
                    at_ns,
                    call,
                    count,
                } => receiver.invoke_many(connection, at_ns, call, count),
                Held::Ok { connection, at_ns } => {
                    receiver.ok_many(connection, at_ns, &values);
                }
            }
        }
        self.values = values;
        self.values.clear();
    }

    fn receiver(&mut self) -> Option<&mut dyn EventSink> {
        match &mut self.to {
            Receiver::Check(check) => Some(check.as_mut()),
            Receiver::Thread(batches) => Some(batches.as_mut()),
            Receiver::Nobody => None,
        }
    }
}

/// Converts a key's number to the history's type.
#[inline]
pub(super) fn key_id(number: u32) -> Key {
    // A run has at most `limits::KEYS` counters, fewer than a history's limit.
    #[expect(clippy::expect_used, reason = "the line above")]
    Key::new(number).expect("a key of the run")
}

/// Converts a connection's number to the history's type.
pub(crate) fn connection_id(number: u32) -> ConnectionId {
    // `limits::CONNECTIONS`, plus one for the final values, is below a history's limit.
    #[expect(clippy::expect_used, reason = "the line above")]
    ConnectionId::new(number).expect("a connection of the run")
}
