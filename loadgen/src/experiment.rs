//! Experiments of several runs: which servers, in which order, how often. One runner serves all of them.

pub mod baseline_server;
mod checkpoint;
mod order;
mod overload;
mod preset;
mod runner;
mod search;
mod series;
mod server_spec;
mod vary;

pub use checkpoint::Checkpoint;
pub use order::interleaved;
pub use preset::{PRESETS, Preset};
pub use runner::{Runner, RunnerEvent, StartedRunError, StartedServer};
pub use search::RateSearch;
pub use series::{Series, Subject, SubjectRuns};
pub use server_spec::{ParseServerError, ServerSpec};
pub use vary::{ParseVaryError, Vary};
