//! The slices of all threads, put together in time and kept few, however long the run is.

use std::collections::VecDeque;

use results::{Interval, Latency, ThreadCost};

use crate::config::Warmup;
use crate::metrics::period::{Closed, Period, WorkerInterval};
use crate::metrics::recorder::{Counts, Slice, merge_latency};
use crate::metrics::warmup;

/// More intervals than this say no more to anybody: two neighbours become one, and what follows is as long.
const MOST: usize = 600;

/// Collects what the threads cut, in the order of time.
#[derive(Debug)]
pub(crate) struct Intervals {
    /// For each thread the slices that wait for those of the others.
    waiting: Vec<VecDeque<WorkerInterval>>,
    open: Option<Period>,
    open_slices: u32,
    /// Intervals that make an interval: doubled whenever there are too many intervals.
    per_interval: u32,
    most: usize,
    closed: Vec<Closed>,
    latency: Option<Latency>,
}

/// What was measured: the whole run in intervals, and the sums of what follows the warm-up.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) intervals: Vec<Interval>,
    pub(crate) warmup_ns: u64,
    pub(crate) counts: Counts,
    pub(crate) latency: Latency,
    /// What each thread cost, as far as the kernel says.
    pub(crate) costs: Vec<ThreadCost>,
}

impl Intervals {
    /// Nothing yet of so many threads.
    pub(crate) fn new(threads: u32) -> Self {
        Self::with_most(threads, MOST)
    }

    fn with_most(threads: u32, most: usize) -> Self {
        Self {
            waiting: (0..threads).map(|_| VecDeque::new()).collect(),
            open: None,
            open_slices: 0,
            per_interval: 1,
            most,
            closed: Vec::new(),
            latency: None,
        }
    }

    /// A thread's next slice.
    pub(crate) fn add(&mut self, thread: u32, timed: WorkerInterval) {
        match &mut self.latency {
            Some(latency) => merge_latency(latency, &timed.slice.latency),
            None => self.latency = Some(timed.slice.latency.clone()),
        }
        self.waiting[thread as usize].push_back(timed);
        while self.waiting.iter().all(|queue| !queue.is_empty()) {
            self.advance();
        }
    }

    /// What was measured, once every thread has ended; the run began at `start_ns`.
    pub(crate) fn finish(mut self, start_ns: u64, warmup: Warmup) -> Measured {
        while self.waiting.iter().any(|queue| !queue.is_empty()) {
            self.advance();
        }
        self.closed.extend(self.open.take().map(Closed::new));
        for closed in &mut self.closed {
            closed.interval.start_ns = closed.interval.start_ns.saturating_sub(start_ns);
        }
        let (measured, warm) = self.closed.split_at(warmup::cut(
            self.closed.iter().map(|closed| &closed.interval),
            warmup,
        ));
        let warmup_ns = measured
            .last()
            .map_or(0, |last| last.interval.start_ns + last.interval.length_ns);
        let whole = self.latency.unwrap_or_else(|| Slice::new(false).latency);
        let sum = Period::sum(warm.iter().map(Period::of));
        let (counts, latency, costs) = match sum {
            // The histograms were summed all along; only what follows a cut has to be unpacked and summed again.
            Some(sum) if warmup_ns == 0 => (sum.slice.counts, whole, sum.costs),
            Some(sum) => (sum.slice.counts, sum.slice.latency, sum.costs),
            None => (Counts::default(), whole, Vec::new()),
        };
        Measured {
            warmup_ns,
            counts,
            latency,
            costs: costs.into_iter().flatten().collect(),
            intervals: self
                .closed
                .into_iter()
                .map(|closed| closed.interval)
                .collect(),
        }
    }

    /// Puts the oldest slice of each thread together.
    fn advance(&mut self) {
        let threads = self.waiting.len();
        for (thread, queue) in self.waiting.iter_mut().enumerate() {
            let Some(timed) = queue.pop_front() else {
                continue;
            };
            let period = Period::of_one(thread, threads, timed);
            match &mut self.open {
                Some(open) => open.merge(&period),
                None => self.open = Some(period),
            }
        }
        self.open_slices += 1;
        if self.open_slices < self.per_interval {
            return;
        }
        self.open_slices = 0;
        self.closed.extend(self.open.take().map(Closed::new));
        if self.closed.len() > self.most {
            self.per_interval *= 2;
            let joined = |neighbours: &[Closed]| {
                Period::sum(neighbours.iter().map(Period::of)).map(Closed::new)
            };
            self.closed = self.closed.chunks(2).filter_map(joined).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn timed(start_ns: u64, end_ns: u64, latencies_ns: &[u64]) -> WorkerInterval {
        let mut slice = Slice::new(false);
        slice.counts.completed = latencies_ns.len() as u64;
        latencies_ns
            .iter()
            .for_each(|ns| slice.latency.response.record(*ns));
        let cost = Some(ThreadCost {
            cpu_user_ns: 1,
            cpu_system_ns: 2,
            run_queue_wait_ns: None,
        });
        WorkerInterval {
            start_ns,
            end_ns,
            slice,
            cost,
        }
    }

    #[test]
    fn threads_are_put_together_in_time() {
        let mut slices = Intervals::new(2);
        slices.add(0, timed(100, 200, &[5]));
        slices.add(0, timed(200, 300, &[6]));
        slices.add(1, timed(101, 205, &[7, 8]));
        let measured = slices.finish(100, Warmup::None);
        let shape: Vec<_> = measured
            .intervals
            .iter()
            .map(|i| (i.start_ns, i.length_ns, i.completed))
            .collect();
        assert_eq!(shape, [(0, 105, 3), (100, 100, 1)]);
        assert_eq!(
            (measured.latency.response.count(), measured.counts.completed),
            (4, 4)
        );
        let cpu: Vec<_> = measured
            .costs
            .iter()
            .map(|cost| (cost.cpu_user_ns, cost.cpu_system_ns))
            .collect();
        assert_eq!(cpu, [(2, 4), (1, 2)]);
    }

    #[test]
    fn what_is_measured_begins_after_the_warm_up() {
        let mut slices = Intervals::new(1);
        for number in 0..10 {
            slices.add(
                0,
                timed(
                    number * 10,
                    number * 10 + 10,
                    &[if number < 3 { 9_000 } else { 5 }],
                ),
            );
        }
        let measured = slices.finish(0, Warmup::Fixed(Duration::from_nanos(25)));
        assert_eq!((measured.warmup_ns, measured.intervals.len()), (30, 10));
        assert_eq!(
            (
                measured.counts.completed,
                measured.latency.response.max_ns()
            ),
            (7, Some(5))
        );
        assert_eq!(measured.costs[0].cpu_user_ns, 7);
    }

    #[test]
    fn a_long_run_has_no_more_intervals_than_a_short_one() {
        let mut slices = Intervals::with_most(1, 8);
        for number in 0..100 {
            slices.add(0, timed(number * 10, number * 10 + 10, &[number + 1]));
        }
        let measured = slices.finish(0, Warmup::None);
        let intervals = &measured.intervals;
        assert!((4..=9).contains(&intervals.len()), "{}", intervals.len());
        assert_eq!(intervals.iter().map(|i| i.completed).sum::<u64>(), 100);
        assert_eq!(intervals.iter().map(|i| i.response.count).sum::<u64>(), 100);
        assert_eq!(
            (
                measured.latency.response.count(),
                measured.counts.completed,
                measured.costs[0].cpu_user_ns
            ),
            (100, 100, 100)
        );
        assert!(
            intervals
                .windows(2)
                .all(|pair| pair[0].start_ns + pair[0].length_ns == pair[1].start_ns)
        );
    }
}
