//! The load generator: sends requests to a server, checks every reply, and measures how long each took.

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
