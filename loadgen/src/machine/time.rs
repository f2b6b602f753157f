//! Times as the clock counts them.

use std::time::Duration;

/// A time in nanoseconds. A u64 holds 584 years of them.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
