//! The checker hears an event: the hot path, two calls per operation.

use super::Checker;
use crate::connection::{ConnectionState, Pending};
use crate::counter::Counter;
use crate::event::{Call, ConnectionId, Event, EventKind, EventSink, Key};
use crate::operation::OperationKind;
use crate::recent::Reply;
use crate::verdict::Reason;

impl EventSink for Checker {
    #[inline]
    fn observe(&mut self, event: Event) {
        let Event {
            at_ns,
            connection,
            kind,
        } = event;
        match kind {
            EventKind::Invoke(call) => self.invoke_many(connection, at_ns, call, 1),
            EventKind::Ok(value) => self.ok(connection, at_ns, value),
            EventKind::Fail => {
                self.fail(connection, at_ns);
            }
            EventKind::Info { whole } => self.info(connection, at_ns, whole),
            EventKind::Declare { key, start } => self.counter(key).declare(start),
            EventKind::Report(anomaly) => self.reported(connection, at_ns, anomaly),
        }
    }

    #[inline]
    fn invoke_many(&mut self, connection: ConnectionId, inv_ns: u64, call: Call, count: u32) {
        self.operations += u64::from(count);
        let (key, kind) = match call {
            Call::Add { key, .. } => (key, OperationKind::Add),
            Call::Get { key } => (key, OperationKind::Get),
            Call::Write { key } => (key, OperationKind::Write),
        };
        let counter = self.counter(key);
        let floor = match call {
            Call::Add { amount, .. } => counter.begin_adds(amount, count),
            Call::Get { .. } => counter.floor(),
            Call::Write { .. } => counter.give_up(Reason::OtherWrites),
        };
        let operation = Pending {
            inv_ns,
            floor,
            key,
            kind,
        };
        slot(
            &mut self.sessions,
            connection.index(),
            ConnectionState::default,
        )
        .begin(operation, count);
    }

    #[inline]
    fn ok_many(&mut self, connection: ConnectionId, ret_ns: u64, values: &[i64]) {
        let mut rest = values;
        while !rest.is_empty() {
            let session = slot(
                &mut self.sessions,
                connection.index(),
                ConnectionState::default,
            );
            let alike = session.alike().max(1);
            let (run, others) = rest.split_at(rising(rest, alike));
            if run.len() == 1 || !self.run_ok(connection, ret_ns, run) {
                run.iter()
                    .for_each(|value| self.ok(connection, ret_ns, *value));
            }
            rest = others;
        }
    }
}

/// How many values, at the beginning and at most so many, follow one another.
#[inline]
fn rising(values: &[i64], at_most: u16) -> usize {
    let steps = values.windows(2).take(usize::from(at_most) - 1);
    1 + steps
        .take_while(|two| two[0].checked_add(1) == Some(two[1]))
        .count()
}

impl Checker {
    /// The oldest operations in flight, which are alike, were told values that follow one another. Says whether all is well
    /// with them: then that is all that there is to do, and else nothing is done yet.
    #[inline]
    fn run_ok(&mut self, connection: ConnectionId, ret_ns: u64, values: &[i64]) -> bool {
        let session = slot(
            &mut self.sessions,
            connection.index(),
            ConnectionState::default,
        );
        let (Some((operation, sequence)), Some(&value), Ok(count)) = (
            session.oldest(),
            values.first(),
            u16::try_from(values.len()),
        ) else {
            return false;
        };
        let begun = session.begun();
        let seen = session.seen(operation.key);
        let counter = &mut self.counters[operation.key.index()];
        let Some(last) = counter.run_ok(&operation, seen, value, u64::from(count)) else {
            return false;
        };
        seen.note(operation.kind, last, begun);
        session.end_alike(count);
        let first = (connection, sequence);
        self.recent
            .push(Reply::new(&operation, first, ret_ns, value, count));
        true
    }

    #[inline]
    fn ok(&mut self, connection: ConnectionId, ret_ns: u64, value: i64) {
        let session = slot(
            &mut self.sessions,
            connection.index(),
            ConnectionState::default,
        );
        let Some((operation, sequence)) = session.end() else {
            return self.unsolicited(connection, ret_ns, value);
        };
        let begun = session.begun();
        let seen = session.seen(operation.key);
        let counter = &mut self.counters[operation.key.index()];
        let outcome = counter.ok(&operation, sequence, seen, value);
        let which = (connection, sequence);
        self.recent
            .push(Reply::new(&operation, which, ret_ns, value, 1));
        match outcome {
            Ok(position) => seen.note(operation.kind, position, begun),
            Err(fault) => {
                let faulty = operation.answered(connection, sequence, ret_ns, value);
                self.blame(fault, faulty, ret_ns);
            }
        }
    }

    /// Of the operations in flight the oldest `whole` may yet take effect; the others were never sent entirely.
    pub(super) fn info(&mut self, connection: ConnectionId, at_ns: u64, whole: u32) {
        let session = slot(
            &mut self.sessions,
            connection.index(),
            ConnectionState::default,
        );
        for _ in 0..whole {
            let Some((operation, sequence)) = session.end() else {
                break;
            };
            let counter = &mut self.counters[operation.key.index()];
            counter.info(
                &operation,
                sequence,
                connection,
                session.seen(operation.key),
            );
        }
        while self.fail(connection, at_ns) {}
    }

    /// The oldest operation in flight must have had no effect. Says whether there was one.
    fn fail(&mut self, connection: ConnectionId, at_ns: u64) -> bool {
        let session = slot(
            &mut self.sessions,
            connection.index(),
            ConnectionState::default,
        );
        let Some((operation, sequence)) = session.end() else {
            return false;
        };
        let outcome = self.counters[operation.key.index()].fail(&operation);
        if let Err(fault) = outcome {
            self.blame(fault, operation.unanswered(connection, sequence), at_ns);
        }
        true
    }

    #[inline]
    fn counter(&mut self, key: Key) -> &mut Counter {
        let level = self.level;
        slot(&mut self.counters, key.index(), || Counter::new(level, 0))
    }
}

/// The slot of this number, with the slots before it made where they are missing.
#[inline]
fn slot<T>(slots: &mut Vec<T>, index: usize, new: impl Fn() -> T) -> &mut T {
    if index >= slots.len() {
        slots.resize_with(index + 1, new);
    }
    &mut slots[index]
}
