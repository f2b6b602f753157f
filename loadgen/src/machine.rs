//! This machine: its processors, its limits, and what disturbs a measurement on it.

pub mod cpus;
pub mod file_limit;
pub(crate) mod hiccups;
pub mod host;
pub(crate) mod stolen_time;
pub(crate) mod thread_cost;
pub(crate) mod time;
