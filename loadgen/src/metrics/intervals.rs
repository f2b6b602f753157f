//! The intervals of all workers, merged in the order of time. Their number is bounded, however long the run is.

use std::collections::VecDeque;

use results::{Histogram, Latency, ThreadCost};

use super::recorder::no_latency;
use super::{Counts, Interval, WorkerInterval, warmup};
use crate::config::Config;

/// The most intervals of a run. Beyond it each two neighbours are merged, and later intervals are as long.
const MOST: usize = 600;

/// Collects the intervals of the workers, in the order of time.
#[derive(Debug)]
pub(crate) struct Intervals {
    /// For each worker the intervals that wait for those of the others.
    waiting: Vec<VecDeque<Interval>>,
    open: Option<Interval>,
    open_parts: u32,
    /// Parts that make an interval: doubled whenever there are too many intervals.
    per_interval: u32,
    most: usize,
    closed: Vec<Interval>,
}

/// What was measured: the whole run in intervals, and the sums of what follows the warm-up.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) intervals: Vec<results::Interval>,
    pub(crate) warmup_ns: u64,
    pub(crate) counts: Counts,
    pub(crate) latency: Latency,
    /// The cost of each worker, where the kernel counts it.
    pub(crate) costs: Vec<ThreadCost>,
}

impl Intervals {
    /// No intervals yet, of this many workers.
    pub(crate) fn new(workers: u32) -> Self {
        Self::with_most(workers, MOST)
    }

    fn with_most(workers: u32, most: usize) -> Self {
        Self {
            waiting: (0..workers).map(|_| VecDeque::new()).collect(),
            open: None,
            open_parts: 0,
            per_interval: 1,
            most,
            closed: Vec::new(),
        }
    }

    /// Adds a worker's next interval.
    pub(crate) fn add(&mut self, worker: u32, interval: WorkerInterval) {
        let (worker, workers) = (worker as usize, self.waiting.len());
        self.waiting[worker].push_back(Interval::of_worker(worker, workers, interval));
        while self.waiting.iter().all(|queue| !queue.is_empty()) {
            self.advance();
        }
    }

    /// The whole run and its sums, once every worker has ended. The run began at `start_ns`.
    pub(crate) fn finish(mut self, start_ns: u64, config: &Config) -> Measured {
        while self.waiting.iter().any(|queue| !queue.is_empty()) {
            self.advance();
        }
        self.closed.extend(self.open.take());
        let cut = warmup::cut(&self.closed, start_ns, config);
        let warmup_ns = self.closed[..cut]
            .last()
            .map_or(0, |last| last.end_ns.saturating_sub(start_ns));
        let (counts, latency, costs) = match Interval::sum(&self.closed[cut..]) {
            Some(sum) => {
                let latency = Latency {
                    response: (&sum.response).into(),
                    service: sum.service.as_ref().map(Histogram::from),
                    lag: sum.lag.as_ref().map(Histogram::from),
                };
                (sum.counts, latency, sum.costs)
            }
            None => (Counts::default(), no_latency(false), Vec::new()),
        };
        let closed = self.closed.into_iter();
        Measured {
            warmup_ns,
            counts,
            latency,
            costs: costs.into_iter().flatten().collect(),
            intervals: closed.map(|interval| interval.record(start_ns)).collect(),
        }
    }

    /// Merges the oldest interval of each worker.
    fn advance(&mut self) {
        for interval in self.waiting.iter_mut().filter_map(VecDeque::pop_front) {
            match &mut self.open {
                Some(open) => open.merge(&interval),
                None => self.open = Some(interval),
            }
        }
        self.open_parts += 1;
        if self.open_parts < self.per_interval {
            return;
        }
        self.open_parts = 0;
        self.closed.extend(self.open.take());
        if self.closed.len() > self.most {
            self.per_interval *= 2;
            self.closed = self.closed.chunks(2).filter_map(Interval::sum).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Warmup;

    fn config(warmup: Duration) -> Config {
        let builder = crate::config::tests::builder().warmup(Warmup::Fixed(warmup));
        builder.build().unwrap()
    }

    fn interval(start_ns: u64, end_ns: u64, latencies_ns: &[u64]) -> WorkerInterval {
        let mut latency = no_latency(false);
        latencies_ns
            .iter()
            .for_each(|ns| latency.response.record(*ns));
        let cost = Some(ThreadCost {
            cpu_user_ns: 1,
            cpu_system_ns: 2,
            run_queue_wait_ns: None,
        });
        WorkerInterval {
            start_ns,
            end_ns,
            counts: Counts {
                completed: latencies_ns.len() as u64,
                ..Counts::default()
            },
            latency,
            cost,
        }
    }

    #[test]
    fn threads_are_put_together_in_time() {
        let mut intervals = Intervals::new(2);
        intervals.add(0, interval(100, 200, &[5]));
        intervals.add(0, interval(200, 300, &[6]));
        intervals.add(1, interval(101, 205, &[7, 8]));
        let measured = intervals.finish(100, &config(Duration::ZERO));
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
        let mut intervals = Intervals::new(1);
        for number in 0..10 {
            intervals.add(
                0,
                interval(
                    number * 10,
                    number * 10 + 10,
                    &[if number < 3 { 9_000 } else { 5 }],
                ),
            );
        }
        let measured = intervals.finish(0, &config(Duration::from_nanos(25)));
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
        let mut intervals = Intervals::with_most(1, 8);
        for number in 0..100 {
            intervals.add(0, interval(number * 10, number * 10 + 10, &[number + 1]));
        }
        let measured = intervals.finish(0, &config(Duration::ZERO));
        let intervals = &measured.intervals;
        assert!((4..=9).contains(&intervals.len()), "{}", intervals.len());
        assert_eq!(intervals.iter().map(|i| i.completed).sum::<u64>(), 100);
        assert_eq!(
            intervals.iter().map(|i| i.response.count()).sum::<u64>(),
            100
        );
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
