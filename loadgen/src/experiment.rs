//! Experiments of several runs: which servers, in which order, how often.

pub mod baseline_server;
mod checkpoint;
mod interrupt;
mod order;
mod overload;
mod port;
mod preset;
mod series;
mod server_process;
mod server_spec;

pub use crate::machine::cpus::{Cpus, Pin};
pub use interrupt::Interrupt;
pub use order::interleaved;
pub use preset::Preset;
pub use series::{Series, SystemRuns};
pub use server_process::{NotStarted, Process};
pub use server_spec::ServerSpec;
