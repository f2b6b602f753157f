//! The load itself: worker threads with their connections, the schedule, and the limits on waiting.
//!
//! ```text
//!  workers ── start ──> worker (a thread) ── a task for each connection ──> protocol::exchange
//!                          │        schedule ──> pacer ──> due queue ──┘        │
//!                       ticker: time limits, intervals, stop           recording: events to metrics and check
//! ```

mod arrivals;
mod clock;
mod connect;
mod connection;
mod drain;
mod due_queue;
mod pacer;
mod recording;
mod request_budget;
mod request_source;
mod schedule;
mod slots;
mod ticker;
mod timeouts;
mod timer;
mod worker;
mod worker_input;
mod worker_state;
mod workers;

pub(crate) use clock::Clock;
pub(crate) use worker_input::{Stage, WorkerInput, WorkerMessage, WorkerOutput};
pub use workers::WorkerError;
pub(crate) use workers::Workers;
