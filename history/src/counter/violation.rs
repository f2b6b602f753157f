//! What is wrong with a reply, and which operation it contradicts.

use crate::anomaly::Anomaly;

/// What is wrong with a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) anomaly: Anomaly,
    pub(crate) conflict: Conflict,
}

/// The operation that the wrong reply contradicts, by the position it showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// No other operation: the reply is wrong by itself.
    Nothing,
    /// The INCR that returned this position before.
    Increment(u64),
    /// An operation that showed this position and ended before the wrong one began.
    Ended(u64),
    /// An operation of the same connection that showed this position.
    SameConnection(u64),
    /// The latest operation that showed this position.
    Latest(u64),
}
