//! Something is wrong: count it, and find the operation that the wrong reply contradicts.

use super::Checker;
use crate::anomaly::Anomaly;
use crate::connection::ConnectionState;
use crate::counter::{Fault, Sought, Unanswered, Unexplained};
use crate::event::{ConnectionId, Key};
use crate::findings::Counterexample;
use crate::operation::{Operation, OperationKind};
use crate::recent::Reply;

impl Checker {
    /// A reply convicts itself.
    #[cold]
    pub(super) fn blame(&mut self, fault: Fault, faulty: Operation, at_ns: u64) {
        let Fault { anomaly, sought } = fault;
        let Operation {
            key, connection, ..
        } = faulty;
        self.findings.count(anomaly);

        // A value that its connection was told just before may be an update lost or the same reply sent twice. If a reply
        // is left over in the end it was the latter (`unsolicited`).
        let session = &mut self.sessions[connection.index()];
        if sought == Sought::Holder(session.seen(key).add) {
            session.repeated = Some(key);
        }
        if self.findings.wants(anomaly) {
            let other = self.find(sought, &faulty);
            self.findings.keep(Counterexample {
                anomaly,
                key: Some(key),
                seen: Some((connection, at_ns)),
                value: faulty.value,
                faulty: Some(faulty),
                other,
            });
        }
    }

    /// A reply came although nothing was in flight.
    #[cold]
    pub(super) fn unsolicited(&mut self, connection: ConnectionId, at_ns: u64, value: i64) {
        let session = &mut self.sessions[connection.index()];
        if let Some(key) = session.repeated.take() {
            let (from, to) = (Anomaly::LostUpdate, Anomaly::ReplyDuplicate);
            self.counters[key.index()].rename(from, to);
            return self.findings.rename(connection, from, to);
        }
        let mut replies = self.recent.newest_first();
        let latest = replies.find(|reply| reply.connection == connection);
        let anomaly = match latest.is_some_and(|latest| latest.value == value) {
            true => Anomaly::ReplyDuplicate,
            false => Anomaly::ReplyUnsolicited,
        };
        let other = latest.map(Operation::from);
        self.findings.count(anomaly);
        self.findings.keep(Counterexample {
            anomaly,
            key: None,
            seen: Some((connection, at_ns)),
            value: Some(value),
            faulty: None,
            other,
        });
    }

    /// The client saw for itself that the reply to the oldest request in flight is wrong.
    #[cold]
    pub(super) fn reported(&mut self, connection: ConnectionId, at_ns: u64, anomaly: Anomaly) {
        let oldest = self
            .sessions
            .get(connection.index())
            .and_then(ConnectionState::oldest);
        let faulty = oldest.map(|(operation, sequence)| operation.unanswered(connection, sequence));
        self.findings.count(anomaly);
        self.findings.keep(Counterexample {
            anomaly,
            key: faulty.map(|faulty| faulty.key),
            seen: Some((connection, at_ns)),
            value: None,
            faulty,
            other: None,
        });
    }

    /// A value was passed that no INCR can have made. Whoever showed it, or the value above it, is the witness.
    pub(super) fn unexplained(&mut self, key: Key, found: &Unexplained) {
        let (anomaly, value) = (found.anomaly, found.value);
        self.findings.count(anomaly);
        if !self.findings.wants(anomaly) {
            return;
        }
        let shows = |reply: &Reply| {
            reply.key == key && [value, found.next_value].contains(&Some(reply.value))
        };
        let faulty = self.recent.newest_first().find(shows).map(Operation::from);
        let too_late = |add: &Unanswered| Operation {
            kind: OperationKind::Add,
            key,
            connection: add.connection,
            sequence: add.sequence,
            inv_ns: add.inv_ns,
            ret_ns: None,
            value: None,
        };
        self.findings.keep(Counterexample {
            anomaly,
            key: Some(key),
            seen: None,
            value,
            faulty,
            other: found.too_late.as_ref().map(too_late),
        });
    }

    /// The operation that, together with the faulty one, cannot be true.
    fn find(&self, sought: Sought, faulty: &Operation) -> Option<Operation> {
        let shown = match sought {
            Sought::Nobody => return None,
            Sought::Holder(position) | Sought::Ended(position) => position,
            Sought::OnThisConnection(position) | Sought::Shown(position) => position,
        };
        let value = self.counters[faulty.key.index()].value(shown)?;
        let is_it = |reply: &Reply| match sought {
            Sought::Holder(_) => reply.kind == OperationKind::Add,
            Sought::Ended(_) => reply.ret_ns <= faulty.inv_ns,
            Sought::OnThisConnection(_) => reply.connection == faulty.connection,
            Sought::Nobody | Sought::Shown(_) => true,
        };
        let is_faulty = |reply: &Reply| {
            (reply.connection, reply.sequence) == (faulty.connection, faulty.sequence)
        };
        let others = self
            .recent
            .newest_first()
            .filter(|reply| reply.key == faulty.key && !is_faulty(reply));
        others
            .filter(|reply| reply.value == value)
            .find(is_it)
            .map(Operation::from)
    }
}
