//! An anomaly: count it, and find the operation that the wrong reply contradicts.

use super::Checker;
use crate::anomaly::Anomaly;
use crate::connection::ConnectionState;
use crate::counter::{Conflict, Unexplained, Violation};
use crate::counterexample::Counterexample;
use crate::event::{ConnectionId, Key};
use crate::operation::{Operation, OperationKind};

impl Checker {
    /// The reply to `faulty` cannot be right.
    #[cold]
    pub(super) fn wrong_reply(&mut self, violation: Violation, faulty: Operation, at_ns: u64) {
        let Violation { anomaly, conflict } = violation;
        let (key, connection) = (faulty.key, faulty.connection);
        self.found.count(anomaly);

        // A value that its connection has just received is an update lost, or the same reply sent twice. If a reply is left
        // over later, it was sent twice (`unsolicited_reply`).
        let state = &mut self.connections[connection.index()];
        if conflict == Conflict::Increment(state.seen(key).add) {
            state.repeated = Some(key);
        }
        if self.found.wants(anomaly) {
            self.found.keep(Counterexample {
                anomaly,
                key: Some(key),
                seen: Some((connection, at_ns)),
                value: faulty.value,
                faulty: Some(faulty),
                other: self.find(conflict, &faulty),
            });
        }
    }

    /// A reply came although nothing was in flight.
    #[cold]
    pub(super) fn unsolicited_reply(&mut self, connection: ConnectionId, at_ns: u64, value: i64) {
        if let Some(key) = self.connections[connection.index()].repeated.take() {
            let (from, to) = (Anomaly::LostUpdate, Anomaly::ReplyDuplicate);
            self.counters[key.index()].rename(from, to);
            return self.found.rename(connection, from, to);
        }
        let mut replies = self.recent.newest_first();
        let other = replies.find(|reply| reply.connection == connection);
        let anomaly = match other.is_some_and(|latest| latest.value == Some(value)) {
            true => Anomaly::ReplyDuplicate,
            false => Anomaly::ReplyUnsolicited,
        };
        self.found.count(anomaly);
        self.found.keep(Counterexample {
            anomaly,
            key: None,
            seen: Some((connection, at_ns)),
            value: Some(value),
            faulty: None,
            other,
        });
    }

    /// The client itself saw that the reply to the oldest request in flight is wrong.
    #[cold]
    pub(super) fn client_report(&mut self, connection: ConnectionId, at_ns: u64, anomaly: Anomaly) {
        let state = self.connections.get(connection.index());
        let oldest = state.and_then(ConnectionState::oldest);
        let faulty = oldest.map(|(operation, sequence)| operation.unanswered(connection, sequence));
        self.found.count(anomaly);
        self.found.keep(Counterexample {
            anomaly,
            key: faulty.map(|faulty| faulty.key),
            seen: Some((connection, at_ns)),
            value: None,
            faulty,
            other: None,
        });
    }

    /// The counter passed a value that no INCR can have made. The operation to show is one that returned this value or the
    /// value above it.
    pub(super) fn unexplained_value(&mut self, key: Key, found: &Unexplained) {
        let (anomaly, value) = (found.anomaly, found.value);
        self.found.count(anomaly);
        if self.found.wants(anomaly) {
            let shows = |reply: &Operation| {
                reply.key == key && [value, found.next_value].contains(&reply.value)
            };
            self.found.keep(Counterexample {
                anomaly,
                key: Some(key),
                seen: None,
                value,
                faulty: self.recent.newest_first().find(shows),
                other: found.too_late,
            });
        }
    }

    /// The operation that cannot be right together with the faulty one.
    fn find(&self, conflict: Conflict, faulty: &Operation) -> Option<Operation> {
        let (Conflict::Increment(position)
        | Conflict::Ended(position)
        | Conflict::SameConnection(position)
        | Conflict::Latest(position)) = conflict
        else {
            return None;
        };
        let value = self.counters[faulty.key.index()].value(position)?;
        self.recent.newest_first().find(|reply| {
            let is_other =
                (reply.connection, reply.sequence) != (faulty.connection, faulty.sequence);
            let matches = match conflict {
                Conflict::Increment(_) => reply.kind == OperationKind::Add,
                Conflict::Ended(_) => reply.ret_ns <= Some(faulty.inv_ns),
                Conflict::SameConnection(_) => reply.connection == faulty.connection,
                Conflict::Nothing | Conflict::Latest(_) => true,
            };
            reply.key == faulty.key && reply.value == Some(value) && is_other && matches
        })
    }
}
