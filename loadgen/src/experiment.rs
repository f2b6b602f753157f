//! Experiments of several runs: the servers, their order and the rounds. All use one runner.

pub mod baseline_server;
mod checkpoint;
mod order;
mod overload;
mod parameter_sweep;
mod preset;
mod runner;
mod search;
mod series;
mod server_spec;

pub use checkpoint::Checkpoint;
pub use order::interleaved;
pub use parameter_sweep::{ParameterSweep, ParseSweepError};
pub use preset::{PRESETS, Preset};
pub use runner::{Runner, RunnerEvent, StartedRunError, StartedServer};
pub use search::RateSearch;
pub use series::{Series, Subject, SubjectRuns};
pub use server_spec::{ParseServerError, ServerSpec};
