//! What a process holds, from `/proc`.

use std::fs;
use std::io;

/// What must not grow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// Resident memory.
    pub(crate) memory_kib: u64,
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
}

impl Held {
    /// By a process, now.
    pub(crate) fn by(process: u32) -> io::Result<Self> {
        let entries =
            |folder| Ok::<_, io::Error>(fs::read_dir(format!("/proc/{process}/{folder}"))?.count());
        Ok(Held {
            memory_kib: memory_kib(process)?,
            descriptors: entries("fd")?,
            threads: entries("task")?,
        })
    }

    /// The least of each thing, or the most: `of(a, b)` decides.
    pub(crate) fn either(self, other: Self, of: impl Fn(u64, u64) -> u64) -> Self {
        let count = |a: usize, b: usize| of(a as u64, b as u64) as usize;
        Held {
            memory_kib: of(self.memory_kib, other.memory_kib),
            descriptors: count(self.descriptors, other.descriptors),
            threads: count(self.threads, other.threads),
        }
    }
}

fn memory_kib(process: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    status
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .trim()
                .strip_suffix(" kB")?
                .parse()
                .ok()
        })
        .ok_or_else(|| io::Error::other("/proc/PID/status has no VmRSS"))
}
