//! What the connections of one worker share: the clock, the buffers, the metrics, and what is left to send.

use std::sync::Arc;

use super::clock::Clock;
use super::due_queue::DueRequest;
use super::send_source::SendSource;
use super::timeouts::Timeouts;
use crate::check::HistoryFeed;
use crate::metrics::Recorder;
use crate::protocol::encode::Encoder;

/// Bytes that are read at once.
pub(super) const READ_BYTES: usize = 64 << 10;

/// The shared state of a worker. It lies in a `RefCell` and is borrowed by one connection at a time, so nothing here is
/// locked, atomic or sent anywhere while requests are made; and the buffers stay warm in the cache.
#[derive(Debug)]
pub(super) struct WorkerState {
    pub(super) clock: Clock,
    pub(super) encoder: Arc<Encoder>,
    pub(super) source: SendSource,
    pub(super) recorder: Recorder,
    pub(super) history: HistoryFeed,
    pub(super) timeouts: Timeouts,
    pub(super) input: Box<[u8]>,
    pub(super) out: Vec<u8>,
    /// The requests in `out` that have an intended start of their own, in an open loop.
    pub(super) due: Vec<DueRequest>,
}
