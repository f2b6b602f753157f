//! The check of one key: O(1) per operation, in memory that does not grow with the run.
//!
//! The check works on *positions*, not values. A counter that starts at `start` and is incremented by `amount` has the
//! value `start + p × amount` at position p. So INCRBY 5 and DECR are the same problem as INCR.

mod state;
mod violation;

mod recovery;
mod reply;
mod unsuccessful;

mod end;

pub(crate) use end::Unexplained;
pub(crate) use state::Counter;
pub(crate) use violation::{Conflict, Violation};
