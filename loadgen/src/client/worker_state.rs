//! What the connections of one worker share: the clock, the buffers, the metrics, and what is left to send.

use std::sync::Arc;

use super::clock::Clock;
use super::due_queue::DueRequest;
use super::request_source::RequestSource;
use super::timeouts::Timeouts;
use crate::check::HistoryFeed;
use crate::metrics::Recorder;
use crate::protocol::encode::Encoder;

/// The size of the read buffer.
pub(super) const READ_BYTES: usize = 64 << 10;

/// The shared state of a worker, in a `RefCell` that one connection borrows at a time. The load needs no lock, no atomic
/// and no message, and the buffers stay in the cache.
#[derive(Debug)]
pub(super) struct WorkerState {
    pub(super) clock: Clock,
    pub(super) encoder: Arc<Encoder>,
    pub(super) source: RequestSource,
    pub(super) recorder: Recorder,
    pub(super) history: HistoryFeed,
    pub(super) timeouts: Timeouts,
    pub(super) input: Box<[u8]>,
    pub(super) out: Vec<u8>,
    /// The requests in `out` of an open loop, each with its own intended start.
    pub(super) due: Vec<DueRequest>,
}
