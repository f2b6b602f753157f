//! The loads of the claims: INCR on one counter, in a closed loop or on schedule.

use std::time::Duration;

use loadgen::config::target::{Address, Target};
use loadgen::config::{Config, ConfigBuilder, Warmup};
use results::{Arrival, Protocol};

/// A load, whatever it is put on. At first one connection with one request in flight, and no warm-up.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    connections: u32,
    depth: Option<u32>,
    rate: Option<(f64, Arrival)>,
    requests: Option<u64>,
    duration: Duration,
    warmup: Warmup,
    timeout: Duration,
}

impl Load {
    /// A load that ends after this many requests.
    pub fn requests(number: u64) -> Self {
        Self::until(Some(number), Duration::ZERO)
    }

    /// A load that ends after this many milliseconds.
    pub fn lasting_ms(time: u64) -> Self {
        Self::until(None, Duration::from_millis(time))
    }

    fn until(requests: Option<u64>, duration: Duration) -> Self {
        Self {
            connections: 1,
            depth: None,
            rate: None,
            requests,
            duration,
            warmup: Warmup::Fixed(Duration::ZERO),
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

    /// The load on a server of this machine.
    pub fn config(&self) -> ConfigBuilder {
        let address = Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: 1,
        };
        let target = Target {
            protocol: Protocol::Resp,
            address,
        };
        Config::builder(target)
            .connections(self.connections)
            .pipeline_depth(self.depth)
            .rate_per_s(self.rate.map(|(rate_per_s, _)| rate_per_s))
            .arrival(self.rate.map(|(_, arrival)| arrival))
            .requests(self.requests)
            .duration(self.duration)
            .warmup(self.warmup)
            .timeout(self.timeout)
    }
}
