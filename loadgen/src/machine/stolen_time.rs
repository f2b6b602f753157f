//! Stolen time: processor time that the hypervisor gave to other machines.

use procfs::{CurrentSI as _, KernelStats};

/// USER_HZ is 100 on every Linux. proc_stat(5) and proc_pid_stat(5) use it, not the kernel's own tick.
pub(crate) const TICK_NS: u64 = 10_000_000;

/// Returns the time stolen from all processors since boot; `None` if the kernel does not count it.
pub(crate) fn stolen_ns() -> Option<u64> {
    Some(KernelStats::current().ok()?.total.steal? * TICK_NS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_counts_stolen_time() {
        assert!(stolen_ns().is_some());
    }
}
