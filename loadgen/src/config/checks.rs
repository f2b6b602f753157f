//! Checks a configuration: each error names the flag, its value and the remedy.

use std::time::Duration;

use results::{Arrival, CheckLevel, LoadMode, Operation, Protocol, RunLimit};

use super::{Config, Warmup, limits};

/// Why a configuration is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A number outside its limits: the flag, its value, the minimum and the maximum.
    #[error("{0} {1} is out of range; give {2} to {3}")]
    OutOfRange(&'static str, u64, u64, u64),
    /// A rate outside its limits.
    #[error("-r {0} is out of range; give 0.001 to 1G requests per second")]
    Rate(String),
    /// A schedule without a rate.
    #[error("--arrival and --max-in-flight belong to a schedule; give its rate with -r")]
    ScheduleWithoutRate,
    /// A pipeline depth for clients that wait for each reply.
    #[error("-P does not go with --arrival sessions: a client waits for each reply; leave -P out")]
    DepthOfSessions,
    /// More threads than connections: both numbers.
    #[error("-t {0} with -c {1} leaves threads without a connection; give at most -t {1}")]
    IdleThreads(u32, u32),
    /// Too many last values to remember: the connections and the keys.
    #[error(
        "-c {0} times --keys {1} is more than {max} last values to remember; lower one of them",
        max = limits::VALUES_REMEMBERED
    )]
    ValuesRemembered(u32, u64),
    /// A key's name is empty or too long.
    #[error("--key has {0} bytes; a name has 1 to {max}", max = limits::KEY_BYTES)]
    KeyLength(usize),
    /// A history file for a run without checked counters.
    #[error(
        "--history keeps the replies to INCR and GET; it needs one of them in --op, and --check replies or full"
    )]
    EmptyHistory,
    /// A timeout under 1 ms.
    #[error("--timeout is under 1ms, the shortest wait that can be kept; write --timeout 5s")]
    Timeout,
    /// A warm-up as long as the run: both times.
    #[error("--warmup {0:?} leaves nothing of -d {1:?}; give less")]
    Warmup(Duration, Duration),
    /// Zero requests.
    #[error("-n 0 asks for nothing; write -n 1M")]
    NoRequests,
    /// Zero duration.
    #[error("-d 0 gives no time; write -d 10s")]
    NoTime,
    /// An operation that plain echo does not have.
    #[error("plain echo has no '{0}'; write --op echo, or resp:// before the address")]
    NoSuchOperation(Operation),
    /// A payload that plain echo cannot return.
    #[error("plain echo cannot answer -s 0: no byte, no reply; write -s 64")]
    EmptyEcho,
    /// More processors than the machine has.
    #[error(transparent)]
    Processors(#[from] crate::machine::cpus::CpusError),
}

impl Config {
    pub(super) fn checked(self) -> Result<Self, ConfigError> {
        let workload = &self.workload;
        let (connections, threads) = (workload.connections, workload.threads);
        within("-c", connections.into(), 1, limits::CONNECTIONS)?;
        within("-t", threads.into(), 1, limits::THREADS)?;
        within("-s", workload.payload_bytes, 0, limits::PAYLOAD_BYTES)?;
        within("--keys", workload.keys, 1, limits::KEYS)?;
        self.check_mode()?;
        if threads > connections {
            return Err(ConfigError::IdleThreads(threads, connections));
        }
        let keys = workload.keys;
        if workload.is_of_counters() && u64::from(connections) * keys > limits::VALUES_REMEMBERED {
            return Err(ConfigError::ValuesRemembered(connections, keys));
        }
        if let Some(name) = &self.key
            && !(1..=limits::KEY_BYTES).contains(&name.len())
        {
            return Err(ConfigError::KeyLength(name.len()));
        }
        let has_history = workload.is_of_counters() && self.check != CheckLevel::None;
        if self.history.is_some() && !has_history {
            return Err(ConfigError::EmptyHistory);
        }
        self.check_time()?;
        self.check_operations()?;
        Ok(self)
    }

    fn check_mode(&self) -> Result<(), ConfigError> {
        let depth = u64::from(self.workload.pipeline_depth);
        let LoadMode::Open {
            rate_per_s,
            arrival,
            max_in_flight,
        } = self.workload.mode
        else {
            return within("-P", depth, 1, limits::DEPTH);
        };
        let bound = max_in_flight.into();
        within("--max-in-flight", bound, 1, limits::IN_FLIGHT)?;
        if depth != bound {
            within("-P", depth, 1, limits::DEPTH)?;
        }
        let rate = rate_per_s.value();
        if !(limits::LEAST_RATE_PER_S..=limits::MOST_RATE_PER_S).contains(&rate) {
            return Err(ConfigError::Rate(rate.to_string()));
        }
        let (flag, size) = match arrival {
            Arrival::Bursts { size } => ("--arrival bursts:", size),
            Arrival::Sessions { requests } => ("--arrival sessions:", requests),
            Arrival::Constant | Arrival::Poisson => return Ok(()),
        };
        within(flag, size.into(), 1, limits::IN_FLIGHT)
    }

    fn check_time(&self) -> Result<(), ConfigError> {
        if self.timeout < Duration::from_millis(1) {
            return Err(ConfigError::Timeout);
        }
        let duration_ns = match self.workload.limit {
            RunLimit::Requests { requests: 0 } => return Err(ConfigError::NoRequests),
            RunLimit::Duration { duration_ns: 0 } => return Err(ConfigError::NoTime),
            RunLimit::Requests { .. } => return Ok(()),
            RunLimit::Duration { duration_ns } => duration_ns,
        };
        let duration = Duration::from_nanos(duration_ns);
        match self.warmup {
            Warmup::Fixed(warmup) if warmup >= duration => {
                Err(ConfigError::Warmup(warmup, duration))
            }
            Warmup::Fixed(_) | Warmup::Auto { .. } => Ok(()),
        }
    }

    fn check_operations(&self) -> Result<(), ConfigError> {
        if self.target.protocol == Protocol::Resp {
            return Ok(());
        }
        let mut operations = self.workload.operations.iter().map(|share| share.operation);
        match operations.find(|operation| *operation != Operation::Echo) {
            Some(other) => Err(ConfigError::NoSuchOperation(other)),
            None if self.workload.payload_bytes == 0 => Err(ConfigError::EmptyEcho),
            None => Ok(()),
        }
    }
}

fn within(flag: &'static str, value: u64, least: u64, most: u32) -> Result<(), ConfigError> {
    let most = u64::from(most);
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => Err(ConfigError::OutOfRange(flag, value, least, most)),
    }
}
