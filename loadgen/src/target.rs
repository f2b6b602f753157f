//! The server before, during and after the load: its endpoint, its INFO, its process, its cost, its counters.

mod control;
mod cost;
mod cost_series;
mod counters;
pub(crate) mod endpoint;
mod info;
mod listening_sockets;
mod ready;
mod server_process;

pub(crate) use cost_series::CostSeries;
pub(crate) use counters::{CounterValues, FinalValues, read_final_values};
pub(crate) use ready::ReadyTarget;
pub use ready::TargetError;
