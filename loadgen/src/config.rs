//! What a run will do, decided and checked once: no later code has to doubt it.

mod checks;
mod display;
pub mod goal;
pub mod limits;
pub mod operation;
pub mod target;
pub mod units;

use std::num::NonZeroI64;
use std::path::PathBuf;
use std::time::Duration;

use results::CheckLevel;

use crate::config::checks::within;
use crate::config::operation::{Kind, Mix};
use crate::config::target::Target;

/// A run that can be made: every number within its limits, and all of them together.
#[derive(Debug, Clone)]
pub struct Config {
    /// What to drive.
    pub target: Target,
    /// Connections in total.
    pub connections: u32,
    /// Threads that share the connections; at most one for each.
    pub threads: u32,
    /// What decides when a request is sent.
    pub load: Load,
    /// When the run ends.
    pub limit: Limit,
    /// What is cut off the beginning before anything is measured.
    pub warmup: Warmup,
    /// Which requests are sent.
    pub mix: Mix,
    /// What each increment adds.
    pub amount: NonZeroI64,
    /// The length of an echoed payload.
    pub payload_bytes: u32,
    /// Which counters are used.
    pub keys: Keys,
    /// The seed of everything random but the payloads, which differ in every run.
    pub seed: u64,
    /// The longest wait for anything: a connection, a reply, the final values.
    pub timeout: Duration,
    /// The process to read the server's cost from, where INFO does not say.
    pub server_pid: Option<u32>,
    /// Processors that the server is kept to; `None` where it may use all.
    pub server_processors: Option<u32>,
    /// The name under which the run stands in tables, if it was given one.
    pub label: Option<String>,
    /// How closely the answers are judged.
    pub check: CheckLevel,
    /// The file that the history is written to, if it is to be judged again.
    pub history: Option<PathBuf>,
}

/// What decides when a request is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Load {
    /// The replies: each connection keeps `depth` requests in flight.
    Closed {
        /// Requests in flight on each connection.
        depth: u32,
    },
    /// A schedule: requests start when they are intended to, whatever has become of those before.
    Open(Open),
}

/// A load that does not wait for replies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Open {
    /// Requests per second over all connections.
    pub rate_per_s: f64,
    /// The pattern of the schedule.
    pub arrival: Arrival,
    /// Requests in flight on one connection, beyond which the next is held back; `None` for no bound of its own.
    pub depth: Option<u32>,
    /// Requests in flight over all connections, beyond which the next is held back.
    pub max_in_flight: u32,
}

/// The pattern of an open loop's schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// One request every 1/rate.
    Constant,
    /// Independent arrivals, as those of many users are.
    Poisson,
    /// So many at once, then a pause.
    Bursts {
        /// Requests that arrive together.
        size: u32,
    },
    /// Independent clients: each connects, asks so many times, one after the other, and leaves.
    Sessions {
        /// Requests of one client.
        requests: u32,
    },
}

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// After so many requests.
    Requests(u64),
    /// After so much time.
    Time(Duration),
}

/// What is cut off the beginning of a run. Answers are judged during the warm-up too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmup {
    /// Nothing.
    None,
    /// So much time.
    Fixed(Duration),
    /// As much as the data says.
    Found {
        /// The bound.
        at_most: Duration,
        /// How long requests are sent. What comes after is no steady state.
        sending: Duration,
    },
}

/// Which counters a run uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// So many counters whose names nobody used before.
    Fresh(u32),
    /// The one counter of this name, whoever else may write it.
    Named(String),
}

impl Keys {
    /// How many counters there are.
    pub fn count(&self) -> u32 {
        match self {
            Self::Fresh(count) => *count,
            Self::Named(_) => 1,
        }
    }
}

impl Config {
    /// The plan, if all of it can be done together.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub fn checked(self) -> Result<Self, String> {
        within("-c", u64::from(self.connections), 1, limits::CONNECTIONS)?;
        within("-t", u64::from(self.threads), 1, limits::THREADS)?;
        within(
            "-s",
            u64::from(self.payload_bytes),
            0,
            limits::PAYLOAD_BYTES,
        )?;
        within("--keys", u64::from(self.keys.count()), 1, limits::KEYS)?;
        self.check_load()?;
        if self.threads > self.connections {
            return Err(format!(
                "-t {} with -c {} leaves threads without a connection; give at most -t {}",
                self.threads, self.connections, self.connections
            ));
        }
        let remembered = u64::from(self.connections) * u64::from(self.keys.count());
        if self.counts() && remembered > limits::VALUES_REMEMBERED {
            return Err(format!(
                "-c {} times --keys {} is more than {} last values to remember; lower one of them",
                self.connections,
                self.keys.count(),
                limits::VALUES_REMEMBERED
            ));
        }
        if let Keys::Named(name) = &self.keys
            && !(1..=limits::KEY_BYTES).contains(&name.len())
        {
            return Err(format!(
                "--key has {} bytes; a name has 1 to {}",
                name.len(),
                limits::KEY_BYTES
            ));
        }
        self.check_history()?;
        self.check_time()?;
        self.check_operations()?;
        Ok(self)
    }

    /// How often each client asks, and the load that they make, where clients come and go.
    pub fn sessions(&self) -> Option<(Open, u32)> {
        match self.load {
            Load::Open(open) => match open.arrival {
                Arrival::Sessions { requests } => Some((open, requests)),
                Arrival::Constant | Arrival::Poisson | Arrival::Bursts { .. } => None,
            },
            Load::Closed { .. } => None,
        }
    }

    /// Whether the run touches counters.
    pub fn counts(&self) -> bool {
        self.mix.includes(Kind::Incr) || self.mix.includes(Kind::Get)
    }

    /// The connections of thread number `thread`: all threads together have each connection once, as evenly as may be.
    pub fn connections_of(&self, thread: u32) -> std::ops::Range<u32> {
        let share = |thread: u32| {
            let before = u64::from(self.connections) * u64::from(thread);
            // At most `connections`, since `thread` is at most `threads`.
            (before / u64::from(self.threads)) as u32
        };
        share(thread)..share(thread + 1)
    }
}

#[cfg(test)]
pub(crate) mod tests;
