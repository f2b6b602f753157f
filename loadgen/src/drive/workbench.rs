//! What the connections of one thread share: the clock, the buffers, the books, and what is left to do.

use std::sync::Arc;

use crate::books::recorder::Recorder;
use crate::drive::clock::Clock;
use crate::drive::orders::{Order, Orders};
use crate::drive::watch::Watch;
use crate::talk::requests::Requests;

/// Bytes that are read at once.
pub(crate) const READ_BYTES: usize = 64 << 10;

/// The shared state of a client thread. It lies in a `RefCell` and is borrowed by one connection at a time, so nothing
/// here is locked, atomic or sent anywhere while requests are made; and the buffers stay warm in the cache.
#[derive(Debug)]
pub(crate) struct Workbench {
    pub(crate) clock: Clock,
    pub(crate) requests: Arc<Requests>,
    pub(crate) orders: Orders,
    pub(crate) recorder: Recorder,
    pub(crate) watch: Watch,
    pub(crate) input: Box<[u8]>,
    pub(crate) out: Vec<u8>,
    /// The requests in `out` that have an intended start of their own, in an open loop.
    pub(crate) due: Vec<Order>,
    /// Connections that ended before their time.
    pub(crate) lost_connections: u32,
}
