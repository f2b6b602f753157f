//! What the load costs the server: from its own INFO where it has one, and from /proc where it runs on this machine.

use std::fs;

use results::ServerCost;

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
}

impl Process {
    /// The process of that number, if there is one.
    pub(crate) fn new(pid: u32) -> Option<Self> {
        fs::metadata(format!("/proc/{pid}"))
            .ok()
            .map(|_| Self { pid })
    }

    /// Resident memory now.
    pub(crate) fn rss_bytes(self) -> Option<u64> {
        kibibytes(&self.read("status")?, "VmRSS:")
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
        Self {
            cpu_user_ns: of_info("used_cpu_user").or(of_process.map(|(user_ns, _)| user_ns)),
            cpu_system_ns: of_info("used_cpu_sys").or(of_process.map(|(_, system_ns)| system_ns)),
            voluntary_switches: count("voluntary_context_switches"),
            involuntary_switches: count("involuntary_context_switches"),
        }
    }

    /// The cost of the window between two readings, with the levels at its end; `None` if nothing at all is known.
    pub(crate) fn until(
        self,
        end: Self,
        process: Option<Process>,
        rss_idle_bytes: Option<u64>,
    ) -> Option<ServerCost> {
        let since = |end: Option<u64>, start: Option<u64>| end?.checked_sub(start?);
        let status = process.and_then(|process| process.read("status"));
        let cost = ServerCost {
            cpu_user_ns: since(end.cpu_user_ns, self.cpu_user_ns),
            cpu_system_ns: since(end.cpu_system_ns, self.cpu_system_ns),
            voluntary_switches: since(end.voluntary_switches, self.voluntary_switches),
            involuntary_switches: since(end.involuntary_switches, self.involuntary_switches),
            run_queue_wait_ns: None,
            rss_idle_bytes,
            rss_bytes: status
                .as_deref()
                .and_then(|status| kibibytes(status, "VmRSS:")),
            pss_bytes: process
                .and_then(|process| kibibytes(&process.read("smaps_rollup")?, "Pss:")),
            threads: status
                .as_deref()
                .and_then(|status| line(status, "Threads:")?.parse().ok()),
            open_files: process.and_then(|process| {
                Some(
                    fs::read_dir(format!("/proc/{}/fd", process.pid))
                        .ok()?
                        .count() as u64,
                )
            }),
        };
        (cost != ServerCost::default()).then_some(cost)
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
        let cost = Sums::read(None, Some(process))
            .until(
                Sums::read(None, Some(process)),
                Some(process),
                process.rss_bytes(),
            )
            .unwrap();
        assert!(
            cost.cpu_ns().is_some()
                && cost.rss_bytes > Some(0)
                && cost.threads >= Some(1)
                && cost.open_files >= Some(3),
            "{cost:?}"
        );
        assert_eq!(
            cost.voluntary_switches, None,
            "what nobody said is not a zero"
        );
    }

    #[test]
    fn info_is_finer_than_ticks() {
        let info = |user: &str| {
            InfoText::new(format!(
                "# CPU\r\nused_cpu_sys:0.500000\r\nused_cpu_user:{user}\r\nvoluntary_context_switches:7\r\n"
            ))
        };
        let cost = Sums::read(Some(&info("1.000001")), None)
            .until(Sums::read(Some(&info("1.250003")), None), None, None)
            .unwrap();
        assert_eq!(
            (cost.cpu_user_ns, cost.cpu_system_ns),
            (Some(250_002_000), Some(0))
        );
        assert_eq!((cost.voluntary_switches, cost.rss_bytes), (Some(0), None));
    }

    #[test]
    fn of_a_target_that_says_nothing_nothing_is_known() {
        assert_eq!(
            Sums::read(None, None).until(Sums::read(None, None), None, None),
            None
        );
    }
}
