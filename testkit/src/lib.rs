//! For tests: one blocking RESP client, and what the kernel shows of a server.
//!
//! A test stops at the first surprise, so most functions panic. Those whose names begin with `try_` return what happened:
//! they are for programs that outlive a server's faults, such as `soak`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod client;
mod info;
pub mod procfs;
pub mod sock_diag;
mod until;

pub use client::{Client, array, assert_same, echo, increments, is_refusal, start_of};
pub use info::Info;
pub use until::{comes_true, comes_true_at_once, until};
