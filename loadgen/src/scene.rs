//! What surrounds a run: the target before and after it, the server's process, this machine and its limits.

pub(crate) mod control;
pub(crate) mod file_limit;
pub(crate) mod hiccups;
pub(crate) mod host;
pub(crate) mod info;
pub(crate) mod last_look;
mod listener;
pub(crate) mod process;
pub(crate) mod reach;
pub(crate) mod server_cost;
pub(crate) mod server_watch;
pub(crate) mod stolen;
pub(crate) mod thread_cost;
