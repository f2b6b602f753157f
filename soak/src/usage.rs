//! What a process holds, from `/proc`.

use std::io;

use testkit::procfs::{Footprint, resident_kib};

/// What must not grow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Resident memory.
    pub(crate) memory_kib: u64,
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
}

impl Usage {
    /// The usage of a process now.
    pub(crate) fn of(process: u32) -> io::Result<Self> {
        let held = Footprint::try_of(process).map_err(io::Error::other)?;
        let memory_kib = resident_kib(process)
            .ok_or_else(|| io::Error::other("/proc/PID/status has no VmRSS"))?;
        Ok(Usage {
            memory_kib,
            descriptors: held.descriptors,
            threads: held.threads,
        })
    }

    /// The minimum or maximum of each field, as `of(a, b)` says.
    pub(crate) fn either(self, other: Self, of: impl Fn(u64, u64) -> u64) -> Self {
        let count = |a: usize, b: usize| of(a as u64, b as u64) as usize;
        Usage {
            memory_kib: of(self.memory_kib, other.memory_kib),
            descriptors: count(self.descriptors, other.descriptors),
            threads: count(self.threads, other.threads),
        }
    }
}
