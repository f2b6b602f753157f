//! What can be wrong with a reply, in the field's terms, and how often each was seen.

use std::fmt;
use std::ops::{Index, IndexMut};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can be wrong with an answer, by the names of the field.
// This doc and the variants' first lines are part of the results' JSON schema. The comments give the exact conditions.
// The checker finds the first group. Only the client sees the second, in the bytes; it reports them as
// `EventKind::Report`, so that one verdict holds everything.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Anomaly {
    /// An acknowledged increment vanished.
    // Two INCRs returned the same new value: the counter holds only one of them.
    LostUpdate,
    /// A counter went backwards.
    // An INCR returned a value not above one that its own connection had received before.
    CounterRegression,
    /// A read returned a value that had already been replaced when it began.
    // A GET returned less than an operation of another connection that had ended before the GET began.
    StaleRead,
    /// One client's reads went backwards.
    // A GET returned less than an earlier GET of its own connection.
    NonMonotonicRead,
    /// A client did not see its own write.
    // A GET returned less than an earlier INCR of its own connection.
    ReadYourWrites,
    /// Two operations took effect in another order than they happened.
    // An INCR returned less than an operation of another connection that ended before its invocation. Each
    // connection alone is in order: the history is sequentially consistent, but not linearizable.
    RealTimeViolation,
    /// A read returned a value before anything wrote it.
    // A GET returned more than all INCRs begun by then could have made.
    FutureRead,
    /// An increment that no client made.
    // No INCR can account for a value that the counter passed.
    PhantomIncrement,
    /// Replies came in another order than their requests.
    // In one connection's pipeline an INCR returned less than the request sent before it.
    ReplyOutOfOrder,
    /// A reply came twice.
    // A value came twice on one connection, and a reply was left over: the reply itself was sent twice.
    ReplyDuplicate,
    /// A reply never came, though later ones did.
    // An INCR took effect that no reply shows, and the unanswered request was invoked too late to be it.
    ReplyMissing,

    /// A reply without a request.
    ReplyUnsolicited,
    /// A reply that belongs to another connection.
    CrossTalk,
    /// A payload came back changed.
    PayloadCorruption,
    /// A payload came back short.
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
        self.words().0
    }

    /// What happened, in one sentence.
    pub fn meaning(self) -> &'static str {
        self.words().1
    }

    /// Whether a counter that loses updates shows it; all else is a fault of another kind.
    pub fn shows_a_lost_update(self) -> bool {
        matches!(
            self,
            Self::LostUpdate
                | Self::CounterRegression
                | Self::StaleRead
                | Self::NonMonotonicRead
                | Self::ReadYourWrites
                | Self::RealTimeViolation
                | Self::FutureRead
        )
    }

    /// Name and meaning.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::LostUpdate => ("lost update", "an acknowledged increment vanished"),
            Self::CounterRegression => ("counter regression", "a counter went backwards"),
            Self::StaleRead => (
                "stale read",
                "a read returned a value already replaced when it began",
            ),
            Self::NonMonotonicRead => ("non-monotonic read", "one client's reads went backwards"),
            Self::ReadYourWrites => (
                "read-your-writes violation",
                "a client did not see its own write",
            ),
            Self::RealTimeViolation => (
                "real-time violation",
                "operations took effect in another order than they happened",
            ),
            Self::FutureRead => (
                "future read",
                "a read returned a value before anything wrote it",
            ),
            Self::PhantomIncrement => (
                "phantom increment",
                "the counter holds an increment that nobody made",
            ),
            Self::ReplyOutOfOrder => (
                "reply out of order",
                "replies came in another order than their requests",
            ),
            Self::ReplyDuplicate => ("duplicate reply", "a reply came twice"),
            Self::ReplyMissing => ("missing reply", "a reply never came, though later ones did"),
            Self::ReplyUnsolicited => ("unsolicited reply", "a reply came that nobody asked for"),
            Self::CrossTalk => ("cross-talk", "a reply belongs to another connection"),
            Self::PayloadCorruption => ("payload corruption", "a payload came back changed"),
            Self::PayloadTruncation => ("payload truncation", "a payload came back short"),
            Self::ProtocolError => ("protocol error", "bytes came that are not the protocol"),
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

    /// One anomaly turns out to be another.
    pub(crate) fn rename(&mut self, from: Anomaly, to: Anomaly) {
        self[from] -= 1;
        self[to] += 1;
    }

    /// The anomalies that were seen at least once, and how often.
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
