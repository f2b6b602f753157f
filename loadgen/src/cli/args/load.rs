//! The flags that say what load is put on a server, the same for every subcommand.

use std::time::Duration;

use clap::Args;

use crate::plan::operation::Mix;
use crate::plan::target::Target;
use crate::plan::units::{parse_count, parse_duration};
use crate::plan::{Keys, Limit, Load, Plan};

/// The load, whatever it is put on.
#[derive(Debug, Clone, Args)]
pub struct LoadArguments {
    /// Connections in total
    #[arg(short = 'c', long, value_name = "N", default_value = "50", value_parser = count_u32)]
    pub connections: u32,
    /// Requests in flight on each connection
    #[arg(short = 'P', long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub pipeline: u32,
    /// Client threads, which share the connections
    #[arg(short = 't', long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub threads: u32,
    /// End after this time [default: 10s]
    #[arg(short = 'd', long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "requests")]
    pub duration: Option<Duration>,
    /// End after this number of requests, such as 250k or 1M
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_count)]
    pub requests: Option<u64>,
    /// Bytes of payload in each ECHO
    #[arg(short = 's', long = "size", value_name = "BYTES", default_value = "64", value_parser = count_u32)]
    pub payload_bytes: u32,
    /// incr, get, echo, ping, or shares such as mix:incr=8,get=2 [default: incr, or echo for echo://]
    #[arg(long = "op", value_name = "OPERATION")]
    pub operation: Option<Mix>,
    /// Counters, each with a fresh name, that INCR and GET are spread over
    #[arg(long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub keys: u32,
    /// Seed of everything random: the same seed asks every server the same
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,
    /// The longest wait for anything: a connection, a reply, the final values
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    pub timeout: Duration,
}

fn count_u32(text: &str) -> Result<u32, String> {
    u32::try_from(parse_count(text)?)
        .map_err(|_| format!("{text} is too many; give at most {}", u32::MAX))
}

/// The length of a run that names neither a time nor a number of requests.
const DEFAULT_DURATION: Duration = Duration::from_secs(10);

impl LoadArguments {
    /// The load on a target; not yet [checked](Plan::checked).
    pub fn plan(&self, target: Target) -> Plan {
        let mix = self
            .operation
            .clone()
            .unwrap_or_else(|| Mix::only(target.protocol.usual_operation()));
        let limit = match (self.requests, self.duration) {
            (Some(requests), _) => Limit::Requests(requests),
            (None, duration) => Limit::Time(duration.unwrap_or(DEFAULT_DURATION)),
        };
        Plan {
            target,
            connections: self.connections,
            threads: self.threads,
            load: Load::Closed {
                depth: self.pipeline,
            },
            limit,
            mix,
            payload_bytes: self.payload_bytes,
            keys: Keys::Fresh(self.keys),
            seed: self.seed,
            timeout: self.timeout,
            server_pid: None,
            label: None,
        }
    }
}
