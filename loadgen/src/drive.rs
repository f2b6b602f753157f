//! The load itself: threads, connections, and the clock that all of them read.

pub mod engine;
pub mod null_server;

pub(crate) mod allowance;
mod client;
pub(crate) mod clock;
pub(crate) mod connect;
mod connection;
mod crew;
pub(crate) mod endpoint;
mod farewell;
mod orders;
mod pacer;
mod places;
mod reception;
mod schedule;
pub(crate) mod share;
mod supervisor;
mod timer;
mod watch;
mod workbench;
