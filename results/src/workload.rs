//! The load: what was asked for, in which order of time, for how long.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Finite;

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
    pub operations: Vec<Share>,
    /// Counters, or keys, that the operations are spread over.
    pub keys: u64,
    /// Bytes of payload in each request that carries one.
    pub payload_bytes: u64,
    /// The seed of everything random: the same seed is the same load.
    pub seed: u64,
}

/// What decides when the next request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum LoadMode {
    /// The reply to the one before: a slow server is asked less, so its worst moments are asked least.
    Closed,
    /// A schedule that does not care for replies, as users do.
    Open {
        /// Requests per second over all connections.
        rate_per_s: Finite,
        /// The pattern of the schedule.
        arrival: Arrival,
    },
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
    /// After so many requests.
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

/// One operation's share of the mix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// `incr`, `get`, `echo`, `ping`, …
    pub operation: String,
    /// Its weight; the share is the weight over the sum of all weights.
    pub weight: u32,
}
