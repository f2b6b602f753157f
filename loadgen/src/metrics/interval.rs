//! A part of the run, of one worker or of all of them.

use results::{Latency, SparseHistogram, ThreadCost};

use super::Counts;
use crate::machine::thread_cost;

/// The counts, latencies and cost of one worker in a part of the run.
#[derive(Debug)]
pub(crate) struct WorkerInterval {
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
    pub(crate) counts: Counts,
    pub(crate) latency: Latency,
    pub(crate) cost: Option<ThreadCost>,
}

/// The counts, latencies and costs of all workers in a part of the run.
#[derive(Debug, Clone)]
pub(crate) struct Interval {
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
    pub(crate) counts: Counts,
    pub(super) response: SparseHistogram,
    pub(super) service: Option<SparseHistogram>,
    pub(super) lag: Option<SparseHistogram>,
    /// The cost of each worker; `None` where the kernel does not count it.
    pub(super) costs: Vec<Option<ThreadCost>>,
}

impl Interval {
    /// The interval of worker number `worker` of `workers`.
    pub(super) fn of_worker(worker: usize, workers: usize, of: WorkerInterval) -> Self {
        let mut costs = vec![None; workers];
        costs[worker] = of.cost;
        let Latency {
            response,
            service,
            lag,
        } = &of.latency;
        Self {
            start_ns: of.start_ns,
            end_ns: of.end_ns,
            counts: of.counts,
            response: response.into(),
            service: service.as_ref().map(SparseHistogram::from),
            lag: lag.as_ref().map(SparseHistogram::from),
            costs,
        }
    }

    /// Adds another worker's interval, or the next one.
    pub(super) fn merge(&mut self, other: &Self) {
        self.start_ns = self.start_ns.min(other.start_ns);
        self.end_ns = self.end_ns.max(other.end_ns);
        self.counts.merge(&other.counts);
        self.response.merge(&other.response);
        for (mine, theirs) in [
            (&mut self.service, &other.service),
            (&mut self.lag, &other.lag),
        ] {
            if let (Some(mine), Some(theirs)) = (mine, theirs) {
                mine.merge(theirs);
            }
        }
        for (mine, theirs) in self.costs.iter_mut().zip(&other.costs) {
            *mine = thread_cost::sum(mine.as_ref(), theirs.as_ref());
        }
    }

    /// The sum of all intervals; `None` of none.
    pub(super) fn sum(intervals: &[Self]) -> Option<Self> {
        let (first, others) = intervals.split_first()?;
        let mut sum = first.clone();
        others.iter().for_each(|other| sum.merge(other));
        Some(sum)
    }

    /// The interval in the record of the run, with times from the start of the run.
    pub(crate) fn record(self, start_ns: u64) -> results::Interval {
        results::Interval {
            start_ns: self.start_ns.saturating_sub(start_ns),
            length_ns: self.end_ns - self.start_ns,
            completed: self.counts.completed,
            failed: self.counts.failed(),
            response: self.response,
            service: self.service,
            lag: self.lag,
            server: None,
        }
    }
}
