//! What a client thread tells of its operations: when each begins, and what became of it.

use std::mem;
use std::num::NonZeroI64;
use std::sync::mpsc::SyncSender;

use history::{Anomaly, Call, Connection, Event, Key, Observer, What};
use results::AnomalyKind;

use crate::check::anomalies::Anomalies;
use crate::check::checker_thread::HistoryCheck;
use crate::check::event_buffer::{BatchSender, ThreadBatch};
use crate::check::totals::CheckTotals;
use crate::config::operation::Kind;
use crate::protocol::operations::Operation;

/// How often a history file is brought up to date: so much at most is missing from it after a crash.
const FLUSH_NS: u64 = 1_000_000_000;

/// One thread's reporter. No lock and no shared word is touched per operation.
#[derive(Debug)]
pub(crate) struct HistoryFeed {
    to: Listener,
    /// The start of the run: the history begins at 0.
    start_ns: u64,
    /// What each increment adds.
    amount: NonZeroI64,
    flushed_ns: u64,
    checked: u64,
    /// What was wrong with the bytes themselves. What the values betray is the court's to find.
    pub(crate) findings: Anomalies,
    held: Held,
    values: Vec<i64>,
}

/// What was said last, and is not passed on while more of the same may come. Whatever else is said comes behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    /// The requests of one write, which are alike.
    Begun {
        connection: Connection,
        at_ns: u64,
        call: Call,
        count: u32,
    },
    /// The answers of one read; their values are in [`HistoryFeed::values`].
    Answered {
        connection: Connection,
        at_ns: u64,
    },
}

/// Who takes the events.
#[derive(Debug)]
enum Listener {
    /// The court itself: the run has one client thread, whose order is the truth.
    HistoryCheck(Box<HistoryCheck>),
    /// A thread that puts the events of all client threads into one order.
    CheckerThread(Box<BatchSender>),
    /// Nobody (`--check none`).
    Nobody,
}

impl HistoryFeed {
    /// The reporter of a run's only thread, whose increments add so much.
    pub(crate) fn to_court(court: HistoryCheck, amount: NonZeroI64) -> Self {
        Self::new(Listener::HistoryCheck(Box::new(court)), amount)
    }

    /// The reporter of thread number `thread`.
    pub(crate) fn to_clerk(thread: usize, to: SyncSender<ThreadBatch>, amount: NonZeroI64) -> Self {
        let desk = BatchSender::new(thread, to);
        Self::new(Listener::CheckerThread(Box::new(desk)), amount)
    }

    /// A reporter to whom nobody listens, so that no amount matters.
    pub(crate) fn to_nobody() -> Self {
        Self::new(Listener::Nobody, NonZeroI64::MAX)
    }

    fn new(to: Listener, amount: NonZeroI64) -> Self {
        Self {
            to,
            start_ns: 0,
            amount,
            flushed_ns: 0,
            checked: 0,
            findings: Anomalies::default(),
            held: Held::Nothing,
            values: Vec::new(),
        }
    }

    /// The load begins.
    pub(crate) fn start_at(&mut self, start_ns: u64) {
        self.start_ns = start_ns;
    }

    /// A request is about to be written. One that touches no counter is no part of the history.
    #[inline]
    pub(crate) fn started(&mut self, connection: Connection, at_ns: u64, operation: Operation) {
        if matches!(self.to, Listener::Nobody) {
            return;
        }
        let call = match operation.kind {
            Kind::Incr => Call::Add {
                key: key(operation.key),
                amount: self.amount,
            },
            Kind::Get => Call::get(key(operation.key)),
            Kind::Ping | Kind::Echo => return,
        };
        let now_ns = self.since_start(at_ns);
        match &mut self.held {
            Held::Begun {
                connection: same,
                at_ns,
                call: alike,
                count,
            } if (*same, *at_ns, *alike) == (connection, now_ns, call) => *count += 1,
            _ => {
                self.pass_on();
                self.held = Held::Begun {
                    connection,
                    at_ns: now_ns,
                    call,
                    count: 1,
                };
            }
        }
    }

    /// INCR or GET returned `value`.
    #[inline]
    pub(crate) fn returned(&mut self, connection: Connection, at_ns: u64, value: i64) {
        self.checked += 1;
        if matches!(self.to, Listener::Nobody) {
            return;
        }
        let at_ns = self.since_start(at_ns);
        let now = Held::Answered { connection, at_ns };
        if self.held != now {
            self.pass_on();
            self.held = now;
        }
        self.values.push(value);
    }

    /// Bytes came although nothing was asked. Whether the value in them, if there is one, was told before is the court's
    /// to say; else they are of this kind.
    pub(crate) fn left_over(
        &mut self,
        connection: Connection,
        at_ns: u64,
        (value, kind): (Option<i64>, AnomalyKind),
        describe: impl FnOnce() -> String,
    ) {
        let since_start_ns = self.since_start(at_ns);
        match (value, &self.to) {
            (Some(value), Listener::HistoryCheck(_) | Listener::CheckerThread(_)) => {
                self.observe(Event::returned(connection, since_start_ns, value));
            }
            (None, _) | (_, Listener::Nobody) => {
                self.found(kind, describe);
                if kind == AnomalyKind::ReplyUnsolicited {
                    self.nonsense(connection, at_ns, Anomaly::ReplyUnsolicited);
                }
            }
        }
    }

    /// A reply that touches no counter was compared with what it had to be.
    #[inline]
    pub(crate) fn compared(&mut self) {
        self.checked += 1;
    }

    /// The server refused INCR or GET.
    pub(crate) fn refused(&mut self, connection: Connection, at_ns: u64) {
        self.observe(Event::refused(connection, self.since_start(at_ns)));
    }

    /// The connection is gone; of its INCRs and GETs in flight the oldest `whole` had been written entirely.
    pub(crate) fn lost(&mut self, connection: Connection, at_ns: u64, whole: u32) {
        self.observe(Event::lost(connection, self.since_start(at_ns), whole));
    }

    /// Bytes came for an INCR or a GET that are no answer to it: a history file is to have it too.
    #[cold]
    pub(crate) fn nonsense(&mut self, connection: Connection, at_ns: u64, anomaly: Anomaly) {
        let what = What::Reported(anomaly);
        self.observe(Event::new(connection, self.since_start(at_ns), what));
    }

    /// Something was wrong with the bytes.
    #[cold]
    pub(crate) fn found(&mut self, kind: AnomalyKind, describe: impl FnOnce() -> String) {
        self.findings.add(kind, describe);
    }

    /// To be called now and then: nobody is kept waiting, and a crash costs no more of a history file than it must.
    pub(crate) fn look(&mut self, now_ns: u64) {
        self.pass_on();
        match &mut self.to {
            Listener::HistoryCheck(court) if now_ns >= self.flushed_ns + FLUSH_NS => {
                self.flushed_ns = now_ns;
                court.flush();
            }
            Listener::CheckerThread(desk) => desk.hand_over(now_ns.saturating_sub(self.start_ns)),
            Listener::HistoryCheck(_) | Listener::Nobody => {}
        }
    }

    /// Nothing more will be told for a while, or ever: the others need not wait.
    pub(crate) fn rest(&mut self, now_ns: u64) {
        self.pass_on();
        if let Listener::CheckerThread(desk) = &mut self.to {
            desk.hand_over(now_ns.saturating_sub(self.start_ns));
            desk.send(None);
        }
    }

    /// Nothing more will be told. Returns the court, if it is here.
    pub(crate) fn finish(mut self, now_ns: u64) -> CheckTotals {
        self.rest(now_ns);
        CheckTotals {
            court: match self.to {
                Listener::HistoryCheck(court) => Some(court),
                Listener::CheckerThread(_) | Listener::Nobody => None,
            },
            checked: self.checked,
            findings: self.findings,
        }
    }

    #[inline]
    fn since_start(&self, at_ns: u64) -> u64 {
        at_ns.saturating_sub(self.start_ns)
    }

    fn observe(&mut self, event: Event) {
        self.pass_on();
        match &mut self.to {
            Listener::HistoryCheck(court) => court.observe(event),
            Listener::CheckerThread(desk) => desk.observe(event),
            Listener::Nobody => {}
        }
    }

    /// Passes on what is held.
    fn pass_on(&mut self) {
        let listener: &mut dyn Observer = match &mut self.to {
            Listener::HistoryCheck(court) => court.as_mut(),
            Listener::CheckerThread(desk) => desk.as_mut(),
            Listener::Nobody => return,
        };
        match mem::replace(&mut self.held, Held::Nothing) {
            Held::Nothing => {}
            Held::Begun {
                connection,
                at_ns,
                call,
                count,
            } => listener.started_together(connection, at_ns, call, count),
            Held::Answered { connection, at_ns } => {
                listener.returned_together(connection, at_ns, &self.values);
                self.values.clear();
            }
        }
    }
}

/// The key of this number.
#[inline]
pub(crate) fn key(number: u32) -> Key {
    // A plan has at most `limits::KEYS` counters, which are fewer than a history may have.
    #[expect(clippy::expect_used, reason = "the line above")]
    Key::new(number).expect("a key of the plan")
}

/// The connection of this number.
pub(crate) fn connection(number: u32) -> Connection {
    // A plan has at most `limits::CONNECTIONS` of them, and the last look one more: fewer than a history may have.
    #[expect(clippy::expect_used, reason = "the line above")]
    Connection::new(number).expect("a connection of the plan")
}
