//! Processor time that a hypervisor gave to other machines: nothing else explains a run that it spoilt.

use procfs::{CurrentSI as _, KernelStats};

/// USER_HZ is 100 on every Linux: proc_stat(5) and proc_pid_stat(5) count in it, whatever the kernel's own tick is.
pub(crate) const TICK_NS: u64 = 10_000_000;

/// Time stolen from all processors since the machine started; `None` where the kernel does not count it.
pub(crate) fn stolen_ns() -> Option<u64> {
    Some(KernelStats::current().ok()?.total.steal? * TICK_NS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_counts_it() {
        assert!(stolen_ns().is_some());
    }
}
