//! The configuration of a run, checked once, so that later code can rely on it.
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

/// A valid configuration: every number is within its limits, and all fit together. [`ConfigBuilder`] makes one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The server.
    pub target: Target,
    /// The load, as the record of the run holds it.
    pub workload: Workload,
    /// The counter to use, even if other clients write it. `None`: counters with fresh names.
    pub key: Option<String>,
    /// The time before the measured window. Replies are checked during the warm-up too.
    pub warmup: Warmup,
    /// The longest wait for a connection, a reply or the final values.
    pub timeout: Duration,
    /// How closely the replies are checked.
    pub check: CheckLevel,
    /// The history file, for a later check.
    pub history: Option<PathBuf>,
    /// The server's process, if INFO does not name it.
    pub server_pid: Option<u32>,
    /// The name of the run in tables and charts.
    pub label: Option<String>,
    /// The command line, for the record of the run.
    pub command: Vec<String>,
}

/// The part of a run before the measured window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmup {
    /// A fixed time; zero for none.
    Fixed(Duration),
    /// Detected from the data, up to a bound.
    Auto {
        /// The bound.
        at_most: Duration,
    },
}

impl Config {
    /// Returns a builder for a run against `target`, with every other value at its default.
    pub fn builder(target: Target) -> ConfigBuilder {
        ConfigBuilder::new(target)
    }

    /// Returns the connections of client thread number `thread`. The threads share all connections as evenly as possible.
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
    /// Formats the first line that a run prints.
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
