//! One connection: its operations in flight, first in first out, and the greatest values it has received.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;

use crate::event::{ConnectionId, Key};
use crate::operation::{Operation, OperationKind};

/// Keys whose greatest value a connection remembers beyond what the check needs. The check needs a key only while
/// operations in flight overlap the one that set its value; older values merely tell "stale" from "non-monotonic".
const KEYS_REMEMBERED: usize = 1024;

/// Operations in flight that began together and are alike, as the requests of one write are: mostly one. 24 bytes; with a
/// bit in the gaps, an operation in flight costs no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) inv_ns: u64,
    /// The greatest position that any operation on the key had shown when this one began.
    pub(crate) floor: u64,
    pub(crate) key: Key,
    pub(crate) kind: OperationKind,
    pub(crate) count: u16,
}

impl Pending {
    /// The operation for a counterexample, without a reply.
    pub(crate) fn unanswered(&self, connection: ConnectionId, sequence: u64) -> Operation {
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

    /// The operation for a counterexample, with its reply.
    pub(crate) fn answered(
        &self,
        connection: ConnectionId,
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

/// The greatest positions that one connection has received for one key.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) add: u64,
    pub(crate) get: u64,
    /// From this sequence on, the operations of this connection began after the greater of the two had arrived.
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

    /// Notes a position that arrives. `begun` operations of the connection have begun by then.
    #[inline]
    pub(crate) fn note(&mut self, kind: OperationKind, position: u64, begun: u64) {
        if position > self.greatest() {
            self.settled_from = begun;
        }
        let seen = match kind {
            OperationKind::Add => &mut self.add,
            OperationKind::Get | OperationKind::Write => &mut self.get,
        };
        *seen = position.max(*seen);
    }
}

/// One connection.
#[derive(Debug, Default)]
pub(crate) struct ConnectionState {
    in_flight: VecDeque<Pending>,
    begun: u64,
    ended: u64,
    /// The first key of the connection. Most runs have no other.
    first: Option<(Key, Seen)>,
    others: HashMap<Key, Seen, FixedState>,
    /// How many others were left when keys were last dropped.
    kept: usize,
    /// The key of the latest INCR that returned the value this connection had received just before.
    pub(crate) repeated: Option<Key>,
}

impl ConnectionState {
    /// `count` operations like this one begin.
    #[inline]
    pub(crate) fn begin(&mut self, operation: Pending, count: u32) {
        self.begun += u64::from(count);
        let mut left = count;
        while left > 0 {
            let count = u16::try_from(left).unwrap_or(u16::MAX);
            self.in_flight.push_back(Pending { count, ..operation });
            left -= u32::from(count);
        }
    }

    /// Takes the oldest operation in flight, with its sequence.
    #[inline]
    pub(crate) fn end(&mut self) -> Option<(Pending, u64)> {
        let oldest = self.oldest()?;
        self.end_alike(1);
        Some(oldest)
    }

    /// Takes the oldest `count` operations in flight, at most [`alike`](Self::alike).
    #[inline]
    pub(crate) fn end_alike(&mut self, count: u16) {
        if let Some(oldest) = self.in_flight.front_mut() {
            self.ended += u64::from(count);
            oldest.count -= count;
            if oldest.count == 0 {
                self.in_flight.pop_front();
            }
        }
    }

    /// The oldest operation in flight, with its sequence.
    #[inline]
    pub(crate) fn oldest(&self) -> Option<(Pending, u64)> {
        Some((*self.in_flight.front()?, self.ended))
    }

    /// How many of the oldest operations in flight are known to be alike.
    #[inline]
    pub(crate) fn alike(&self) -> u16 {
        self.in_flight.front().map_or(0, |oldest| oldest.count)
    }

    /// How many operations have begun.
    #[inline]
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }

    /// What this connection has received for `key`.
    #[inline]
    pub(crate) fn seen(&mut self, key: Key) -> &mut Seen {
        let (first, seen) = self.first.get_or_insert((key, Seen::default()));
        if *first == key {
            return seen;
        }
        if self.others.len() > KEYS_REMEMBERED + 2 * self.kept {
            self.kept = drop_settled(&mut self.others, self.ended);
        }
        self.others.entry(key).or_default()
    }

    /// Bytes held on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        let entry = size_of::<(Key, Seen)>() + 1;
        self.in_flight.capacity() * size_of::<Pending>() + self.others.capacity() * entry
    }
}

/// Drops the keys that no operation in flight needs (`oldest` is the sequence of the first): an operation that began after
/// a value had arrived has that value in its own floor. Returns how many keys are left.
#[cold]
fn drop_settled(seen: &mut HashMap<Key, Seen, FixedState>, oldest: u64) -> usize {
    seen.retain(|_, seen| seen.overlaps(oldest));
    seen.len()
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
            kind: OperationKind::Get,
            count: 1,
        }
    }

    #[test]
    fn operations_end_in_the_order_of_their_beginning() {
        let mut connection = ConnectionState::default();
        assert!(connection.end().is_none());
        connection.begin(get(1), 1);
        connection.begin(get(2), 1);
        let (first, sequence) = connection.end().unwrap();
        assert_eq!((first.key, sequence), (key(1), 0));
        connection.begin(get(3), 1);
        assert_eq!(connection.end().unwrap().1, 1);
        assert_eq!(connection.end().unwrap().1, 2);
    }

    #[test]
    fn what_was_seen_is_kept_per_key() {
        let mut connection = ConnectionState::default();
        connection.seen(key(1)).note(OperationKind::Add, 10, 0);
        connection.seen(key(2)).note(OperationKind::Get, 5, 0);
        assert_eq!(connection.seen(key(1)).add, 10);
        assert_eq!(connection.seen(key(2)).get, 5);
        connection.seen(key(2)).note(OperationKind::Get, 3, 0);
        assert_eq!(connection.seen(key(2)).get, 5);
    }

    #[test]
    fn memory_does_not_grow_with_the_keys() {
        let mut connection = ConnectionState::default();
        for number in 0..20_000 {
            connection.begin(get(number), 1);
            connection.end();
            connection
                .seen(key(number))
                .note(OperationKind::Get, 1, u64::from(number) + 1);
        }
        assert!(connection.others.len() <= KEYS_REMEMBERED + 1);
    }

    #[test]
    fn nothing_is_forgotten_that_an_operation_in_flight_may_need() {
        let mut connection = ConnectionState::default();
        for number in 0..10_000 {
            connection.begin(get(number), 1);
        }
        for number in 0..9_000 {
            connection.end();
            connection
                .seen(key(number))
                .note(OperationKind::Get, 1 + u64::from(number), 10_000);
        }
        assert!((0..9_000).all(|number| connection.seen(key(number)).get == 1 + u64::from(number)));
    }
}
