//! The calling thread's cost so far: processor time, and time waiting for a processor.

use std::fs;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use results::ThreadCost;

/// Reads the calling thread's cost since it started; `None` if the kernel does not report it.
pub(crate) fn read() -> Option<ThreadCost> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    Some(ThreadCost {
        cpu_user_ns: nanoseconds(usage.user_time())?,
        cpu_system_ns: nanoseconds(usage.system_time())?,
        run_queue_wait_ns: run_queue_wait_ns(),
    })
}

/// Returns a thread's cost between two readings.
pub(crate) fn between(
    earlier: Option<ThreadCost>,
    later: Option<ThreadCost>,
) -> Option<ThreadCost> {
    Some(combine(&later?, &earlier?, u64::saturating_sub))
}

/// Returns the sum of a thread's costs in two intervals, if known.
pub(crate) fn sum(one: Option<&ThreadCost>, other: Option<&ThreadCost>) -> Option<ThreadCost> {
    match (one, other) {
        (Some(one), Some(other)) => Some(combine(one, other, u64::saturating_add)),
        (one, other) => one.or(other).cloned(),
    }
}

fn combine(one: &ThreadCost, other: &ThreadCost, by: fn(u64, u64) -> u64) -> ThreadCost {
    let waited_ns = one.run_queue_wait_ns.zip(other.run_queue_wait_ns);
    ThreadCost {
        cpu_user_ns: by(one.cpu_user_ns, other.cpu_user_ns),
        cpu_system_ns: by(one.cpu_system_ns, other.cpu_system_ns),
        run_queue_wait_ns: waited_ns.map(|(one, other)| by(one, other)),
    }
}

/// Reads the second number of schedstat (Linux, Documentation/scheduler/sched-stats.rst). The crate `procfs` reads it by
/// thread number, not for the calling thread.
fn run_queue_wait_ns() -> Option<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().nth(1)?.parse().ok()
}

fn nanoseconds(time: TimeVal) -> Option<u64> {
    let whole_ns = u64::try_from(time.tv_sec())
        .ok()?
        .checked_mul(1_000_000_000)?;
    whole_ns.checked_add(u64::try_from(time.tv_usec()).ok()? * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_measured() {
        let before = read();
        let sum: u64 = (0..20_000_000_u64).fold(0, |sum, n| std::hint::black_box(sum ^ n));
        let cost = between(before, read()).unwrap();
        assert!(
            cost.cpu_user_ns + cost.cpu_system_ns > 0,
            "{cost:?} for {sum}"
        );
    }
}
