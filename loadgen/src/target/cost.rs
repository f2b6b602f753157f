//! The server's cost: from INFO if it has one, and from /proc if it runs on this machine.

use results::ServerCost;

use super::info::Info;
use super::server_process::Process;

/// The server's cost since it started. The cost of a window is the difference of two readings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CostReading {
    cpu_ns: Option<u64>,
    /// The division into user and system time is less exact, and may be read slightly earlier or later.
    cpu_user_ns: Option<u64>,
    cpu_system_ns: Option<u64>,
    voluntary_switches: Option<u64>,
    involuntary_switches: Option<u64>,
    run_queue_wait_ns: Option<u64>,
}

impl CostReading {
    /// Reads all sources. INFO divides the time more finely than /proc's ticks, and its switches include ended threads.
    pub(crate) fn read(info: Option<&Info>, process: Option<Process>) -> Self {
        let of_info = |name| info.and_then(|info| info.seconds_as_ns(name));
        let count = |name| info.and_then(|info| info.number(name));
        let said = of_info("used_cpu_user").zip(of_info("used_cpu_sys"));
        let divided = said.or_else(|| process.and_then(Process::cpu_ticks_ns));
        let threads = process.and_then(Process::thread_counters);
        Self {
            cpu_ns: process
                .and_then(Process::cpu_ns)
                .or(divided.map(|(user_ns, system_ns)| user_ns + system_ns)),
            cpu_user_ns: divided.map(|(user_ns, _)| user_ns),
            cpu_system_ns: divided.map(|(_, system_ns)| system_ns),
            voluntary_switches: count("voluntary_context_switches")
                .or(threads.map(|threads| threads.voluntary_switches)),
            involuntary_switches: count("involuntary_context_switches")
                .or(threads.map(|threads| threads.involuntary_switches)),
            run_queue_wait_ns: threads.map(|threads| threads.run_queue_wait_ns),
        }
    }

    /// Returns the cost between two readings, without levels.
    pub(crate) fn until(self, end: Self) -> ServerCost {
        let since = |end: Option<u64>, start: Option<u64>| end?.checked_sub(start?);
        let cpu = self.cpu_until(end);
        ServerCost {
            cpu_user_ns: cpu.map(|(user_ns, _)| user_ns),
            cpu_system_ns: cpu.map(|(_, system_ns)| system_ns),
            voluntary_switches: since(end.voluntary_switches, self.voluntary_switches),
            involuntary_switches: since(end.involuntary_switches, self.involuntary_switches),
            run_queue_wait_ns: since(end.run_queue_wait_ns, self.run_queue_wait_ns),
            ..ServerCost::default()
        }
    }

    /// Returns user and system time; their sum is exact. Without a tick between the readings, the totals' ratio divides it.
    fn cpu_until(self, end: Self) -> Option<(u64, u64)> {
        let cpu_ns = end.cpu_ns?.checked_sub(self.cpu_ns?)?;
        let (user_ns, system_ns) = (end.cpu_user_ns?, end.cpu_system_ns?);
        // After INFO stops answering, /proc's ticks are used; they may be slightly behind INFO's last values.
        let (user_since_ns, system_since_ns) = (
            user_ns.saturating_sub(self.cpu_user_ns?),
            system_ns.saturating_sub(self.cpu_system_ns?),
        );
        let (part_ns, whole_ns) = match user_since_ns + system_since_ns {
            0 => (user_ns, user_ns + system_ns),
            whole_ns => (user_since_ns, whole_ns),
        };
        let share = part_ns as f64 / whole_ns.max(1) as f64;
        let user_ns = (cpu_ns as f64 * share).round() as u64;
        Some((user_ns, cpu_ns - user_ns.min(cpu_ns)))
    }

    /// Interpolates the sums towards a later reading.
    pub(crate) fn towards(self, later: Self, share: f64) -> Self {
        let between = |from: Option<u64>, to: Option<u64>| {
            let (from, to) = (from?, to?);
            Some(from + (to.saturating_sub(from) as f64 * share).round() as u64)
        };
        Self {
            cpu_ns: between(self.cpu_ns, later.cpu_ns),
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
            cpu_ns: Some(cpu_user_ns + cpu_system_ns),
            cpu_user_ns: Some(cpu_user_ns),
            cpu_system_ns: Some(cpu_system_ns),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_is_finer_than_ticks() {
        let info = |user: &str| {
            Info::new(format!(
                "# CPU\r\nused_cpu_sys:0.500000\r\nused_cpu_user:{user}\r\nvoluntary_context_switches:7\r\n"
            ))
        };
        let cost = CostReading::read(Some(&info("1.000001")), None)
            .until(CostReading::read(Some(&info("1.250003")), None));
        assert_eq!(
            (cost.cpu_user_ns, cost.cpu_system_ns),
            (Some(250_002_000), Some(0))
        );
        assert_eq!((cost.voluntary_switches, cost.rss_bytes), (Some(0), None));
    }

    #[test]
    fn less_than_a_tick_is_divided_as_the_totals() {
        let divided = |cpu_ns, ticks: (u64, u64)| CostReading {
            cpu_ns: Some(cpu_ns),
            cpu_user_ns: Some(ticks.0),
            cpu_system_ns: Some(ticks.1),
            ..CostReading::default()
        };
        let parts = |from: CostReading, to: CostReading| {
            let cost = from.until(to);
            (cost.cpu_user_ns.unwrap(), cost.cpu_system_ns.unwrap())
        };
        let start = divided(40_000_123, (30_000_000, 10_000_000));
        let soon = divided(40_000_523, (30_000_000, 10_000_000));
        let later = divided(50_000_123, (30_000_000, 20_000_000));
        assert_eq!(parts(start, soon), (300, 100));
        assert_eq!(parts(start, later), (0, 10_000_000));
        let first = divided(700, (0, 0));
        assert_eq!(parts(divided(0, (0, 0)), first), (0, 700), "no tick at all");
    }

    #[test]
    fn a_target_without_data_has_no_cost() {
        assert_eq!(
            CostReading::read(None, None).until(CostReading::read(None, None)),
            ServerCost::default()
        );
    }
}
