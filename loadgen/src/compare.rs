//! Several servers under one load: each is started, driven and ended in turn, and again, in an order that is fair to all.

mod keeper;
mod order;
mod port;
mod process;
mod series;
mod spec;

pub use keeper::Keeper;
pub use order::interleaved;
pub use process::{NotStarted, Process};
pub use series::{Series, Tried};
pub use spec::Spec;
