//! The load generator: it asks a server, judges every answer, and books how long each took.

pub mod operation;
pub mod plan;
pub mod target;
pub mod units;

pub mod conversation;
pub mod diagnosis;
pub mod findings;
pub mod judge;
pub mod payload;
pub mod random;
pub mod recorder;
pub mod requests;
pub mod script;
pub mod seen;
