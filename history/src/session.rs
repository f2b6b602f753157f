//! One connection: its operations in flight, first in first out, and the greatest values it has been told.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;

use crate::event::{Connection, Key};
use crate::operation::{Kind, Operation};

/// Keys whose greatest value a connection remembers beyond what the judgement needs. The judgement needs a key only while
/// operations in flight overlap the one that set its value; older values merely tell "stale" from "non-monotonic".
const KEYS_REMEMBERED: usize = 1024;

/// An operation in flight. 24 bytes; with its bit among the holes this is all that an operation in flight costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    pub(crate) inv_ns: u64,
    /// The greatest position that any operation on the key had shown when this one began.
    pub(crate) floor: u64,
    pub(crate) key: Key,
    pub(crate) kind: Kind,
}

impl Pending {
    /// The operation as a witness, without an answer.
    pub(crate) fn unanswered(&self, connection: Connection, sequence: u64) -> Operation {
        Operation {
            kind: self.kind,
            key: self.key,
            connection,
            sequence,
            inv_ns: self.inv_ns,
            ret_ns: None,
            value: None,
        }
    }

    /// The operation as a witness, with its answer.
    pub(crate) fn answered(
        &self,
        connection: Connection,
        sequence: u64,
        ret_ns: u64,
        value: i64,
    ) -> Operation {
        Operation {
            ret_ns: Some(ret_ns),
            value: Some(value),
            ..self.unanswered(connection, sequence)
        }
    }
}

/// What one connection has been told about one key, as positions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) add: u64,
    pub(crate) get: u64,
    /// The operations of this connection from this sequence on began after the greatest of the two had arrived.
    settled_from: u64,
}

impl Seen {
    #[inline]
    pub(crate) fn greatest(&self) -> u64 {
        self.add.max(self.get)
    }

    /// Whether the operation was sent before the greatest value had arrived: both were in the pipeline together.
    pub(crate) fn overlaps(&self, sequence: u64) -> bool {
        sequence < self.settled_from
    }
}

/// One connection.
#[derive(Debug, Default)]
pub(crate) struct Session {
    in_flight: VecDeque<Pending>,
    started: u64,
    /// The key asked last and what was seen of it; with one key there is no other.
    last_key: Option<Key>,
    last: Seen,
    others: HashMap<Key, Seen, FixedState>,
    /// How many others there were when those no longer needed were last dropped.
    kept: usize,
    /// The key of the latest INCR that was told the very value that this connection had been told before.
    pub(crate) repeated: Option<Key>,
}

impl Session {
    #[inline]
    pub(crate) fn begin(&mut self, operation: Pending) {
        self.in_flight.push_back(operation);
        self.started += 1;
    }

    /// Takes the oldest operation in flight, with its sequence.
    #[inline]
    pub(crate) fn end(&mut self) -> Option<(Pending, u64)> {
        let sequence = self.started - self.in_flight.len() as u64;
        let operation = self.in_flight.pop_front()?;
        Some((operation, sequence))
    }

    /// The oldest operation in flight, with its sequence.
    pub(crate) fn oldest(&self) -> Option<(Pending, u64)> {
        let sequence = self.started - self.in_flight.len() as u64;
        Some((*self.in_flight.front()?, sequence))
    }

    /// The key that it asked for last, and what it was told.
    pub(crate) fn latest(&self) -> Option<(Key, u64)> {
        Some((self.last_key?, self.last.greatest()))
    }

    /// What this connection has been told about `key`.
    #[inline]
    pub(crate) fn seen(&mut self, key: Key) -> &Seen {
        if self.last_key != Some(key) {
            self.turn_to(key);
        }
        &self.last
    }

    /// Notes what it was told about the key that [`Self::seen`] was asked for last.
    #[inline]
    pub(crate) fn see(&mut self, kind: Kind, position: u64) {
        if position > self.last.greatest() {
            self.last.settled_from = self.started;
        }
        let seen = match kind {
            Kind::Add => &mut self.last.add,
            Kind::Get | Kind::Write => &mut self.last.get,
        };
        *seen = position.max(*seen);
    }

    fn turn_to(&mut self, key: Key) {
        let seen = self.others.remove(&key).unwrap_or_default();
        let left = std::mem::replace(&mut self.last, seen);
        if let Some(left_key) = self.last_key.replace(key) {
            self.others.insert(left_key, left);
        }
        if self.others.len() > KEYS_REMEMBERED + 2 * self.kept {
            self.forget();
        }
    }

    /// Keeps the keys that an operation in flight may still need: its own floor knows every value that had arrived before
    /// it began.
    #[cold]
    fn forget(&mut self) {
        let oldest = self.started - self.in_flight.len() as u64;
        self.others.retain(|_, seen| seen.overlaps(oldest));
        self.kept = self.others.len();
    }

    /// Bytes held on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        let entry = size_of::<(Key, Seen)>() + 1;
        self.in_flight.capacity() * size_of::<Pending>() + self.others.capacity() * entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> Key {
        Key::new(number).unwrap()
    }

    fn get(number: u32) -> Pending {
        Pending {
            inv_ns: 0,
            floor: 0,
            key: key(number),
            kind: Kind::Get,
        }
    }

    #[test]
    fn operations_end_in_the_order_of_their_beginning() {
        let mut session = Session::default();
        assert!(session.end().is_none());
        session.begin(get(1));
        session.begin(get(2));
        let (first, sequence) = session.end().unwrap();
        assert_eq!((first.key, sequence), (key(1), 0));
        session.begin(get(3));
        assert_eq!(session.end().unwrap().1, 1);
        assert_eq!(session.end().unwrap().1, 2);
    }

    #[test]
    fn what_was_seen_is_kept_per_key() {
        let mut session = Session::default();
        session.seen(key(1));
        session.see(Kind::Add, 10);
        session.seen(key(2));
        session.see(Kind::Get, 5);
        assert_eq!(session.seen(key(1)).add, 10);
        assert_eq!(session.seen(key(2)).get, 5);
        session.see(Kind::Get, 3);
        assert_eq!(session.seen(key(2)).get, 5);
    }

    #[test]
    fn memory_does_not_grow_with_the_keys() {
        let mut session = Session::default();
        for number in 0..20_000 {
            session.begin(get(number));
            session.end();
            session.seen(key(number));
            session.see(Kind::Get, 1);
        }
        assert!(session.others.len() <= KEYS_REMEMBERED);
    }

    #[test]
    fn nothing_is_forgotten_that_an_operation_in_flight_may_need() {
        let mut session = Session::default();
        for number in 0..10_000 {
            session.begin(get(number));
        }
        for number in 0..9_000 {
            session.end();
            session.seen(key(number));
            session.see(Kind::Get, 1 + u64::from(number));
        }
        assert!((0..9_000).all(|number| session.seen(key(number)).get == 1 + u64::from(number)));
    }
}
