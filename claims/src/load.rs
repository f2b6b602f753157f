//! The loads of the claims: INCR on one counter, in a closed loop or on schedule.

use std::num::NonZeroU8;
use std::time::Duration;

use loadgen::config::operation::{Kind, Mix};
use loadgen::config::target::{Place, Protocol, Target};
use loadgen::config::{Arrival, Config, Keys, Limit, Open, Warmup};
use results::CheckLevel;

use crate::Failure;

/// A load, whatever it is put on. At first one connection with one request in flight, and no warm-up.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    connections: u32,
    depth: Option<u32>,
    rate: Option<(f64, Arrival)>,
    limit: Limit,
    warmup: Warmup,
    timeout: Duration,
}

/// Requests in flight on a schedule, in total: more than any claim reaches.
const MAX_IN_FLIGHT: u32 = 64_000;

impl Load {
    /// A load that ends after this many requests.
    pub fn requests(number: u64) -> Self {
        Self::until(Limit::Requests(number))
    }

    /// A load that ends after this many milliseconds.
    pub fn lasting_ms(time: u64) -> Self {
        Self::until(Limit::Time(Duration::from_millis(time)))
    }

    fn until(limit: Limit) -> Self {
        Self {
            connections: 1,
            depth: None,
            rate: None,
            limit,
            warmup: Warmup::None,
            timeout: Duration::from_secs(5),
        }
    }

    /// The same over this many connections.
    #[must_use]
    pub fn connections(self, connections: u32) -> Self {
        Self {
            connections,
            ..self
        }
    }

    /// The same with this many requests in flight on each connection.
    #[must_use]
    pub fn depth(self, depth: u32) -> Self {
        Self {
            depth: Some(depth),
            ..self
        }
    }

    /// The same on schedule: this many requests per second over all connections.
    #[must_use]
    pub fn per_second(self, rate_per_s: f64, arrival: Arrival) -> Self {
        Self {
            rate: Some((rate_per_s, arrival)),
            ..self
        }
    }

    /// The same with this much cut off its beginning.
    #[must_use]
    pub fn warmup_ms(self, time: u64) -> Self {
        Self {
            warmup: Warmup::Fixed(Duration::from_millis(time)),
            ..self
        }
    }

    /// The same with this longest wait for a reply.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// When it ends.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// The load on a server of this machine.
    ///
    /// # Errors
    /// When it is beyond a limit of the load generator.
    pub fn on_port(&self, port: u16, label: &str, server_pid: u32) -> Result<Config, Failure> {
        let config = Config {
            target: Target {
                protocol: Protocol::Resp,
                place: Place::Tcp {
                    host: "127.0.0.1".to_owned(),
                    port,
                },
            },
            connections: self.connections,
            threads: 1,
            load: match self.rate {
                None => loadgen::config::Load::Closed {
                    depth: self.depth.unwrap_or(1),
                },
                Some((rate_per_s, arrival)) => loadgen::config::Load::Open(Open {
                    rate_per_s,
                    arrival,
                    depth: self.depth,
                    max_in_flight: MAX_IN_FLIGHT,
                }),
            },
            limit: self.limit,
            warmup: self.warmup,
            mix: Mix::only(Kind::Incr),
            amount: NonZeroU8::MIN.into(),
            payload_bytes: 64,
            keys: Keys::Fresh(1),
            seed: 1,
            timeout: self.timeout,
            server_pid: Some(server_pid),
            server_processors: None,
            label: Some(label.to_owned()),
            check: CheckLevel::Full,
            history: None,
        };
        config.checked().map_err(Failure::Load)
    }
}
