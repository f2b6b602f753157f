//! Threads as the kernel shows them: /proc/PID/task/TID/{stat,status,wchan,schedstat}.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

/// The threads of a process, by number; none of a process that has ended.
pub(crate) fn threads(pid: u32) -> BTreeSet<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"));
    let number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    tasks
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(number)
        .collect()
}

/// What a thread is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    /// proc(5): `R` running or runnable, `S` interruptible sleep, `D` uninterruptible sleep.
    pub(crate) state: char,
    /// The function of the kernel in which it waits; `None` where the kernel does not say.
    pub(crate) function: Option<String>,
}

/// What this thread is doing now; `None` of a thread that has ended.
pub(crate) fn sample(pid: u32, thread: u32) -> Option<Sample> {
    let folder = format!("/proc/{pid}/task/{thread}");
    let stat = fs::read_to_string(format!("{folder}/stat")).ok()?;
    let function = fs::read_to_string(format!("{folder}/wchan")).ok();
    Some(Sample {
        state: state_in(&stat)?,
        function: function.filter(|name| !name.is_empty() && name != "0"),
    })
}

/// The state stands behind the name, which is in parentheses and may hold any.
fn state_in(stat: &str) -> Option<char> {
    stat.rsplit_once(") ")?.1.chars().next()
}

/// How often a thread was given a processor: the third number of schedstat.
pub(crate) fn times_run(pid: u32, thread: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{thread}/schedstat")).ok()?;
    text.split_whitespace().nth(2)?.parse().ok()
}

/// How long the threads of a process have run, or were ready to and waited for a processor: the first two numbers of schedstat.
/// `None` where the kernel does not count it.
pub(crate) fn ran_or_ready(pid: u32) -> Option<Duration> {
    let of = |thread| {
        let text = fs::read_to_string(format!("/proc/{pid}/task/{thread}/schedstat")).ok()?;
        let mut numbers = text.split_whitespace().map(str::parse::<u64>);
        Some(numbers.next()?.ok()? + numbers.next()?.ok()?)
    };
    let all = threads(pid);
    let sum: Option<u64> = all.iter().map(|thread| of(*thread)).sum();
    sum.filter(|ns| *ns > 0).map(Duration::from_nanos)
}

/// How often a thread gave up its processor, or was made to.
pub(crate) fn switches(pid: u32, thread: u32) -> Option<u64> {
    switches_in(&fs::read_to_string(format!("/proc/{pid}/task/{thread}/status")).ok()?)
}

fn switches_in(status: &str) -> Option<u64> {
    let number = |name: &str| -> Option<u64> {
        let value = status.lines().find_map(|line| line.strip_prefix(name))?;
        value.trim().parse().ok()
    };
    Some(number("voluntary_ctxt_switches:")? + number("nonvoluntary_ctxt_switches:")?)
}

/// Time in the kernel, field 15 of /proc/PID/stat: in steps of 10 ms, for USER_HZ is 100 on every Linux.
pub(crate) fn kernel_time_in(stat: &str) -> Option<Duration> {
    let ticks = stat.rsplit_once(") ")?.1.split_whitespace().nth(12)?;
    Some(Duration::from_millis(
        ticks.parse::<u64>().ok()?.checked_mul(10)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_mislead() {
        assert_eq!(state_in("7 (a) S (b)) R 1 2 3"), Some('R'));
        assert_eq!(state_in("nonsense"), None);
    }

    #[test]
    fn switches_of_both_kinds_are_added_and_ticks_become_time() {
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t2\n";
        assert_eq!(switches_in(status), Some(9));
        assert_eq!(switches_in("Name:\tx\n"), None);
        let stat = "7 (a b) S 1 7 7 0 -1 0 10 0 0 0 250 31 0 0 20 0 1 0";
        assert_eq!(kernel_time_in(stat), Some(Duration::from_millis(310)));
    }

    #[test]
    fn this_very_thread_is_seen_running() {
        let pid = std::process::id();
        assert!(threads(pid).contains(&pid));
        assert!(sample(pid, pid).is_some() && times_run(pid, pid).is_some());
        assert!(ran_or_ready(pid).is_some() && ran_or_ready(u32::MAX).is_none());
    }
}
