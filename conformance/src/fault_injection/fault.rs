//! The faults that the proxy can inject.

/// The zero-based index of the reply at which a fault is injected: the load is under way by then.
pub const AT: usize = 100;

/// What happens to reply [`AT`] of the first connection that gets so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It arrives after the next reply.
    Swap,
    /// It arrives twice, in one write.
    Duplicate,
    /// It arrives twice, in one write, while the next request is in flight.
    DuplicateInPipeline,
    /// It is lost.
    Drop,
    /// Its value, or one bit of its payload, changes.
    Corrupt,
    /// Its RESP type changes.
    ChangeType,
    /// It and the next three replies wait for the one after them.
    Delay,
    /// It is exchanged with a later reply of another connection.
    CrossConnections,
    /// The connection is reset before it.
    Reset,
    /// The connection is reset after half of it.
    ResetMidReply,
    /// The connection is reset, and a request is not forwarded.
    ResetBeforeRequest,
}
