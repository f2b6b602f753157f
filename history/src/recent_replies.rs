//! The last few thousand replies, kept to show a wrong one beside the operation that it contradicts.

use crate::connection::Pending;
use crate::event::{ConnectionId, Key};
use crate::operation::{Operation, OperationKind};

/// How many replies are remembered by default: more than a busy client has in flight, in 384 KiB.
pub(crate) const REPLIES: usize = 8192;

/// Operations that began together and returned this value and the values after it: mostly one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    kind: OperationKind,
    key: Key,
    connection: ConnectionId,
    sequence: u64,
    inv_ns: u64,
    ret_ns: u64,
    value: i64,
    count: u16,
}

impl Reply {
    /// `count` operations like this one were answered, the first with this sequence and value.
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

    /// The operations one by one, the newest first.
    fn operations(&self) -> impl Iterator<Item = Operation> + use<> {
        let run = *self;
        (0..run.count).rev().map(move |offset| Operation {
            kind: run.kind,
            key: run.key,
            connection: run.connection,
            sequence: run.sequence + u64::from(offset),
            inv_ns: run.inv_ns,
            ret_ns: Some(run.ret_ns),
            value: Some(run.value + i64::from(offset)),
        })
    }
}

/// A ring of replies: written once per reply, in order, and read only when something is wrong.
#[derive(Debug)]
pub(crate) struct RecentReplies {
    replies: Vec<Reply>,
    /// Where the oldest stands once the ring is full.
    next: usize,
    limit: usize,
}

impl RecentReplies {
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

    /// The answered operations, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = Operation> {
        let (newer, older) = self.replies.split_at(self.next);
        let runs = newer.iter().rev().chain(older.iter().rev());
        runs.flat_map(Reply::operations)
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
        let mut recent = RecentReplies::new(3);
        let values = |recent: &RecentReplies| {
            recent
                .newest_first()
                .filter_map(|reply| reply.value)
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
