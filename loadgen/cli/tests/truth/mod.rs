//! Servers whose behaviour is known, and the real binary to set upon them.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each test file uses its part"
)]

mod contestant;
mod program;
mod servers;
pub mod stalls;

pub use contestant::*;
pub use program::*;
pub use servers::*;
