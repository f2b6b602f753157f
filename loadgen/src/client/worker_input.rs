//! A worker's input, its messages while it runs, and its result.

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

/// The input of a worker.
pub(crate) struct WorkerInput {
    pub(crate) worker: u32,
    pub(crate) config: Arc<Config>,
    pub(crate) endpoint: Endpoint,
    pub(crate) run: u64,
    pub(crate) encoder: Arc<Encoder>,
    pub(crate) clock: Clock,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) messages: Sender<(u32, WorkerMessage)>,
    /// Carries the common start time once all workers are connected; closes when the connections may close.
    pub(crate) signals: Receiver<u64>,
}

/// A worker's message while it runs.
#[derive(Debug)]
pub(crate) enum WorkerMessage {
    /// The worker has reached this stage and waits for the others.
    Reached(Stage),
    /// Requests answered or given up since the start.
    Progress(u64),
    /// A completed interval.
    Interval(Box<WorkerInterval>),
}

/// The stages at which workers wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Every attempt to connect has succeeded or failed.
    Connected,
    /// Every request is answered or given up; the connections are still open.
    Finished,
    /// The worker has ended, perhaps early.
    Ended,
}

/// A worker's result.
#[derive(Debug)]
pub(crate) struct WorkerOutput {
    pub(crate) recorder: Recorder,
    pub(crate) check: CheckTotals,
    /// Connections that could not be opened.
    pub(crate) refused: Vec<ConnectionError>,
    /// The metrics of each connection; empty for sessions.
    pub(crate) connections: Vec<ConnectionMetrics>,
    pub(crate) end_ns: u64,
}

impl WorkerInput {
    /// The worker's part of an open loop's schedule.
    pub(super) fn schedule(&self) -> Option<Schedule> {
        let own = self.config.connections_of(self.worker);
        Schedule::new(&self.config.workload, own)
    }

    /// The worker's number of arrivals, each of this many requests, and the end of the arrivals.
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

/// Sends [`Stage::Ended`] when dropped, so also after a panic.
pub(super) struct EndNotice(u32, Sender<(u32, WorkerMessage)>);

impl EndNotice {
    /// The end message of the worker with this input.
    pub(super) fn of(input: &WorkerInput) -> Self {
        Self(input.worker, input.messages.clone())
    }
}

impl Drop for EndNotice {
    fn drop(&mut self) {
        let _ = self.1.send((self.0, WorkerMessage::Reached(Stage::Ended)));
    }
}
