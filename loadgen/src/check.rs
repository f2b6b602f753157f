//! Whether the replies were right: events to the checker, its thread, and the final values of the counters.

pub(crate) mod anomalies;
pub(crate) mod checker_thread;
pub(crate) mod event_buffer;
pub(crate) mod event_sink;
pub(crate) mod history_header;
pub(crate) mod reconciliation;
pub(crate) mod totals;
