//! Processor time that a hypervisor gave to other machines: nothing else explains a run that it spoilt.

use std::fs;

/// USER_HZ is 100 on every Linux: proc_stat(5) and proc_pid_stat(5) count in it, whatever the kernel's own tick is.
pub(crate) const TICK_NS: u64 = 10_000_000;

/// Time stolen from all processors since the machine started; `None` where the kernel does not count it.
pub(crate) fn stolen_ns() -> Option<u64> {
    of_stat(&fs::read_to_string("/proc/stat").ok()?)
}

/// The eighth number of the line `cpu`.
fn of_stat(stat: &str) -> Option<u64> {
    let numbers = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: u64 = numbers.split_whitespace().nth(7)?.parse().ok()?;
    Some(ticks * TICK_NS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eighth_number_is_it() {
        assert_eq!(
            of_stat("cpu  1 2 3 4 5 6 7 80 9 10\ncpu0 1\n"),
            Some(800_000_000)
        );
        assert_eq!(of_stat("cpu  1 2 3\n"), None);
        assert!(stolen_ns().is_some());
    }
}
