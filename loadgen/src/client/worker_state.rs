//! What the connections of one thread share: the clock, the buffers, the books, and what is left to do.

use std::sync::Arc;

use crate::client::clock::Clock;
use crate::client::send_source::{DueRequest, SendSource};
use crate::client::timeouts::Timeouts;
use crate::metrics::recorder::Recorder;
use crate::protocol::encode::Requests;

/// Bytes that are read at once.
pub(crate) const READ_BYTES: usize = 64 << 10;

/// The shared state of a client thread. It lies in a `RefCell` and is borrowed by one connection at a time, so nothing
/// here is locked, atomic or sent anywhere while requests are made; and the buffers stay warm in the cache.
#[derive(Debug)]
pub(crate) struct WorkerState {
    pub(crate) clock: Clock,
    pub(crate) requests: Arc<Requests>,
    pub(crate) orders: SendSource,
    pub(crate) recorder: Recorder,
    pub(crate) watch: Timeouts,
    pub(crate) input: Box<[u8]>,
    pub(crate) out: Vec<u8>,
    /// The requests in `out` that have an intended start of their own, in an open loop.
    pub(crate) due: Vec<DueRequest>,
    /// Connections that ended before their time.
    pub(crate) lost_connections: u32,
}
