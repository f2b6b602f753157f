//! What a client thread is given, what it tells while it works, and what it leaves behind.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender};

use crate::check::totals::CheckTotals;
use crate::client::clock::Clock;
use crate::client::request_budget::nanoseconds;
use crate::client::schedule::Schedule;
use crate::config::{Config, Limit, Open};
use crate::metrics::connection_metrics::ConnectionMetrics;
use crate::metrics::period::WorkerInterval;
use crate::metrics::recorder::Recorder;
use crate::protocol::encode::Requests;
use crate::protocol::exchange::ConnectionError;
use crate::target::endpoint::Endpoint;

/// What a client thread needs to know.
pub(crate) struct Share {
    pub(crate) thread: u32,
    pub(crate) plan: Arc<Config>,
    pub(crate) address: Endpoint,
    pub(crate) run: u64,
    pub(crate) requests: Arc<Requests>,
    pub(crate) clock: Clock,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) updates: Sender<Update>,
    /// Brings the common start, once all threads have their connections; closes when they may be let go.
    pub(crate) signals: Receiver<u64>,
}

/// What a client thread tells while it works.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) thread: u32,
    pub(crate) news: WorkerMessage,
}

/// The news itself.
#[derive(Debug)]
pub(crate) enum WorkerMessage {
    /// The thread waits for the others.
    ReadyTarget(Stage),
    /// So many requests have been answered or given up, since the start.
    Progress(u64),
    /// A slice of time is over.
    Slice(Box<WorkerInterval>),
}

/// Where threads wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// All connections were made that could be made.
    Connected,
    /// Every request was answered or given up; the connections are still open.
    Finished,
    /// The thread is gone, perhaps before its time.
    Ended,
}

/// What a client thread leaves behind.
#[derive(Debug)]
pub(crate) struct WorkerOutput {
    pub(crate) recorder: Recorder,
    pub(crate) told: CheckTotals,
    pub(crate) refused: Vec<ConnectionError>,
    pub(crate) lost_connections: u32,
    /// What each connection got; nothing where clients came and left.
    pub(crate) served: Vec<ConnectionMetrics>,
    pub(crate) end_ns: u64,
}

impl Share {
    /// The thread's part of the schedule.
    pub(super) fn schedule(&self, open: Open) -> Schedule {
        let plan = &self.plan;
        let own = plan.connections_of(self.thread);
        Schedule::new(
            open.rate_per_s,
            open.arrival,
            plan.seed,
            plan.connections,
            own,
        )
    }

    /// How many arrivals of so many requests each belong to the thread, and before when.
    pub(super) fn part(&self, requests_each: u32) -> (u64, u64) {
        let plan = &self.plan;
        match plan.limit {
            Limit::Requests(requests) => {
                let arrivals = requests.div_ceil(u64::from(requests_each));
                let own = plan.connections_of(self.thread);
                (
                    own_of(arrivals, u64::from(plan.connections), &own),
                    u64::MAX,
                )
            }
            Limit::Time(time) => (u64::MAX, nanoseconds(time)),
        }
    }

    pub(super) fn tell(&self, news: WorkerMessage) {
        // Nobody listens only if the main thread is gone, and then the whole run is.
        let _ = self.updates.send(Update {
            thread: self.thread,
            news,
        });
    }
}

/// Says that the thread has ended, however it ends.
pub(super) struct EndNotice {
    thread: u32,
    updates: Sender<Update>,
}

impl EndNotice {
    /// That of the thread with this share.
    pub(super) fn of(share: &Share) -> Self {
        Self {
            thread: share.thread,
            updates: share.updates.clone(),
        }
    }
}

impl Drop for EndNotice {
    fn drop(&mut self) {
        let _ = self.updates.send(Update {
            thread: self.thread,
            news: WorkerMessage::ReadyTarget(Stage::Ended),
        });
    }
}

/// How many of the first `requests` arrivals go to the connections `own` of so many.
fn own_of(requests: u64, connections: u64, own: &Range<u32>) -> u64 {
    let (start, end) = (u64::from(own.start), u64::from(own.end));
    let of_the_last_round = (requests % connections).clamp(start, end) - start;
    requests / connections * (end - start) + of_the_last_round
}
