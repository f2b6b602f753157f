//! The threads of a process as the kernel shows them. The crate `procfs` reads /proc/PID/task; it lacks `wchan` of a thread.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use procfs::process::{Process, Task};

/// The threads of a process, by number; none of a process that has ended.
pub(crate) fn threads(pid: u32) -> BTreeSet<u32> {
    tasks(pid).map(|task| task.tid.unsigned_abs()).collect()
}

fn tasks(pid: u32) -> impl Iterator<Item = Task> {
    let tasks = process(pid).and_then(|process| process.tasks().ok());
    tasks.into_iter().flatten().flatten()
}

fn process(pid: u32) -> Option<Process> {
    Process::new(i32::try_from(pid).ok()?).ok()
}

fn task(pid: u32, thread: u32) -> Option<Task> {
    let thread = i32::try_from(thread).ok()?;
    process(pid)?.task_from_tid(thread).ok()
}

/// What a thread is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    /// proc(5): `R` running or ready to run, `S` interruptible sleep, `D` uninterruptible sleep.
    pub(crate) state: char,
    /// The function of the kernel in which it waits; `None` where the kernel does not say.
    pub(crate) function: Option<String>,
}

/// What this thread is doing now; `None` of a thread that has ended.
pub(crate) fn sample(pid: u32, thread: u32) -> Option<Sample> {
    let state = task(pid, thread)?.stat().ok()?.state;
    let function = fs::read_to_string(format!("/proc/{pid}/task/{thread}/wchan")).ok();
    Some(Sample {
        state,
        function: function.filter(|name| !name.is_empty() && name != "0"),
    })
}

/// How often a thread was given a processor.
pub(crate) fn times_run(pid: u32, thread: u32) -> Option<u64> {
    Some(task(pid, thread)?.schedstat().ok()?.pcount)
}

/// How long the threads of a process have run, or were ready to run and waited for a processor. `None` where the kernel does
/// not count it.
pub(crate) fn ran_or_ready(pid: u32) -> Option<Duration> {
    let of = |task: Task| {
        let times = task.schedstat().ok()?;
        Some(times.sum_exec_runtime + times.run_delay)
    };
    let sum: Option<u64> = tasks(pid).map(of).sum();
    sum.filter(|ns| *ns > 0).map(Duration::from_nanos)
}

/// How often the threads of a process gave up their processors, or were made to.
pub(crate) fn switches(pid: u32) -> Option<u64> {
    let of = |task: Task| {
        let status = task.status().ok()?;
        Some(status.voluntary_ctxt_switches? + status.nonvoluntary_ctxt_switches?)
    };
    tasks(pid).map(of).sum()
}

/// The processor time of a process in the kernel.
pub(crate) fn kernel_time(pid: u32) -> Option<Duration> {
    let ticks = process(pid)?.stat().ok()?.stime;
    let ticks_per_s = procfs::ticks_per_second();
    Some(Duration::from_nanos(ticks * 1_000_000_000 / ticks_per_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_thread_is_seen_running() {
        let pid = std::process::id();
        assert!(threads(pid).contains(&pid));
        assert!(sample(pid, pid).is_some() && times_run(pid, pid).is_some());
        assert!(switches(pid).is_some() && kernel_time(pid).is_some());
        assert!(ran_or_ready(pid).is_some() && ran_or_ready(u32::MAX).is_none());
    }
}
