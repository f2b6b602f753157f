//! The server's cost over time: read in every interval of the run if that is cheap, and interpolated linearly.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use results::ServerCost;

use super::cost::CostReading;
use super::server_process::Process;

/// Least time between two readings: less than an interval's 100 ms, so that every interval has one.
const EVERY_NS: u64 = 90_000_000;

/// Reading takes at most a hundredth of this thread's time: a server with ten thousand threads is read less often.
const TIMES_ITS_COST: u64 = 100;

/// Most readings kept. Beyond it every other one is dropped and the time between readings doubles.
const MOST: usize = 1_200;

/// The server's cost at several times of the run.
#[derive(Debug)]
pub(crate) struct CostSeries {
    process: Option<Process>,
    readings: Vec<Reading>,
    every_ns: u64,
    /// Our processor time for the last reading.
    cost_ns: u64,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    at_ns: u64,
    sums: CostReading,
    rss_bytes: Option<u64>,
    threads: Option<u64>,
    open_files: Option<u64>,
}

impl CostSeries {
    /// Returns an empty series; `process` is the server's, if it runs on this machine.
    pub(crate) fn new(process: Option<Process>) -> Self {
        Self {
            process,
            readings: Vec::new(),
            every_ns: EVERY_NS,
            cost_ns: 0,
        }
    }

    /// Whether it is time for another reading.
    pub(crate) fn is_due(&self, now_ns: u64) -> bool {
        let pause_ns = self.every_ns.max(self.cost_ns * TIMES_ITS_COST);
        self.readings
            .last()
            .is_none_or(|last| now_ns >= last.at_ns + pause_ns)
    }

    /// Takes a reading and keeps it.
    pub(crate) fn take(&mut self, at_ns: u64, sums: impl FnOnce() -> CostReading) {
        let before_ns = own_cpu_ns();
        self.add(at_ns, sums());
        self.cost_ns = own_cpu_ns().saturating_sub(before_ns);
    }

    /// Keeps a reading, unless it is empty or the process has ended.
    fn add(&mut self, at_ns: u64, sums: CostReading) {
        let (rss_bytes, threads) = self.process.map_or((None, None), Process::levels);
        let open_files = self.process.and_then(Process::open_files);
        // Checked last: the process may end during the reading.
        if sums == CostReading::default() || self.process.is_some_and(Process::has_ended) {
            return;
        }
        self.readings.push(Reading {
            at_ns,
            sums,
            rss_bytes,
            threads,
            open_files,
        });
        if self.readings.len() > MOST {
            let mut place = 0;
            self.readings.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.every_ns *= 2;
        }
    }

    /// Returns the cost between two times of the run; `None` if unknown.
    pub(crate) fn between(&self, start_ns: u64, end_ns: u64) -> Option<ServerCost> {
        let (first, last) = (self.readings.first()?, self.readings.last()?);
        // There is no data before the first reading, or after the last.
        let (start_ns, end_ns) = (start_ns.max(first.at_ns), end_ns.min(last.at_ns));
        if start_ns >= end_ns {
            return None;
        }
        let cost = self.sums_at(start_ns)?.until(self.sums_at(end_ns)?);
        let level = self
            .readings
            .iter()
            .rev()
            .find(|reading| reading.at_ns <= end_ns)?;
        let cost = ServerCost {
            rss_bytes: level.rss_bytes,
            threads: level.threads,
            open_files: level.open_files,
            ..cost
        };
        (cost != ServerCost::default()).then_some(cost)
    }

    /// Interpolates the sums linearly between two readings.
    fn sums_at(&self, at_ns: u64) -> Option<CostReading> {
        let after = self
            .readings
            .iter()
            .position(|reading| reading.at_ns >= at_ns)?;
        let right = self.readings[after];
        let left = self.readings[after.saturating_sub(1)];
        let span_ns = right.at_ns - left.at_ns;
        let share = if span_ns == 0 {
            1.0
        } else {
            (at_ns - left.at_ns) as f64 / span_ns as f64
        };
        Some(left.sums.towards(right.sums, share))
    }
}

/// Returns the calling thread's processor time, without its waits for replies.
fn own_cpu_ns() -> u64 {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map_or(0, |time| Duration::from(time).as_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use nix::sys::wait::{Id, WaitPidFlag, waitid};
    use nix::unistd::Pid;

    use super::*;

    fn watch(readings: impl Iterator<Item = (u64, u64)>) -> CostSeries {
        let mut watch = CostSeries::new(None);
        for (at_ns, cpu_user_ns) in readings {
            watch.add(at_ns, CostReading::of_cpu(cpu_user_ns, 0));
        }
        watch
    }

    #[test]
    fn the_cost_is_linear_between_readings() {
        let watch = watch([(100, 0), (200, 1_000), (300, 1_000)].into_iter());
        let cpu = |start_ns, end_ns| {
            watch
                .between(start_ns, end_ns)
                .and_then(|cost| cost.cpu_ns())
        };
        assert_eq!(cpu(100, 300), Some(1_000));
        assert_eq!(cpu(120, 170), Some(500));
        assert_eq!(cpu(150, 250), Some(500));
        assert_eq!(cpu(0, 150), Some(500));
        assert_eq!((cpu(0, 100), cpu(300, 400)), (None, None));
    }

    #[test]
    fn the_levels_are_those_of_the_latest_reading() {
        let mut watch = CostSeries::new(Process::new(std::process::id()));
        (0..3).for_each(|number| watch.add(number, CostReading::of_cpu(number, 0)));
        let cost = watch.between(0, 2).unwrap();
        assert!(cost.rss_bytes > Some(0) && cost.threads > Some(0) && cost.open_files >= Some(3));
    }

    #[test]
    fn an_ended_process_adds_no_reading() {
        let mut watch = watch([(100, 0), (200, 1_000)].into_iter());
        watch.add(300, CostReading::default());
        let cpu_ns = watch.between(0, u64::MAX).and_then(|cost| cost.cpu_ns());
        assert_eq!(cpu_ns, Some(1_000), "what it cost until it went is known");
    }

    #[test]
    fn a_zombie_keeps_its_last_levels() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let mut watch = CostSeries::new(Process::new(child.id()));
        (0..2).for_each(|number| watch.add(number, CostReading::of_cpu(number, 0)));
        let alive = watch.between(0, u64::MAX);
        child.kill().unwrap();
        let id = Id::Pid(Pid::from_raw(child.id() as i32));
        waitid(id, WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT).unwrap();
        watch.add(2, CostReading::of_cpu(2, 0));
        assert_eq!(watch.between(0, u64::MAX), alive);
        assert!(alive.unwrap().rss_bytes > Some(0));
        child.wait().unwrap();
    }

    #[test]
    fn an_expensive_reading_is_taken_less_often() {
        let mut watch = watch([(0, 0)].into_iter());
        assert!(watch.is_due(EVERY_NS));
        watch.cost_ns = EVERY_NS;
        assert!(!watch.is_due(EVERY_NS * (TIMES_ITS_COST - 1)));
        assert!(watch.is_due(EVERY_NS * TIMES_ITS_COST));
    }

    #[test]
    fn a_long_run_keeps_few_readings() {
        let watch = watch((0..10_000).map(|number| (number * EVERY_NS, number * 7)));
        assert!(watch.readings.len() <= MOST);
        assert_eq!(
            watch
                .between(0, 512 * EVERY_NS)
                .and_then(|cost| cost.cpu_ns()),
            Some(512 * 7)
        );
    }
}
