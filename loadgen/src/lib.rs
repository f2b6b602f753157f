//! The load generator: sends requests to a server, checks every reply, and measures how long each took.
//!
//! [`run::run`] takes a [`config::Config`], blocks until the run has ended, and returns the record of it, a [`results::Run`].
//! [`experiment`] makes several runs, and starts the servers where it has to.
//!
//! **What is absent.** No command line, no printing, no picture: those are `loadgen/cli` and `report`. No request is retried,
//! dropped or skipped in silence: what could not be done is counted. A value that could not be measured is `None`, never zero.
//!
//! The way of a request:
//!
//! ```text
//!  config ──> run ──> client::worker ──> schedule: when ──> protocol::encode: what ──> socket
//!                                                                                       │
//!             results::Run <── run::record <── metrics + check <── Event <── protocol::exchange
//! ```
//!
//! The modules stand in reading order. Each uses only modules above it; `client` alone joins protocol, metrics and check.

pub mod config;
pub mod machine;

mod protocol;

mod target;

pub mod check;
mod metrics;

mod client;

pub mod validity;

pub mod run;
pub use machine::host::read as read_host;

pub mod experiment;
