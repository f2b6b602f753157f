//! Several servers under one load: each is started, driven and ended in turn, and again, in an order that is fair to all.

mod keeper;
mod ladder;
mod order;
mod pin;
mod port;
mod preset;
mod process;
mod series;
mod shelf;
mod spec;

pub use keeper::Keeper;
pub use order::interleaved;
pub use pin::{Cpus, Pin};
pub use preset::Preset;
pub use process::{NotStarted, Process};
pub use series::{Series, Tried};
pub use spec::Spec;
