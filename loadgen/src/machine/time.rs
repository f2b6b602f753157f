//! Times in nanoseconds.

use std::time::Duration;

/// Returns a time in nanoseconds. A u64 holds 584 years.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
