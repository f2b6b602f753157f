//! What all threads booked, put together.

use results::FailureReason;

use crate::client::worker_input::WorkerOutput;
use crate::metrics::connection_metrics::ConnectionMetrics;
use crate::metrics::recorder::Complaints;

/// What all threads booked together.
pub(super) struct Sum {
    pub(super) errors: Complaints,
    pub(super) losses: Complaints,
    pub(super) served: Vec<ConnectionMetrics>,
    pub(super) refused: Vec<FailureReason>,
    pub(super) lost: u32,
    pub(super) end_ns: u64,
}

impl Sum {
    pub(super) fn of(threads: Vec<WorkerOutput>) -> Self {
        let mut sum = Self {
            errors: Complaints::default(),
            losses: Complaints::default(),
            served: Vec::new(),
            refused: Vec::new(),
            lost: 0,
            end_ns: 0,
        };
        for done in threads {
            sum.add(done);
        }
        sum
    }

    fn add(&mut self, done: WorkerOutput) {
        for broken in done.refused {
            self.losses.add(&broken.text);
            self.refused.push(broken.reason);
        }
        self.errors.merge(done.recorder.errors);
        self.losses.merge(done.recorder.losses);
        self.served.extend(done.served);
        self.lost += done.lost_connections;
        self.end_ns = self.end_ns.max(done.end_ns);
    }
}
