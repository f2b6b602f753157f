//! Experiments of several runs: the servers, their order and the rounds. All use one runner.

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
