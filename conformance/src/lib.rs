//! One suite of literal bytes over real sockets, for every server.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "every line of this crate runs inside a test, and a test stops at the first surprise"
)]

pub mod dialogue;
pub mod peer;
pub mod script;
pub mod scripts;
pub mod server;
pub mod sock_diag;
