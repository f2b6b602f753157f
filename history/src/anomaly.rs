//! The names of what can be wrong with a reply, in the field's terms, and how often each was seen.

use std::fmt;
use std::ops::{Index, IndexMut};

/// What is wrong with a reply. The first group is found by the judge; the second is what only the client can see in the
/// bytes, reported with [`What::Reported`](crate::What::Reported) so that one verdict holds everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Anomaly {
    /// Two INCRs were told the same new value: one of them left no trace in the counter.
    LostUpdate,
    /// An INCR was told a value not above one that its own connection had received before the INCR began.
    CounterRegression,
    /// A GET returned less than an operation of another connection that had ended before the GET began.
    StaleRead,
    /// A GET returned less than an earlier GET of its own connection.
    NonMonotonicRead,
    /// A GET returned less than an earlier INCR of its own connection.
    ReadYourWrites,
    /// An INCR was told a value below that of an operation of another connection that had ended before the INCR began:
    /// each connection's view is in order, the clock on the wall is not (not linearizable, though sequentially consistent).
    RealTimeViolation,
    /// A GET returned more than all INCRs begun by then could have made.
    FutureRead,
    /// The counter holds an increment that nobody sent: a value that no INCR can account for.
    PhantomIncrement,
    /// Replies of one connection's pipeline came in another order than the requests: an INCR was told less than the
    /// request sent before it.
    ReplyOutOfOrder,
    /// A value came twice on one connection and a reply was left over: the reply itself was sent twice.
    ReplyDuplicate,
    /// An INCR took effect that no reply told of, while the request that was left without a reply began too late to be it.
    ReplyMissing,

    /// A reply to nothing.
    ReplyUnsolicited,
    /// A reply that belongs to another connection.
    CrossTalk,
    /// An echo that differs from what was sent.
    PayloadCorruption,
    /// An echo shorter than what was sent.
    PayloadTruncation,
    /// Bytes that are not the protocol.
    ProtocolError,
}

impl Anomaly {
    /// Every anomaly, in the order of declaration.
    pub const ALL: [Self; 16] = [
        Self::LostUpdate,
        Self::CounterRegression,
        Self::StaleRead,
        Self::NonMonotonicRead,
        Self::ReadYourWrites,
        Self::RealTimeViolation,
        Self::FutureRead,
        Self::PhantomIncrement,
        Self::ReplyOutOfOrder,
        Self::ReplyDuplicate,
        Self::ReplyMissing,
        Self::ReplyUnsolicited,
        Self::CrossTalk,
        Self::PayloadCorruption,
        Self::PayloadTruncation,
        Self::ProtocolError,
    ];

    /// Its name, singular.
    pub fn name(self) -> &'static str {
        match self {
            Self::LostUpdate => "lost update",
            Self::CounterRegression => "counter regression",
            Self::StaleRead => "stale read",
            Self::NonMonotonicRead => "non-monotonic read",
            Self::ReadYourWrites => "read-your-writes violation",
            Self::RealTimeViolation => "real-time violation",
            Self::FutureRead => "future read",
            Self::PhantomIncrement => "phantom increment",
            Self::ReplyOutOfOrder => "reply out of order",
            Self::ReplyDuplicate => "duplicate reply",
            Self::ReplyMissing => "missing reply",
            Self::ReplyUnsolicited => "unsolicited reply",
            Self::CrossTalk => "cross-talk",
            Self::PayloadCorruption => "payload corruption",
            Self::PayloadTruncation => "payload truncation",
            Self::ProtocolError => "protocol error",
        }
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How often each anomaly was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Anomaly::ALL.len()]);

impl Counts {
    /// All anomalies together.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The anomalies that were seen at least once, with how often.
    pub fn seen(&self) -> impl Iterator<Item = (Anomaly, u64)> + '_ {
        let counts = Anomaly::ALL.into_iter().zip(self.0);
        counts.filter(|&(_, count)| count > 0)
    }
}

impl Index<Anomaly> for Counts {
    type Output = u64;

    fn index(&self, anomaly: Anomaly) -> &u64 {
        &self.0[anomaly as usize]
    }
}

impl IndexMut<Anomaly> for Counts {
    fn index_mut(&mut self, anomaly: Anomaly) -> &mut u64 {
        &mut self.0[anomaly as usize]
    }
}
