//! How much is checked.

/// How much is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Linearizability: everything in [`Level::Replies`], and no reply is older or newer than real time allows.
    #[default]
    Full,
    /// What needs no common clock: INCR values are unique, each connection's replies are in order, and every value is
    /// accounted for at the end. Only the events of one connection must be in order.
    Replies,
}
