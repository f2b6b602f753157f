//! What a run will do, decided and checked once: no later code has to doubt it.
//!
//! ```
//! use loadgen::config::Config;
//!
//! let config = Config::builder("127.0.0.1:7001".parse()?)
//!     .connections(50)
//!     .pipeline_depth(16)
//!     .requests(1_000_000)
//!     .build()?;
//! assert_eq!(config.workload.pipeline_depth, 16);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
mod checks;
pub mod goal;
pub mod limits;
pub mod target;

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use results::units::count;
use results::{CheckLevel, Workload};

pub use builder::ConfigBuilder;
pub use checks::ConfigError;
use target::Target;

/// A run that can be made: every number is within its limits, and all of them fit together. [`ConfigBuilder`] makes one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The server.
    pub target: Target,
    /// The load, as the record of the run holds it.
    pub workload: Workload,
    /// The one counter to use, whoever else writes it. `None`: counters whose names nobody used before.
    pub key: Option<String>,
    /// What is cut off the beginning before anything is measured. Replies are checked during the warm-up too.
    pub warmup: Warmup,
    /// The longest wait for anything: a connection, a reply, the final values.
    pub timeout: Duration,
    /// How closely the replies are checked.
    pub check: CheckLevel,
    /// The file that the history is written to, for another check.
    pub history: Option<PathBuf>,
    /// The process to read the server's cost from, where INFO does not name it.
    pub server_pid: Option<u32>,
    /// The name of the run in tables and pictures.
    pub label: Option<String>,
    /// The command line, for the record of the run.
    pub command: Vec<String>,
}

/// What is cut off the beginning of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmup {
    /// This much time; none of it where it is zero.
    Fixed(Duration),
    /// As much as the data shows, up to a bound.
    Auto {
        /// The bound.
        at_most: Duration,
    },
}

impl Config {
    /// The configuration of a run against `target`, with every other value at its default.
    pub fn builder(target: Target) -> ConfigBuilder {
        ConfigBuilder::new(target)
    }

    /// The connections of client thread number `thread`. All threads together have each connection once, as evenly as can be.
    pub fn connections_of(&self, thread: u32) -> Range<u32> {
        let share = |thread: u32| {
            let before = u64::from(self.workload.connections) * u64::from(thread);
            // At most `connections`, since `thread` is at most `threads`.
            (before / u64::from(self.workload.threads)) as u32
        };
        share(thread)..share(thread + 1)
    }
}

impl fmt::Display for Config {
    /// The first line that a run prints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let workload = &self.workload;
        write!(f, "{}: {workload}", self.target)?;
        match &self.key {
            _ if !workload.is_of_counters() => {}
            Some(key) => write!(f, ", key '{key}'")?,
            None if workload.keys == 1 => f.write_str(", 1 fresh key")?,
            None => write!(f, ", {} fresh keys", count(workload.keys))?,
        }
        if workload.threads > 1 {
            write!(f, ", {} client threads", workload.threads)?;
        }
        let checked = match self.check {
            CheckLevel::Full => "every reply checked",
            CheckLevel::Replies => "every reply checked, without real time",
            CheckLevel::None => "only the form of replies checked",
        };
        let (seed, timeout) = (workload.seed, self.timeout);
        write!(f, ", seed {seed}, timeout {timeout:?}, {checked}")
    }
}

#[cfg(test)]
pub(crate) mod tests;
