//! The load itself: threads, connections, the schedule, and the limits on waiting.

mod arrivals;
pub(crate) mod clock;
pub(crate) mod connect;
mod connection;
mod drain;
mod pacer;
pub(crate) mod request_budget;
mod schedule;
mod send_source;
mod slots;
mod ticker;
mod timeouts;
mod timer;
mod worker;
pub(crate) mod worker_input;
mod worker_state;
pub(crate) mod workers;
