//! A server process on this machine, read from /proc and its CPU clock.

use std::fs;
use std::time::Duration;

use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use procfs::process::{FDTarget, Stat};

use crate::machine::host;
use crate::machine::stolen_time::TICK_NS;

/// A server process on this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process {
    pid: i32,
}

/// The kernel's counters per thread; they are lost when the thread ends.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ThreadCounters {
    pub(super) threads: usize,
    pub(super) voluntary_switches: u64,
    pub(super) involuntary_switches: u64,
    /// Time spent runnable without a processor (Linux, Documentation/scheduler/sched-stats.rst).
    pub(super) run_queue_wait_ns: u64,
}

impl Process {
    /// Returns the process with that number, if there is one.
    pub(crate) fn new(pid: u32) -> Option<Self> {
        let process = Self {
            pid: i32::try_from(pid).ok()?,
        };
        process.proc().map(|_| process)
    }

    /// Returns resident memory and threads now.
    pub(crate) fn levels(self) -> (Option<u64>, Option<u64>) {
        let status = self.proc().and_then(|proc| proc.status().ok());
        let rss_kib = status.as_ref().and_then(|status| status.vmrss);
        let rss_bytes = rss_kib.map(|kib| kib * 1_024);
        (rss_bytes, status.map(|status| status.threads))
    }

    /// Returns the proportional set size: a page shared by n processes counts 1/n.
    pub(crate) fn pss_bytes(self) -> Option<u64> {
        let sums = self.proc()?.smaps_rollup().ok()?.memory_map_rollup;
        sums.0.first()?.extension.map.get("Pss").copied()
    }

    /// Returns the processors that it is pinned to.
    pub(crate) fn kept_to(self) -> Option<String> {
        host::allowed_cpus(self.proc()?)
    }

    /// Returns open file descriptors. The crate `procfs` also counts `.` and `..` before Linux 6.2.
    pub(crate) fn open_files(self) -> Option<u64> {
        let folder = format!("/proc/{}/fd", self.pid);
        // Since Linux 6.2 their number is the folder's size; before, the size is 0.
        match fs::metadata(&folder).ok()?.len() {
            0 => Some(fs::read_dir(&folder).ok()?.count() as u64),
            number => Some(number),
        }
    }

    /// Whether one of these sockets is among its open files. Another user's process shows none.
    pub(super) fn holds(self, sockets: &[u64]) -> bool {
        let files = self.proc().and_then(|proc| proc.fd().ok());
        let mut files = files.into_iter().flatten().flatten();
        files.any(|file| matches!(file.target, FDTarget::Socket(inode) if sockets.contains(&inode)))
    }

    /// Whether it has ended. A zombie has: its memory, files and thread counters are gone.
    pub(crate) fn has_ended(self) -> bool {
        match self.stat() {
            Some(stat) => matches!(stat.state, 'Z' | 'X'),
            None => self.proc().is_none(),
        }
    }

    /// Returns the counters of its live threads.
    pub(super) fn thread_counters(self) -> Option<ThreadCounters> {
        let mut sum = ThreadCounters::default();
        for task in self.proc()?.tasks().ok()?.flatten() {
            // A thread that has just ended has no counters.
            let (Ok(schedstat), Ok(status)) = (task.schedstat(), task.status()) else {
                continue;
            };
            sum.voluntary_switches += status.voluntary_ctxt_switches?;
            sum.involuntary_switches += status.nonvoluntary_ctxt_switches?;
            sum.run_queue_wait_ns += schedstat.run_delay;
            sum.threads += 1;
        }
        (sum.threads > 0).then_some(sum)
    }

    /// Returns processor time of all threads, including ended ones: the process's CPU clock, in nanoseconds.
    pub(super) fn cpu_ns(self) -> Option<u64> {
        let clock = clock_getcpuclockid(Pid::from_raw(self.pid)).ok()?;
        u64::try_from(Duration::from(clock.now().ok()?).as_nanos()).ok()
    }

    /// Returns user and system time, in clock ticks of 10 ms.
    pub(super) fn cpu_ticks_ns(self) -> Option<(u64, u64)> {
        let stat = self.stat()?;
        Some((stat.utime * TICK_NS, stat.stime * TICK_NS))
    }

    /// Whether its uptime matches the one that INFO reports. INFO's process number may be of another machine, or of a
    /// container's own PID namespace.
    pub(super) fn has_been_up_for(self, uptime: Duration) -> bool {
        let up = self.up();
        up.is_none_or(|up| up.abs_diff(uptime) <= UPTIME_TOLERANCE)
    }

    /// Returns the time since it started.
    fn up(self) -> Option<Duration> {
        let since_boot = Duration::from(clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?);
        let started = Duration::from_nanos(self.stat()?.starttime * TICK_NS);
        Some(since_boot.saturating_sub(started))
    }

    fn stat(self) -> Option<Stat> {
        self.proc()?.stat().ok()
    }

    fn proc(self) -> Option<procfs::process::Process> {
        procfs::process::Process::new(self.pid).ok()
    }
}

/// Largest difference between both uptimes: the server counts whole seconds, and only from when it is ready.
const UPTIME_TOLERANCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use nix::sys::wait::{Id, WaitPidFlag, waitid};

    use super::*;

    #[test]
    fn this_process_can_be_read() {
        let process = Process::new(std::process::id()).unwrap();
        let (rss_bytes, threads) = process.levels();
        assert!(process.cpu_ticks_ns().is_some() && rss_bytes > Some(0) && threads >= Some(1));
        assert!(process.open_files() >= Some(3) && process.pss_bytes() > Some(0));
        // The thread of this test waited for a processor at least once.
        assert!(process.thread_counters().unwrap().run_queue_wait_ns > 0);
    }

    #[test]
    fn a_waiting_thread_counts_a_switch() {
        let process = Process::new(std::process::id()).unwrap();
        let (to_it, from_us) = std::sync::mpsc::channel::<()>();
        let (to_us, from_it) = std::sync::mpsc::channel();
        let other = std::thread::spawn(move || {
            while from_us.recv().is_ok() {
                to_us.send(()).unwrap();
            }
        });
        let before = process.thread_counters().unwrap();
        let more =
            || process.thread_counters().unwrap().voluntary_switches > before.voluntary_switches;
        // Other tests' threads may end and take their counts with them, so switch until the sum exceeds it.
        while !more() {
            to_it.send(()).unwrap();
            from_it.recv().unwrap();
        }
        drop(to_it);
        other.join().unwrap();
    }

    #[test]
    fn the_clock_of_a_process_is_finer_than_its_ticks() {
        let process = Process::new(std::process::id()).unwrap();
        let is_between_ticks = |_| process.cpu_ns().is_some_and(|ns| ns % TICK_NS != 0);
        assert!((0..1_000).any(is_between_ticks));
    }

    #[test]
    fn a_zombie_has_ended() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let process = Process::new(child.id()).unwrap();
        assert!(!process.has_ended());
        drop(child.stdin.take());
        let id = Id::Pid(Pid::from_raw(child.id() as i32));
        waitid(id, WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
        assert!(process.has_ended(), "it is a zombie");
        child.wait().unwrap();
        assert!(process.has_ended(), "it is not there");
    }

    #[test]
    fn a_process_with_another_uptime_does_not_match() {
        let process = Process::new(std::process::id()).unwrap();
        let up = process.up().unwrap();
        assert!(process.has_been_up_for(up));
        assert!(!process.has_been_up_for(up + UPTIME_TOLERANCE + UPTIME_TOLERANCE));
    }
}
