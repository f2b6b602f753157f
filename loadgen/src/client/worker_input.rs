//! What a worker is given, what it tells while it works, and what it leaves behind.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender};

use results::RunLimit;

use super::clock::Clock;
use super::schedule::Schedule;
use crate::check::CheckTotals;
use crate::config::Config;
use crate::metrics::{ConnectionMetrics, Recorder, WorkerInterval};
use crate::protocol::encode::Encoder;
use crate::protocol::exchange::ConnectionError;
use crate::target::endpoint::Endpoint;

/// What a worker needs to know.
pub(crate) struct WorkerInput {
    pub(crate) worker: u32,
    pub(crate) config: Arc<Config>,
    pub(crate) endpoint: Endpoint,
    pub(crate) run: u64,
    pub(crate) encoder: Arc<Encoder>,
    pub(crate) clock: Clock,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) messages: Sender<(u32, WorkerMessage)>,
    /// Brings the common start, once all workers have their connections; closes when they may be let go.
    pub(crate) signals: Receiver<u64>,
}

/// What a worker tells while it works.
#[derive(Debug)]
pub(crate) enum WorkerMessage {
    /// The worker waits for the others.
    Reached(Stage),
    /// So many requests have been answered or given up, since the start.
    Progress(u64),
    /// An interval is over.
    Interval(Box<WorkerInterval>),
}

/// Where workers wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// All connections were made that could be made.
    Connected,
    /// Every request was answered or given up; the connections are still open.
    Finished,
    /// The worker is gone, perhaps before its time.
    Ended,
}

/// What a worker leaves behind.
#[derive(Debug)]
pub(crate) struct WorkerOutput {
    pub(crate) recorder: Recorder,
    pub(crate) check: CheckTotals,
    /// Connections that could not be made.
    pub(crate) refused: Vec<ConnectionError>,
    /// What each connection got; nothing where sessions came and left.
    pub(crate) connections: Vec<ConnectionMetrics>,
    pub(crate) end_ns: u64,
}

impl WorkerInput {
    /// The worker's part of the schedule of an open loop.
    pub(super) fn schedule(&self) -> Option<Schedule> {
        let own = self.config.connections_of(self.worker);
        Schedule::new(&self.config.workload, own)
    }

    /// How many arrivals of so many requests each belong to the worker, and before when.
    pub(super) fn arrivals(&self, requests_each: u32) -> (u64, u64) {
        let workload = &self.config.workload;
        let requests = match workload.limit {
            RunLimit::Duration { duration_ns } => return (u64::MAX, duration_ns),
            RunLimit::Requests { requests } => requests,
        };
        let arrivals = requests.div_ceil(u64::from(requests_each));
        let (own, all) = (
            self.config.connections_of(self.worker),
            u64::from(workload.connections),
        );
        let (start, end) = (u64::from(own.start), u64::from(own.end));
        let of_the_last_round = (arrivals % all).clamp(start, end) - start;
        (arrivals / all * (end - start) + of_the_last_round, u64::MAX)
    }

    pub(super) fn tell(&self, message: WorkerMessage) {
        // Nobody listens only if the main thread is gone, and then the whole run is.
        let _ = self.messages.send((self.worker, message));
    }
}

/// Tells that the worker has ended, however it ends.
pub(super) struct EndNotice(u32, Sender<(u32, WorkerMessage)>);

impl EndNotice {
    /// That of the worker with this input.
    pub(super) fn of(input: &WorkerInput) -> Self {
        Self(input.worker, input.messages.clone())
    }
}

impl Drop for EndNotice {
    fn drop(&mut self) {
        let _ = self.1.send((self.0, WorkerMessage::Reached(Stage::Ended)));
    }
}
