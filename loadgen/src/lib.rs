//! The load generator: it asks a server, judges every answer, and books how long each took.

pub mod operation;
pub mod plan;
pub mod target;
pub mod units;

pub mod engine;
pub mod record;

pub mod args;
pub mod commands;
pub mod compare;
pub mod ending;
pub mod progress;
pub mod signals;
pub mod summary;

mod allowance;
mod books;
mod client;
mod clock;
mod connect;
mod connection;
mod control;
mod conversation;
mod crew;
mod diagnosis;
mod fairness;
mod file_limit;
mod findings;
mod host;
mod info;
mod judge;
mod payload;
mod random;
mod reach;
mod recorder;
mod requests;
mod script;
mod seen;
mod server_cost;
mod slices;
mod thread_cost;
mod validity;
mod watch;
mod workbench;
