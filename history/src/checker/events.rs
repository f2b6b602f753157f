//! The checker takes an event: the hot path, two calls per operation.

use super::Checker;
use crate::connection::{ConnectionState, Pending};
use crate::counter::Counter;
use crate::event::{Call, ConnectionId, Event, EventKind, EventSink, Key};
use crate::operation::OperationKind;
use crate::recent_replies::Reply;
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
            EventKind::Report(anomaly) => self.client_report(connection, at_ns, anomaly),
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
            Call::Write { .. } => {
                counter.give_up(Reason::OtherWrites);
                counter.floor()
            }
        };
        let operation = Pending {
            inv_ns,
            floor,
            key,
            kind,
            count: 0,
        };
        state(&mut self.connections, connection).begin(operation, count);
    }

    #[inline]
    fn ok_many(&mut self, connection: ConnectionId, ret_ns: u64, values: &[i64]) {
        let mut rest = values;
        while !rest.is_empty() {
            let state = state(&mut self.connections, connection);
            let alike = state.alike().max(1);
            let (run, others) = rest.split_at(rising(rest, alike));
            if run.len() == 1 || !self.run_ok(connection, ret_ns, run) {
                run.iter()
                    .for_each(|value| self.ok(connection, ret_ns, *value));
            }
            rest = others;
        }
    }
}

/// The length of the first run of consecutive values, at most `at_most`.
#[inline]
fn rising(values: &[i64], at_most: u16) -> usize {
    let steps = values.windows(2).take(usize::from(at_most) - 1);
    1 + steps
        .take_while(|two| two[0].checked_add(1) == Some(two[1]))
        .count()
}

impl Checker {
    /// The oldest operations in flight, which are alike, returned consecutive values. Takes them in one step if all of them
    /// are right. Otherwise returns false and changes nothing.
    #[inline]
    fn run_ok(&mut self, connection: ConnectionId, ret_ns: u64, values: &[i64]) -> bool {
        let state = state(&mut self.connections, connection);
        let (Some((operation, sequence)), Some(&value), Ok(count)) =
            (state.oldest(), values.first(), u16::try_from(values.len()))
        else {
            return false;
        };
        let begun = state.begun();
        let seen = state.seen(operation.key);
        let counter = &mut self.counters[operation.key.index()];
        let Some(last) = counter.run_ok(&operation, seen, value, u64::from(count)) else {
            return false;
        };
        seen.note(operation.kind, last, begun);
        state.end_alike(count);
        let first = (connection, sequence);
        self.recent
            .push(Reply::new(&operation, first, ret_ns, value, count));
        true
    }

    #[inline]
    fn ok(&mut self, connection: ConnectionId, ret_ns: u64, value: i64) {
        let state = state(&mut self.connections, connection);
        let Some((operation, sequence)) = state.end() else {
            return self.unsolicited_reply(connection, ret_ns, value);
        };
        let begun = state.begun();
        let seen = state.seen(operation.key);
        let counter = &mut self.counters[operation.key.index()];
        let outcome = counter.ok(&operation, sequence, seen, value);
        let which = (connection, sequence);
        self.recent
            .push(Reply::new(&operation, which, ret_ns, value, 1));
        match outcome {
            Ok(position) => seen.note(operation.kind, position, begun),
            Err(violation) => {
                let faulty = operation.answered(connection, sequence, ret_ns, value);
                self.wrong_reply(violation, faulty, ret_ns);
            }
        }
    }

    /// The connection is gone. The oldest `whole` operations in flight may still take effect; the others were not fully sent.
    pub(super) fn info(&mut self, connection: ConnectionId, at_ns: u64, whole: u32) {
        let state = state(&mut self.connections, connection);
        for _ in 0..whole {
            let Some((operation, sequence)) = state.end() else {
                break;
            };
            let counter = &mut self.counters[operation.key.index()];
            counter.info(&operation, sequence, connection, state.seen(operation.key));
        }
        while self.fail(connection, at_ns) {}
    }

    /// The oldest operation in flight must not have taken effect. Returns whether there was one.
    fn fail(&mut self, connection: ConnectionId, at_ns: u64) -> bool {
        let state = state(&mut self.connections, connection);
        let Some((operation, sequence)) = state.end() else {
            return false;
        };
        let outcome = self.counters[operation.key.index()].fail(&operation);
        if let Err(violation) = outcome {
            self.wrong_reply(violation, operation.unanswered(connection, sequence), at_ns);
        }
        true
    }

    #[inline]
    fn counter(&mut self, key: Key) -> &mut Counter {
        let level = self.level;
        slot(&mut self.counters, key.index(), || Counter::new(level))
    }
}

#[inline]
fn state(connections: &mut Vec<ConnectionState>, id: ConnectionId) -> &mut ConnectionState {
    slot(connections, id.index(), ConnectionState::default)
}

/// The slot of this number. Creates it and those before it if they are missing.
#[inline]
fn slot<T>(slots: &mut Vec<T>, index: usize, new: impl Fn() -> T) -> &mut T {
    if index >= slots.len() {
        slots.resize_with(index + 1, new);
    }
    &mut slots[index]
}
