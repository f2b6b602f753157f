//! A server process of this machine, as /proc and its clock show it.

use std::fs;
use std::time::Duration;

use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use crate::machine::host;
use crate::machine::stolen_time::TICK_NS;

/// A server process on this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process {
    pid: u32,
}

/// What the kernel keeps for each thread, and forgets with it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ThreadCounters {
    pub(super) threads: usize,
    pub(super) voluntary_switches: u64,
    pub(super) involuntary_switches: u64,
    /// Time spent runnable without a processor: the second number of schedstat (Linux, Documentation/scheduler/sched-stats.rst).
    pub(super) run_queue_wait_ns: u64,
}

impl Process {
    /// The process of that number, if there is one.
    pub(crate) fn new(pid: u32) -> Option<Self> {
        fs::metadata(format!("/proc/{pid}"))
            .ok()
            .map(|_| Self { pid })
    }

    /// Resident memory and threads now.
    pub(crate) fn levels(self) -> (Option<u64>, Option<u64>) {
        let status = self.read("status").unwrap_or_default();
        let threads = line(&status, "Threads:").and_then(|threads| threads.parse().ok());
        (kibibytes(&status, "VmRSS:"), threads)
    }

    /// Resident memory, with shared pages divided among those who share them.
    pub(crate) fn pss_bytes(self) -> Option<u64> {
        kibibytes(&self.read("smaps_rollup")?, "Pss:")
    }

    /// The processors that it is kept to.
    pub(crate) fn kept_to(self) -> Option<String> {
        host::kept_to(&self.pid.to_string())
    }

    /// Open file descriptors.
    pub(crate) fn open_files(self) -> Option<u64> {
        let folder = format!("/proc/{}/fd", self.pid);
        // From Linux 6.2 on their number is the folder's size; before, that is 0.
        match fs::metadata(&folder).ok()?.len() {
            0 => Some(fs::read_dir(&folder).ok()?.count() as u64),
            number => Some(number),
        }
    }

    /// Whether one of these is among its open files; those of another user's process nobody may see.
    pub(super) fn holds(self, sockets: &[String]) -> bool {
        let files = fs::read_dir(format!("/proc/{}/fd", self.pid));
        let links = files
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|file| fs::read_link(file.path()).ok());
        let mut held = links.map(|link| link.to_string_lossy().into_owned());
        held.any(|link| sockets.contains(&link))
    }

    /// Whether it has ended, and is at most there to be waited for: then it holds nothing any more, and its threads have taken their
    /// counts along.
    pub(crate) fn has_ended(self) -> bool {
        match self.stat(3).as_deref() {
            Some(state) => matches!(state, "Z" | "X"),
            None => Self::new(self.pid).is_none(),
        }
    }

    /// What its threads have been through, those that are alive.
    pub(super) fn turns(self) -> Option<ThreadCounters> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid)).ok()?;
        let mut sum = ThreadCounters::default();
        for task in tasks.flatten() {
            let read = |file| fs::read_to_string(task.path().join(file)).ok();
            // A thread that has just ended has taken its counts along.
            let (Some(schedstat), Some(status)) = (read("schedstat"), read("status")) else {
                continue;
            };
            let count = |name| line(&status, name)?.parse::<u64>().ok();
            sum.voluntary_switches += count("voluntary_ctxt_switches:")?;
            sum.involuntary_switches += count("nonvoluntary_ctxt_switches:")?;
            sum.run_queue_wait_ns += schedstat.split_whitespace().nth(1)?.parse::<u64>().ok()?;
            sum.threads += 1;
        }
        (sum.threads > 0).then_some(sum)
    }

    fn read(self, file: &str) -> Option<String> {
        fs::read_to_string(format!("/proc/{}/{file}", self.pid)).ok()
    }

    /// Processor time of all threads, those that have ended among them: the process's own clock, exact to the nanosecond.
    pub(super) fn cpu_ns(self) -> Option<u64> {
        let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(self.pid).ok()?)).ok()?;
        u64::try_from(Duration::from(clock.now().ok()?).as_nanos()).ok()
    }

    /// The same in user and system time, in steps of a clock tick (10 ms).
    pub(super) fn cpu_ticks_ns(self) -> Option<(u64, u64)> {
        Some((self.stat_ns(14)?, self.stat_ns(15)?))
    }

    /// Whether it can be the server that says it has been up for so long. What INFO calls a process may be one of another machine, or of
    /// a container that counts its own.
    pub(super) fn has_been_up_for(self, said: Duration) -> bool {
        let up = || Some(since_boot()?.saturating_sub(Duration::from_nanos(self.stat_ns(22)?)));
        up().is_none_or(|up| up.abs_diff(said) <= SAME_AGE)
    }

    /// A time in /proc/PID/stat, by the number of its field.
    fn stat_ns(self, field: usize) -> Option<u64> {
        self.stat(field)?.parse::<u64>().ok()?.checked_mul(TICK_NS)
    }

    /// What stands in /proc/PID/stat, by the number of the field in proc_pid_stat(5).
    fn stat(self, field: usize) -> Option<String> {
        let stat = self.read("stat")?;
        // The second field, a name in parentheses, may hold spaces and parentheses; what follows the last one may not.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        fields.nth(field - 3).map(str::to_owned)
    }
}

/// A server that counts whole seconds, and begins to when it is ready, is at most so much younger or older than its process.
const SAME_AGE: Duration = Duration::from_secs(5);

/// Time since this machine was started.
fn since_boot() -> Option<Duration> {
    let time = clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?;
    Some(Duration::from(time))
}

/// A line such as `VmRSS:     1234 kB`.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let kib: u64 = line(text, name)?.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

fn line<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use nix::sys::wait::{Id, WaitPidFlag, waitid};

    use super::*;

    #[test]
    fn this_very_process_can_be_read() {
        let process = Process::new(std::process::id()).unwrap();
        let (rss_bytes, threads) = process.levels();
        assert!(process.cpu_ticks_ns().is_some() && rss_bytes > Some(0) && threads >= Some(1));
        assert!(process.open_files() >= Some(3) && process.pss_bytes() > Some(0));
        // The thread of this test has been woken at least to run it.
        assert!(process.turns().unwrap().run_queue_wait_ns > 0);
    }

    #[test]
    fn a_thread_that_waits_is_a_switch() {
        let process = Process::new(std::process::id()).unwrap();
        let (to_it, from_us) = std::sync::mpsc::channel::<()>();
        let (to_us, from_it) = std::sync::mpsc::channel();
        let other = std::thread::spawn(move || {
            while from_us.recv().is_ok() {
                to_us.send(()).unwrap();
            }
        });
        let before = process.turns().unwrap();
        let more = || process.turns().unwrap().voluntary_switches > before.voluntary_switches;
        // Threads of other tests may end meanwhile and take theirs along: ours are more in the end.
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
    fn one_that_only_waits_to_be_waited_for_has_ended() {
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
    fn a_process_of_another_age_is_another() {
        let process = Process::new(std::process::id()).unwrap();
        let up = since_boot().unwrap() - Duration::from_nanos(process.stat_ns(22).unwrap());
        assert!(process.has_been_up_for(up));
        assert!(!process.has_been_up_for(up + SAME_AGE + SAME_AGE));
    }
}
