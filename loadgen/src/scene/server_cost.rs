//! What the load costs the server: from its own INFO where it has one, and from /proc where it runs on this machine.

use std::fs;

use results::ServerCost;

use crate::scene::host;
use crate::scene::info::InfoText;

/// A server process on this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process {
    pid: u32,
}

/// Sums since the server began: what a window cost is the difference of two of these.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    cpu_user_ns: Option<u64>,
    cpu_system_ns: Option<u64>,
    voluntary_switches: Option<u64>,
    involuntary_switches: Option<u64>,
    run_queue_wait_ns: Option<u64>,
}

/// What the kernel keeps for each thread, and forgets with it.
#[derive(Debug, Clone, Copy, Default)]
struct Turns {
    threads: usize,
    voluntary_switches: u64,
    involuntary_switches: u64,
    /// Time spent runnable without a processor: the second number of schedstat (Linux, Documentation/scheduler/sched-stats.rst).
    run_queue_wait_ns: u64,
}

/// More threads than this are not asked one by one: looking would cost more than it shows.
const MOST_THREADS: usize = 256;

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

    /// What its threads have been through, those that are alive.
    fn turns(self) -> Option<Turns> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid)).ok()?;
        let tasks: Vec<_> = tasks.flatten().take(MOST_THREADS + 1).collect();
        if tasks.len() > MOST_THREADS {
            return None;
        }
        let mut sum = Turns::default();
        for task in tasks {
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

    /// User and system time of all threads, those that have ended among them, in steps of a clock tick (10 ms).
    fn cpu_ns(self) -> Option<(u64, u64)> {
        let stat = self.read("stat")?;
        // The name in parentheses may hold spaces and parentheses; what follows the last one may not.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut next_ns = || fields.next()?.parse::<u64>().ok()?.checked_mul(TICK_NS);
        Some((next_ns()?, next_ns()?))
    }
}

/// USER_HZ is 100 on every Linux: proc_pid_stat(5) counts in it whatever the kernel's own tick is.
const TICK_NS: u64 = 10_000_000;

impl Sums {
    /// Reads what there is. INFO's own numbers are finer than /proc's ticks, and they count threads that have ended.
    pub(crate) fn read(info: Option<&InfoText>, process: Option<Process>) -> Self {
        let of_info = |name| info.and_then(|info| info.seconds_as_ns(name));
        let of_process = process.and_then(Process::cpu_ns);
        let count = |name| info.and_then(|info| info.number(name));
        let turns = process.and_then(Process::turns);
        Self {
            cpu_user_ns: of_info("used_cpu_user").or(of_process.map(|(user_ns, _)| user_ns)),
            cpu_system_ns: of_info("used_cpu_sys").or(of_process.map(|(_, system_ns)| system_ns)),
            voluntary_switches: count("voluntary_context_switches")
                .or(turns.map(|turns| turns.voluntary_switches)),
            involuntary_switches: count("involuntary_context_switches")
                .or(turns.map(|turns| turns.involuntary_switches)),
            run_queue_wait_ns: turns.map(|turns| turns.run_queue_wait_ns),
        }
    }

    /// What happened between two readings: no levels, only sums.
    pub(crate) fn until(self, end: Self) -> ServerCost {
        let since = |end: Option<u64>, start: Option<u64>| end?.checked_sub(start?);
        // A server that no longer answers is read by /proc's ticks, which may lie a little behind what it last said of itself.
        let at_least_none =
            |end: Option<u64>, start: Option<u64>| Some(end?.saturating_sub(start?));
        ServerCost {
            cpu_user_ns: at_least_none(end.cpu_user_ns, self.cpu_user_ns),
            cpu_system_ns: at_least_none(end.cpu_system_ns, self.cpu_system_ns),
            voluntary_switches: since(end.voluntary_switches, self.voluntary_switches),
            involuntary_switches: since(end.involuntary_switches, self.involuntary_switches),
            run_queue_wait_ns: since(end.run_queue_wait_ns, self.run_queue_wait_ns),
            ..ServerCost::default()
        }
    }

    /// The sums at a share of the way to a later reading.
    pub(crate) fn towards(self, later: Self, share: f64) -> Self {
        let between = |from: Option<u64>, to: Option<u64>| {
            let (from, to) = (from?, to?);
            Some(from + (to.saturating_sub(from) as f64 * share).round() as u64)
        };
        Self {
            cpu_user_ns: between(self.cpu_user_ns, later.cpu_user_ns),
            cpu_system_ns: between(self.cpu_system_ns, later.cpu_system_ns),
            voluntary_switches: between(self.voluntary_switches, later.voluntary_switches),
            involuntary_switches: between(self.involuntary_switches, later.involuntary_switches),
            run_queue_wait_ns: between(self.run_queue_wait_ns, later.run_queue_wait_ns),
        }
    }

    #[cfg(test)]
    pub(crate) fn of_cpu(cpu_user_ns: u64, cpu_system_ns: u64) -> Self {
        Self {
            cpu_user_ns: Some(cpu_user_ns),
            cpu_system_ns: Some(cpu_system_ns),
            ..Self::default()
        }
    }
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
    use super::*;

    #[test]
    fn this_very_process_can_be_read() {
        let process = Process::new(std::process::id()).unwrap();
        let sums = Sums::read(None, Some(process));
        let (rss_bytes, threads) = process.levels();
        assert!(sums.cpu_user_ns.is_some() && rss_bytes > Some(0) && threads >= Some(1));
        assert!(process.open_files() >= Some(3) && process.pss_bytes() > Some(0));
        // The thread of this test has been woken at least to run it.
        assert!(sums.voluntary_switches.is_some() && sums.run_queue_wait_ns > Some(0));
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
    fn info_is_finer_than_ticks() {
        let info = |user: &str| {
            InfoText::new(format!(
                "# CPU\r\nused_cpu_sys:0.500000\r\nused_cpu_user:{user}\r\nvoluntary_context_switches:7\r\n"
            ))
        };
        let cost = Sums::read(Some(&info("1.000001")), None)
            .until(Sums::read(Some(&info("1.250003")), None));
        assert_eq!(
            (cost.cpu_user_ns, cost.cpu_system_ns),
            (Some(250_002_000), Some(0))
        );
        assert_eq!((cost.voluntary_switches, cost.rss_bytes), (Some(0), None));
    }

    #[test]
    fn of_a_target_that_says_nothing_nothing_is_known() {
        assert_eq!(
            Sums::read(None, None).until(Sums::read(None, None)),
            ServerCost::default()
        );
    }
}
