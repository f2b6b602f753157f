//! The last few thousand replies, kept so that a wrong one can be shown beside the operation that it contradicts.

use crate::connection::Pending;
use crate::event::{ConnectionId, Key};
use crate::operation::{Operation, OperationKind};

/// How many replies are remembered unless asked otherwise: more than a busy client has in flight, in 384 KiB.
pub(crate) const REPLIES: usize = 8192;

/// Answered operations that began together and were told this value and those that follow it: mostly one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) kind: OperationKind,
    pub(crate) key: Key,
    pub(crate) connection: ConnectionId,
    pub(crate) sequence: u64,
    pub(crate) inv_ns: u64,
    pub(crate) ret_ns: u64,
    pub(crate) value: i64,
    pub(crate) count: u16,
}

impl Reply {
    /// Of so many operations like this one, the first of them with this sequence.
    #[inline]
    pub(crate) fn new(
        operation: &Pending,
        (connection, sequence): (ConnectionId, u64),
        ret_ns: u64,
        value: i64,
        count: u16,
    ) -> Self {
        Self {
            kind: operation.kind,
            key: operation.key,
            connection,
            sequence,
            inv_ns: operation.inv_ns,
            ret_ns,
            value,
            count,
        }
    }

    /// Each for itself, the newest first.
    fn each(&self) -> impl Iterator<Item = Self> + use<> {
        let run = *self;
        (0..run.count).rev().map(move |place| Self {
            sequence: run.sequence + u64::from(place),
            value: run.value + i64::from(place),
            count: 1,
            ..run
        })
    }
}

impl From<Reply> for Operation {
    fn from(reply: Reply) -> Self {
        Self {
            kind: reply.kind,
            key: reply.key,
            connection: reply.connection,
            sequence: reply.sequence,
            inv_ns: reply.inv_ns,
            ret_ns: Some(reply.ret_ns),
            value: Some(reply.value),
        }
    }
}

/// A ring of replies: written once per reply, in order, and read only when something is wrong.
#[derive(Debug)]
pub(crate) struct Recent {
    replies: Vec<Reply>,
    /// Where the oldest stands once the ring is full.
    next: usize,
    limit: usize,
}

impl Recent {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            replies: Vec::new(),
            next: 0,
            limit: limit.max(1),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, reply: Reply) {
        match self.replies.get_mut(self.next) {
            Some(oldest) => *oldest = reply,
            None => self.replies.push(reply),
        }
        self.next += 1;
        if self.next == self.limit {
            self.next = 0;
        }
    }

    /// The replies, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = Reply> {
        let (newer, older) = self.replies.split_at(self.next);
        let runs = newer.iter().rev().chain(older.iter().rev());
        runs.flat_map(Reply::each)
    }

    /// Bytes held on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.replies.capacity() * size_of::<Reply>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_keeps_the_newest() {
        let mut recent = Recent::new(3);
        let values = |recent: &Recent| {
            recent
                .newest_first()
                .map(|reply| reply.value)
                .collect::<Vec<_>>()
        };
        for value in 1..=7 {
            recent.push(Reply {
                kind: OperationKind::Get,
                key: Key::new(0).unwrap(),
                connection: ConnectionId::new(0).unwrap(),
                sequence: 0,
                inv_ns: 0,
                ret_ns: 0,
                value,
                count: 1,
            });
            let expected: Vec<i64> = (1..=value).rev().take(3).collect();
            assert_eq!(values(&recent), expected);
        }
    }
}
