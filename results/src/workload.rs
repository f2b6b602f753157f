//! The load: its operations, its schedule and its duration.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Finite, WeightedOperation, units};

/// The load of a run. Two runs of equal workload may be compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Workload {
    /// What decides when the next request is sent.
    pub mode: LoadMode,
    /// Connections in total.
    pub connections: u32,
    /// Requests in flight on each connection.
    pub pipeline_depth: u32,
    /// Threads of the load generator.
    pub threads: u32,
    /// When the run ends.
    pub limit: RunLimit,
    /// The operations and their shares.
    pub operations: Vec<WeightedOperation>,
    /// Counters, or keys, that the operations are spread over.
    pub keys: u64,
    /// Bytes of payload in each request that carries one.
    pub payload_bytes: u64,
    /// The seed of everything random: the same seed is the same load.
    pub seed: u64,
    /// The processors that the server was pinned to; `None` if it was not pinned. Not part of the load, but varied like one.
    #[serde(default)]
    pub server_processors: Option<u32>,
}

/// What decides when the next request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum LoadMode {
    /// The reply to the request before: a slow server gets fewer requests, and the fewest while it is slowest.
    Closed,
    /// A schedule that does not care for replies, as users do.
    Open {
        /// Requests per second over all connections.
        rate_per_s: Finite,
        /// The pattern of the schedule.
        arrival: Arrival,
        /// Requests in flight over all connections, beyond which the next is held back.
        #[serde(default = "unbounded")]
        max_in_flight: u32,
    },
}

/// Files of an older version do not say it.
fn unbounded() -> u32 {
    u32::MAX
}

/// The pattern of an open loop's schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Arrival {
    /// One request every 1/rate.
    Constant,
    /// Independent arrivals: exponential gaps.
    Poisson,
    /// Many at once, then a pause.
    Bursts {
        /// Requests that arrive together.
        size: u32,
    },
    /// Clients that connect, ask, and leave.
    Sessions {
        /// Requests of one client.
        requests: u32,
    },
}

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum RunLimit {
    /// After this many requests.
    Requests {
        /// Requests in total.
        requests: u64,
    },
    /// After so much time.
    Duration {
        /// The time.
        duration_ns: u64,
    },
}

impl Workload {
    /// Whether it asks counters.
    pub fn is_of_counters(&self) -> bool {
        self.operations
            .iter()
            .any(|share| share.operation.is_of_counter())
    }

    /// Requests of each client, where clients connect, ask and leave.
    pub fn session_requests(&self) -> Option<u32> {
        match self.mode {
            LoadMode::Open {
                arrival: Arrival::Sessions { requests },
                ..
            } => Some(requests),
            LoadMode::Open { .. } | LoadMode::Closed => None,
        }
    }

    /// Whether a run of this load may be compared with one of that. The seed may differ: it picks a sample, not a load.
    pub fn same_load(&self, other: &Self) -> bool {
        self.differences(other).is_empty()
    }

    /// What differs between two loads, each as `connections: 50 and 64`; empty of loads that may be compared.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let pairs = self.parts().into_iter().zip(other.parts());
        pairs
            .filter(|((_, ours), (_, theirs))| ours != theirs)
            .map(|((what, ours), (_, theirs))| format!("{what}: {ours} and {theirs}"))
            .collect()
    }

    /// What distinguishes this load from the others, such as `64 connections`; empty if all are the same.
    pub fn difference_from<'a>(&self, others: impl Iterator<Item = &'a Self> + Clone) -> String {
        let differs = |place: usize, text: &String| {
            others.clone().any(|other| other.parts()[place].1 != *text)
        };
        let parts = self.parts();
        let telling = parts
            .iter()
            .enumerate()
            .filter(|(place, (_, text))| differs(*place, text));
        telling
            .map(|(_, (_, text))| text.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Everything but the seed, by name, as it is said of this load.
    fn parts(&self) -> [(&'static str, String); 9] {
        let many = |number: u64, one: &str| match number {
            1 => format!("1 {one}"),
            more => format!("{} {one}s", units::count(more)),
        };
        [
            ("load", self.mode.to_string()),
            ("connections", many(self.connections.into(), "connection")),
            (
                "pipeline depth",
                match self.mode {
                    LoadMode::Closed => format!("{} in flight on each", self.pipeline_depth),
                    LoadMode::Open { .. } => {
                        let most = units::count(self.pipeline_depth.into());
                        format!("at most {most} in flight")
                    }
                },
            ),
            ("client threads", many(self.threads.into(), "client thread")),
            ("length", self.limit.to_string()),
            ("operations", mix(&self.operations)),
            ("keys", many(self.keys, "key")),
            ("payload", units::bytes(self.payload_bytes as f64)),
            (
                "the server's processors",
                self.server_processors.map_or_else(
                    || "a server on every processor".to_owned(),
                    |processors| format!("a server on {}", many(processors.into(), "processor")),
                ),
            ),
        ]
    }
}

impl fmt::Display for Workload {
    /// The load in words: `open loop 20 000 req/s (Poisson), 64 connections, incr, 64 B, 2.00 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [
            mode,
            connections,
            depth,
            _,
            limit,
            operations,
            _,
            payload,
            server,
        ] = self.parts().map(|(_, text)| text);
        write!(f, "{mode}, {connections}")?;
        if self.pipeline_depth > 1 {
            write!(f, ", {depth}")?;
        }
        write!(f, ", {operations}, {payload}, {limit}")?;
        match self.server_processors {
            Some(_) => write!(f, ", {server}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for LoadMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Open {
            rate_per_s,
            arrival,
            ..
        } = self
        else {
            return f.write_str("closed loop");
        };
        let rate = units::number(rate_per_s.value());
        write!(f, "open loop {rate} req/s ({arrival})")
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.write_str("constant"),
            Self::Poisson => f.write_str("Poisson"),
            Self::Bursts { size } => write!(f, "bursts of {size}"),
            Self::Sessions { requests } => write!(f, "sessions of {requests}"),
        }
    }
}

impl fmt::Display for RunLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests { requests: 1 } => f.write_str("1 request"),
            Self::Requests { requests } => write!(f, "{} requests", units::count(*requests)),
            Self::Duration { duration_ns } => f.write_str(&units::time(*duration_ns)),
        }
    }
}

/// `incr` alone, `incr 80.0 %, get 20.0 %` together.
fn mix(operations: &[WeightedOperation]) -> String {
    let whole: u64 = operations.iter().map(|share| u64::from(share.weight)).sum();
    match operations {
        [only] => only.operation.to_string(),
        _ => operations
            .iter()
            .map(|share| {
                let part = f64::from(share.weight) / whole.max(1) as f64;
                format!("{} {}", share.operation, units::percent(part))
            })
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[cfg(test)]
mod tests {
    use crate::example;
    use crate::{LoadMode, parse_mix};

    #[test]
    fn a_load_is_said_in_words() {
        let mut workload = example::open_loop("a").workload;
        let said = |text: String| text.replace('\u{a0}', " ");
        assert_eq!(
            said(workload.to_string()),
            "open loop 20 000 req/s (Poisson), 64 connections, incr, 64 B, 2.00 s"
        );
        workload.mode = LoadMode::Closed;
        workload.connections = 1;
        workload.pipeline_depth = 16;
        workload.operations = parse_mix("mix:incr=3,get=1").unwrap();
        workload.server_processors = Some(2);
        assert_eq!(
            said(workload.to_string()),
            "closed loop, 1 connection, 16 in flight on each, incr 75.0 %, get 25.0 %, 64 B, 2.00 s, a server on 2 processors"
        );
    }

    #[test]
    fn what_differs_is_named_and_the_seed_is_not() {
        let ours = example::open_loop("a").workload;
        let mut theirs = ours.clone();
        theirs.seed = 99;
        assert!(ours.same_load(&theirs));
        theirs.connections = 50;
        assert_eq!(
            theirs.difference_from([&ours].into_iter()),
            "50 connections"
        );
        assert_eq!(ours.difference_from([&ours].into_iter()), "");
        assert_eq!(
            ours.differences(&theirs),
            ["connections: 64 connections and 50 connections"]
        );
    }
}
