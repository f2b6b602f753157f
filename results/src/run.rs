//! One run: its load, its target, its machine and its results.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::RunSchema;
use crate::{
    Arrival, ClientCost, Correctness, Fairness, Finite, Histogram, Host, Interval, LoadMode,
    PercentileInterval, RunLimit, ServerCost, Threshold, Validity, Workload,
};

/// One run of the load generator against one target, as `run.json` holds it.
///
/// Totals, latencies and costs are of the measured window: the run without its warm-up.
/// Correctness is of the whole run: a wrong answer is wrong during warm-up too; so is fairness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The version of this format.
    pub schema: RunSchema,
    /// The program that measured.
    pub tool: Tool,
    /// The name under which this run stands in tables and pictures; runs of one label are repetitions.
    pub label: String,
    /// The command line that made this run.
    pub command: Vec<String>,
    /// The start, in milliseconds since 1970 (UTC).
    pub started_unix_ms: u64,
    /// The server that was loaded.
    pub target: Target,
    /// The load.
    pub workload: Workload,
    /// The machine of the load generator.
    pub host: Host,
    /// The whole run, warm-up included.
    pub elapsed_ns: u64,
    /// The warm-up that was cut off its beginning.
    pub warmup_ns: u64,
    /// Whether the run was interrupted; it holds the results up to then.
    pub interrupted: bool,
    /// The counts.
    pub totals: Totals,
    /// The latencies.
    pub latency: Latency,
    /// How sure the percentiles of the response time are, of those for which the samples suffice; empty of an older file.
    #[serde(default)]
    pub percentile_intervals: Vec<PercentileInterval>,
    /// Whether the answers were right.
    pub correctness: Correctness,
    /// Whether the load generator could measure this.
    pub validity: Validity,
    /// The limits that were set beforehand, and whether they were kept.
    pub thresholds: Vec<Threshold>,
    /// What the load cost the load generator.
    pub client_cost: ClientCost,
    /// What the load cost the server; `None` where it could not be read.
    pub server_cost: Option<ServerCost>,
    /// How evenly the connections were served, over the whole run, warm-up included.
    pub fairness: Option<Fairness>,
    /// The run in slices of time, warm-up included.
    pub intervals: Vec<Interval>,
}

impl Run {
    /// The measured window: the run without its warm-up.
    pub fn measured_ns(&self) -> u64 {
        self.elapsed_ns.saturating_sub(self.warmup_ns)
    }

    /// Requests per second that were offered ([`Totals::offered_per_s`]).
    pub fn offered_per_s(&self) -> Option<f64> {
        self.totals
            .offered_per_s(&self.workload, self.warmup_ns, self.interrupted)
    }
}

/// The program that measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The server that was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// `host:port` or `unix:/path`.
    pub address: String,
    /// What was spoken.
    pub protocol: Protocol,
    /// What the server said of itself; `None` of one that says nothing.
    pub server: Option<Server>,
}

/// What was spoken with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// The Redis protocol, version 2.
    Resp,
    /// The server returns every byte as it was sent.
    Echo,
}

/// What a server said of itself (`INFO`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Server {
    /// How it waits: `threaded`, `reactor`, …; or its name, where it is `redis` or `valkey`.
    pub model: String,
    /// How its counter is kept: `plain`, `racy`, `mutex`, `atomic`; `None` where the server names none.
    pub counter: Option<String>,
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: Option<u32>,
    /// A name that no other start of a server has.
    pub run_id: Option<String>,
}

/// The counts of the measured window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Requests whose last byte was handed to the kernel.
    pub sent: u64,
    /// Requests with a well-formed reply.
    pub completed: u64,
    /// `completed` per second of the measured window ([`Finite::per_second`]); `None` of an empty window.
    pub requests_per_s: Option<Finite>,
    /// Requests without one, by reason. Wrong answers are not here: see `correctness`.
    pub failures: BTreeMap<FailureReason, u64>,
    /// Requests that an open loop held back because too many were in flight; they were sent late, none was dropped.
    pub delayed: u64,
    /// Requests in flight, seen by looking now and then: not derived from the latencies, so that the two can be compared.
    #[serde(default)]
    pub in_flight: Option<Finite>,
    /// How often it was looked.
    #[serde(default)]
    pub in_flight_looks: u64,
    /// Payload and framing, written.
    pub bytes_sent: u64,
    /// Payload and framing, read.
    pub bytes_received: u64,
}

impl Totals {
    /// Requests per second that were offered: the rate that was asked for or, of random arrivals that were all sent, as many as there
    /// were. `None` in a closed loop, which offers no more than is answered.
    pub fn offered_per_s(
        &self,
        workload: &Workload,
        warmup_ns: u64,
        interrupted: bool,
    ) -> Option<f64> {
        let LoadMode::Open {
            rate_per_s,
            arrival,
            ..
        } = workload.mode
        else {
            return None;
        };
        let all_sent = self.sent > 0 && self.delayed == 0 && self.failed() == 0 && !interrupted;
        Some(match (arrival, workload.limit) {
            (Arrival::Poisson, RunLimit::Duration { duration_ns })
                if all_sent && duration_ns > warmup_ns =>
            {
                self.sent as f64 * 1e9 / (duration_ns - warmup_ns) as f64
            }
            _ => rate_per_s.value(),
        })
    }

    /// Failures of every reason together.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }
}

/// Why a request has no well-formed reply: matters of availability, not of correctness.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// Nobody listens there.
    ConnectRefused,
    /// The connection could not be made for another reason.
    ConnectFailed,
    /// The server answered with an error (`-ERR …`).
    ErrorReply,
    /// No reply within the time limit.
    TimedOut,
    /// The server closed the connection before the reply.
    Closed,
    /// The connection was reset.
    Reset,
    /// The bytes received do not follow the protocol.
    Garbage,
    /// The run ended before the reply arrived.
    Unanswered,
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConnectRefused => "connection refused",
            Self::ConnectFailed => "connection failed",
            Self::ErrorReply => "error reply",
            Self::TimedOut => "timed out",
            Self::Closed => "closed by the server",
            Self::Reset => "connection reset",
            Self::Garbage => "not the protocol",
            Self::Unanswered => "unanswered at the end",
        })
    }
}

/// The three latencies of every request. They differ in where the clock starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Latency {
    /// Reply − intended start: a user's wait. In a closed loop the intended start is the send.
    pub response: Histogram,
    /// Reply − actual write: what the server and the kernel took. `None` in a closed loop, where a request is intended when it is
    /// written: its service time is its response time, and is not written twice.
    pub service: Option<Histogram>,
    /// Actual write − intended start: the load generator's own fault. `None` in a closed loop, which has no schedule.
    pub lag: Option<Histogram>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Finite, example};

    #[test]
    fn random_arrivals_are_held_against_as_many_as_there_were() {
        let mut run = example::empty("a");
        run.workload.limit = RunLimit::Duration {
            duration_ns: 3_000_000_000,
        };
        run.warmup_ns = 1_000_000_000;
        run.totals.sent = 190;
        let offered = |run: &mut Run, arrival| {
            run.workload.mode = LoadMode::Open {
                rate_per_s: Finite::new(100.0).unwrap(),
                arrival,
                max_in_flight: 1,
            };
            run.offered_per_s()
        };
        assert_eq!(offered(&mut run, Arrival::Poisson), Some(95.0));
        assert_eq!(offered(&mut run, Arrival::Constant), Some(100.0));
        run.totals.delayed = 1;
        assert_eq!(
            offered(&mut run, Arrival::Poisson),
            Some(100.0),
            "not all that was to be sent was sent in time"
        );
        run.workload.mode = LoadMode::Closed;
        assert_eq!(run.offered_per_s(), None);
    }
}
