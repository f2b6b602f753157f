//! The server before, during and after the load: its address, its INFO, its process, its cost, its counters.

pub(crate) mod control;
pub(crate) mod cost;
pub(crate) mod cost_series;
pub(crate) mod endpoint;
pub(crate) mod final_values;
pub(crate) mod info;
mod listening_sockets;
pub(crate) mod process;
pub(crate) mod ready;
