//! Servers whose behaviour is known, and the real binary to load them.

mod child_server;
mod loadgen;
mod servers;
pub mod stalls;

pub use child_server::*;
pub use loadgen::*;
pub use servers::*;
