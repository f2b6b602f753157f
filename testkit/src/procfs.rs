//! `/proc`: what a process holds, seen from outside.

use std::time::{Duration, Instant};

use procfs::ProcResult;
use procfs::process::{Process, Status};

use crate::until::until;

/// What a server holds for its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Open file descriptors.
    pub descriptors: usize,
    /// Threads, the first one included.
    pub threads: usize,
}

impl Footprint {
    /// Of a process, now.
    pub fn of(pid: u32) -> Self {
        Self::try_of(pid).unwrap()
    }

    /// Of a process, now.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn try_of(pid: u32) -> ProcResult<Self> {
        let process = process(pid)?;
        Ok(Self {
            // Not `fd_count`: it also counts the number that a waiting accept(2) has reserved.
            descriptors: process.fd()?.count(),
            threads: process.tasks()?.count(),
        })
    }
}

/// The limit on descriptors (`RLIMIT_NOFILE`, one more than the highest number) that leaves so many to spare.
pub fn descriptor_limit_with_spare(pid: u32, spare: usize) -> u64 {
    let files = process(pid).and_then(|process| process.fd()).unwrap();
    let open: Vec<_> = files.map(|file| file.unwrap().fd).collect();
    let last = (0..).filter(|number| !open.contains(number)).nth(spare - 1);
    last.expect("numbers do not end") as u64 + 1
}

/// The address space in use (`VmSize`), which `RLIMIT_AS` bounds.
pub fn address_space_bytes(pid: u32) -> u64 {
    kib(pid, |status| status.vmsize).unwrap() * 1024
}

/// The most bytes that were ever resident at once (`VmHWM`).
pub fn peak_resident_bytes(pid: u32) -> u64 {
    kib(pid, |status| status.vmhwm).unwrap() * 1024
}

/// The resident memory (`VmRSS`); `None` when the process has ended.
pub fn resident_kib(pid: u32) -> Option<u64> {
    kib(pid, |status| status.vmrss)
}

fn kib(pid: u32, field: fn(Status) -> Option<u64>) -> Option<u64> {
    field(process(pid).ok()?.status().ok()?)
}

/// Waits until the server uses no processor time. One that spins never gets there, however busy the machine is.
pub fn wait_until_idle(pid: u32) {
    const STILL: Duration = Duration::from_millis(100);
    let ticks = || {
        let stat = process(pid).and_then(|process| process.stat()).unwrap();
        stat.utime + stat.stime
    };
    let mut last = (ticks(), Instant::now());
    until("the server rests", || {
        let ticks = ticks();
        if ticks != last.0 {
            last = (ticks, Instant::now());
        }
        last.1.elapsed() >= STILL
    });
}

fn process(pid: u32) -> ProcResult<Process> {
    // Linux numbers its processes up to 2²² at most.
    Process::new(pid as i32)
}
