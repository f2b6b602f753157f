//! One clock for all threads of a run.

use std::time::Instant;

/// The monotonic clock of this machine, in nanoseconds since the run was planned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock whose time 0 is now.
    pub(crate) fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    /// The time now. A u64 of nanoseconds lasts 584 years.
    #[inline]
    pub(crate) fn now_ns(&self) -> u64 {
        self.origin.elapsed().as_nanos() as u64
    }
}
