//! What a server process cost from the moment it was ready to its end. The kernel counts it, in the same way for every server.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::threads;

/// Sums over all threads of a process, ended threads included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessCost {
    /// Context switches, voluntary and involuntary.
    pub switches: u64,
    /// Processor time spent in the kernel.
    pub kernel: Duration,
}

impl ProcessCost {
    /// All children of this process that were waited for. A thread that ends takes its counts out of /proc with it; only
    /// here the kernel adds up whole processes (getrusage(2), `RUSAGE_CHILDREN`).
    pub(crate) fn of_ended_children() -> Option<Self> {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
        let switches = usage.voluntary_context_switches() + usage.involuntary_context_switches();
        let kernel_us = usage.system_time().num_microseconds();
        Some(Self {
            switches: u64::try_from(switches).ok()?,
            kernel: Duration::from_micros(u64::try_from(kernel_us).ok()?),
        })
    }

    /// A process that has just begun and has lost no thread yet. An interpreter has read its modules by then.
    pub(crate) fn so_far(pid: u32) -> Option<Self> {
        Some(Self {
            kernel: threads::kernel_time(pid)?,
            switches: threads::switches(pid)?,
        })
    }

    /// What was added since `earlier`.
    #[must_use]
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            switches: self.switches.saturating_sub(earlier.switches),
            kernel: self.kernel.saturating_sub(earlier.kernel),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_child_that_has_ended_is_counted() {
        let before = ProcessCost::of_ended_children().unwrap();
        // It gives up its processor at least once: it sleeps.
        Command::new("sleep").arg("0.01").status().unwrap();
        let cost = ProcessCost::of_ended_children().unwrap().since(before);
        assert!(cost.switches >= 1, "{cost:?}");
    }

    #[test]
    fn a_running_process_is_the_sum_of_its_threads() {
        assert!(ProcessCost::so_far(std::process::id()).is_some());
        assert_eq!(ProcessCost::so_far(u32::MAX), None, "no process is no zero");
    }
}
