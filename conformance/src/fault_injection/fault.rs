//! What the proxy does to the truth, once.

/// The reply to which it happens: the load is under way by then.
pub const AT: usize = 100;

/// What happens to reply number [`AT`] of the connection that is first to get so far, or from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It comes after the next one.
    Swap,
    /// It comes twice.
    Duplicate,
    /// It does not come.
    Drop,
    /// Its value, or a byte of its payload, is another.
    Flip,
    /// Its type is another.
    Garble,
    /// It and the next three wait for the one behind them.
    Delay,
    /// Another connection gets it instead of a later reply of its own, which this one gets.
    Mix,
    /// The connection is reset instead.
    Reset,
    /// The connection is reset in the middle of it.
    ResetInTheMiddle,
    /// The connection is reset instead of passing on a request.
    Swallow,
}
