//! Builds a [`Config`]: every value has a default, and `build` checks all of them together.

use std::path::PathBuf;
use std::time::Duration;

use results::{
    Arrival, CheckLevel, Finite, LoadMode, Operation, Protocol, RunLimit, WeightedOperation,
    Workload,
};

use super::target::{Address, Target};
use super::{Config, ConfigError, Warmup};
use crate::machine::time::nanoseconds;

/// Default bound on requests in flight: small for the kernel's buffers and ours.
const MAX_IN_FLIGHT: u32 = 64_000;

/// The longest automatic warm-up, unless another bound is given.
const WARMUP_MAX: Duration = Duration::from_secs(10);

/// Declares the builder: a field and a method per value. An optional one takes a value, or `None` for the default.
macro_rules! builder {
    (always { $($(#[$doc:meta])* $name:ident: $type:ty = $default:expr,)* } optional { $($(#[$about:meta])* $maybe:ident: $value:ty,)* }) => {
        /// The values of a run, not yet checked.
        #[derive(Debug, Clone)]
        pub struct ConfigBuilder {
            target: Target,
            $($name: $type,)*
            $($maybe: Option<$value>,)*
        }

        impl ConfigBuilder {
            pub(super) fn new(target: Target) -> Self {
                Self { target, $($name: $default,)* $($maybe: None,)* }
            }

            $($(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: $type) -> Self {
                self.$name = $name;
                self
            })*
            $($(#[$about])*
            #[must_use]
            pub fn $maybe(mut self, $maybe: impl Into<Option<$value>>) -> Self {
                self.$maybe = $maybe.into();
                self
            })*
        }
    };
}

builder! {
    always {
        /// Connections in total; with sessions, the most at once. Default: 50.
        connections: u32 = 50,
        /// Client threads, which share the connections. Default: 1.
        threads: u32 = 1,
        /// Ends the run after this time. Default: 10 s.
        duration: Duration = Duration::from_secs(10),
        /// Bytes of payload in each ECHO. Default: 64.
        payload_bytes: u32 = 64,
        /// Counters, each with a fresh name. Default: 1.
        keys: u32 = 1,
        /// The seed of all random choices except the payloads, which differ in every run. Default: 1.
        seed: u64 = 1,
        /// The longest wait for a connection, a reply or the final values. Default: 5 s.
        timeout: Duration = Duration::from_secs(5),
        /// How closely the replies are checked. Default: full.
        check: CheckLevel = CheckLevel::Full,
        /// The command line, for the record of the run.
        command: Vec<String> = Vec::new(),
    }
    optional {
        /// Requests in flight on each connection. Default: 1; with a rate, limited only by the total in flight.
        pipeline_depth: u32,
        /// Requests per second over all connections, sent on schedule: an open loop. Default: a closed loop.
        rate_per_s: f64,
        /// The pattern of an open loop's schedule. Default: constant.
        arrival: Arrival,
        /// Most requests in flight in total; at this number an open loop delays the next one. Default: 64,000.
        max_in_flight: u32,
        /// Ends the run after this number of requests. Default: after [`duration`](Self::duration).
        requests: u64,
        /// The warm-up. Default: automatic with a duration, none with a number of requests.
        warmup: Warmup,
        /// The operations and their weights ([`results::parse_mix`]). Default: INCR, or ECHO to a plain-echo server.
        operations: Vec<WeightedOperation>,
        /// The one counter to use instead of fresh ones.
        key: String,
        /// The file for the history.
        history: PathBuf,
        /// The server's process, if INFO does not name it.
        server_pid: u32,
        /// The number of processors that the server is pinned to, for the record of the run.
        server_processors: u32,
        /// The name of the run. Default: the server's name, or its address.
        label: String,
    }
}

impl ConfigBuilder {
    /// Sets the server.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// Sets the server to this loopback port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.target.address = Address::loopback(port);
        self
    }

    /// Limits the threads to one per connection.
    #[must_use]
    pub(crate) fn no_idle_threads(mut self) -> Self {
        self.threads = self.threads.min(self.connections.max(1));
        self
    }

    /// Sends ECHO if no operation was chosen: only ECHO carries a payload.
    #[must_use]
    pub(crate) fn echo_by_default(mut self) -> Self {
        self.operations
            .get_or_insert_with(|| Operation::Echo.alone());
        self
    }

    /// Checks the values together and returns the configuration.
    ///
    /// # Errors
    /// The flag, its value and the remedy.
    pub fn build(self) -> Result<Config, ConfigError> {
        let (mode, pipeline_depth) = self.mode()?;
        let usual = match self.target.protocol {
            Protocol::Resp => Operation::INCR,
            Protocol::Echo => Operation::Echo,
        };
        let auto = Warmup::Auto {
            at_most: WARMUP_MAX,
        };
        let (limit, warmup) = match self.requests {
            Some(requests) => (
                RunLimit::Requests { requests },
                Warmup::Fixed(Duration::ZERO),
            ),
            None => (
                RunLimit::Duration {
                    duration_ns: nanoseconds(self.duration),
                },
                auto,
            ),
        };
        Config {
            workload: Workload {
                mode,
                connections: self.connections,
                pipeline_depth,
                threads: self.threads,
                limit,
                operations: self.operations.unwrap_or_else(|| usual.alone()),
                keys: u64::from(self.keys),
                payload_bytes: u64::from(self.payload_bytes),
                seed: self.seed,
                server_processors: self.server_processors,
            },
            target: self.target,
            key: self.key,
            warmup: self.warmup.unwrap_or(warmup),
            timeout: self.timeout,
            check: self.check,
            history: self.history,
            server_pid: self.server_pid,
            label: self.label,
            command: self.command,
        }
        .checked()
    }

    /// Returns the kind of loop, and the most requests in flight on one connection.
    fn mode(&self) -> Result<(LoadMode, u32), ConfigError> {
        let Some(rate) = self.rate_per_s else {
            return match self.arrival.is_some() || self.max_in_flight.is_some() {
                true => Err(ConfigError::ScheduleWithoutRate),
                false => Ok((LoadMode::Closed, self.pipeline_depth.unwrap_or(1))),
            };
        };
        let arrival = self.arrival.unwrap_or(Arrival::Constant);
        let max_in_flight = self.max_in_flight.unwrap_or(MAX_IN_FLIGHT);
        let depth = match (arrival, self.pipeline_depth) {
            (Arrival::Sessions { .. }, Some(_)) => return Err(ConfigError::DepthOfSessions),
            (Arrival::Sessions { .. }, None) => 1,
            (_, depth) => depth.unwrap_or(max_in_flight),
        };
        let rate_per_s = Finite::new(rate).ok_or(ConfigError::Rate(rate.to_string()))?;
        let mode = LoadMode::Open {
            rate_per_s,
            arrival,
            max_in_flight,
        };
        Ok((mode, depth))
    }
}
