//! Intervals of time that were put together, and their form when they are over.

use results::{Interval, Latency, Packed, ThreadCost};

use crate::metrics::recorder::{Counts, Slice};

/// One thread's slice, when it was, and what it cost.
#[derive(Debug)]
pub(crate) struct WorkerInterval {
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
    pub(crate) slice: Slice,
    pub(crate) cost: Option<ThreadCost>,
}

/// Intervals of all threads put together.
#[derive(Debug)]
pub(super) struct Period {
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
    pub(super) slice: Slice,
    pub(super) costs: Vec<Option<ThreadCost>>,
}

/// A period that is over, its histograms packed: a run holds many.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) interval: Interval,
    pub(super) counts: Counts,
    pub(super) costs: Vec<Option<ThreadCost>>,
}

impl Period {
    pub(super) fn of_one(thread: usize, threads: usize, timed: WorkerInterval) -> Self {
        let mut costs = vec![None; threads];
        costs[thread] = timed.cost;
        Self {
            start_ns: timed.start_ns,
            end_ns: timed.end_ns,
            slice: timed.slice,
            costs,
        }
    }

    /// What this program packed a moment ago, it can unpack.
    pub(super) fn of(closed: &Closed) -> Self {
        let unpack = |packed: &Packed| packed.unpack().unwrap_or_default();
        let interval = &closed.interval;
        Self {
            start_ns: interval.start_ns,
            end_ns: interval.start_ns + interval.length_ns,
            slice: Slice {
                counts: closed.counts.clone(),
                latency: Latency {
                    response: unpack(&interval.response),
                    service: interval.service.as_ref().map(unpack),
                    lag: interval.lag.as_ref().map(unpack),
                },
            },
            costs: closed.costs.clone(),
        }
    }

    pub(super) fn sum(periods: impl Iterator<Item = Self>) -> Option<Self> {
        periods.reduce(|mut sum, period| {
            sum.merge(&period);
            sum
        })
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.start_ns = self.start_ns.min(other.start_ns);
        self.end_ns = self.end_ns.max(other.end_ns);
        self.slice.merge(&other.slice);
        for (mine, theirs) in self.costs.iter_mut().zip(&other.costs) {
            *mine = add(mine.take(), theirs.as_ref());
        }
    }
}

impl Closed {
    pub(super) fn new(period: Period) -> Self {
        let Slice { counts, latency } = period.slice;
        let interval = Interval {
            start_ns: period.start_ns,
            length_ns: period.end_ns - period.start_ns,
            completed: counts.completed,
            failed: counts.failed(),
            response: Packed::from(&latency.response),
            service: latency.service.as_ref().map(Packed::from),
            lag: latency.lag.as_ref().map(Packed::from),
            server: None,
        };
        Self {
            interval,
            counts,
            costs: period.costs,
        }
    }
}

/// What a thread cost in two periods, as far as both are known.
fn add(mine: Option<ThreadCost>, theirs: Option<&ThreadCost>) -> Option<ThreadCost> {
    let (Some(mine), Some(theirs)) = (&mine, theirs) else {
        return mine.or(theirs.cloned());
    };
    Some(ThreadCost {
        cpu_user_ns: mine.cpu_user_ns + theirs.cpu_user_ns,
        cpu_system_ns: mine.cpu_system_ns + theirs.cpu_system_ns,
        run_queue_wait_ns: mine
            .run_queue_wait_ns
            .zip(theirs.run_queue_wait_ns)
            .map(|(mine, theirs)| mine + theirs),
    })
}
