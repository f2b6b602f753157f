//! The flags that say what load is put on a server, the same for every subcommand.

use std::error::Error;
use std::num::NonZeroI64;
use std::time::Duration;

use clap::{Args, ValueEnum};
use loadgen::config::target::Target;
use loadgen::config::{Config, ConfigBuilder, Warmup};
use results::{Arrival, CheckLevel, Operation, WeightedOperation, parse_mix};
use units::{parse_count, parse_duration, parse_rate, parse_size};

/// The load, on any server.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadArguments {
    /// Connections in total; with sessions, the most at once
    #[arg(short = 'c', long, value_name = "N", default_value = "50", value_parser = count_u32)]
    pub(crate) connections: u32,
    /// Requests in flight on each connection [default: 1, or no bound with --rate]
    #[arg(short = 'P', long, value_name = "N", value_parser = count_u32)]
    pub(crate) pipeline: Option<u32>,
    /// Requests per second over all connections, sent on schedule whether or not replies come (an open loop)
    #[arg(short = 'r', long, value_name = "RATE", value_parser = parse_rate)]
    pub(crate) rate: Option<f64>,
    /// The pattern of the schedule: constant, poisson, bursts:SIZE, or sessions:REQUESTS (clients that connect, send this many requests and
    /// leave) [default: constant]
    #[arg(long, value_name = "PATTERN", value_parser = arrival)]
    pub(crate) arrival: Option<Arrival>,
    /// Requests in flight in total, beyond which the next of the schedule is held back and counted [default: 64k]
    #[arg(long, value_name = "N", value_parser = count_u32)]
    pub(crate) max_in_flight: Option<u32>,
    /// Client threads, which share the connections
    #[arg(short = 't', long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub(crate) threads: u32,
    /// End after this time [default: 10s]
    #[arg(short = 'd', long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "requests")]
    pub(crate) duration: Option<Duration>,
    /// End after this number of requests, such as 250k or 1M
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_count)]
    pub(crate) requests: Option<u64>,
    /// Cut off the beginning: a time, or auto for what the data shows [default: auto with --duration, else 0s]
    #[arg(long, value_name = "TIME|auto", value_parser = warmup)]
    pub(crate) warmup: Option<Cut>,
    /// The most that --warmup auto may cut off
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub(crate) warmup_max: Duration,
    /// Bytes of payload in each ECHO
    #[arg(short = 's', long = "size", value_name = "BYTES", default_value = "64", value_parser = size_u32)]
    pub(crate) payload_bytes: u32,
    /// incr, get, echo, ping, or shares such as mix:incr=8,get=2 [default: incr, or echo for echo://]
    #[arg(long = "op", value_name = "OPERATION", value_parser = mix)]
    pub(crate) operations: Option<Mix>,
    /// How closely the replies are checked: each key's whole history, or what needs no common clock, or only their form
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "full")]
    pub(crate) check: Check,
    /// What each increment adds: any number but 1 goes out as INCRBY
    #[arg(
        long,
        value_name = "N",
        default_value = "1",
        allow_negative_numbers = true
    )]
    pub(crate) by: NonZeroI64,
    /// Counters, each with a fresh name, that INCR and GET are spread over
    #[arg(long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub(crate) keys: u32,
    /// Seed of everything random: the same seed sends every server the same requests
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) seed: u64,
    /// The longest wait for anything: a connection, a reply, the final values
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

/// How closely to check, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Check {
    /// Linearizability: every key's history can have come from one counter
    Full,
    /// INCR values are unique, each connection's replies are in order, and every value is accounted for
    Replies,
    /// Only the form of each reply, and echoed payloads: to see what the check costs
    None,
}

impl From<Check> for CheckLevel {
    fn from(check: Check) -> Self {
        match check {
            Check::Full => Self::Full,
            Check::Replies => Self::Replies,
            Check::None => Self::None,
        }
    }
}

/// What to cut off, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// `auto`.
    Auto,
    /// A time, or nothing.
    Time(Duration),
}

/// Operations and their weights. (A `Vec` would be taken for a flag that is given several times.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mix(pub(crate) Vec<WeightedOperation>);

fn mix(text: &str) -> Result<Mix, results::ParseOperationError> {
    parse_mix(text).map(Mix)
}

fn warmup(text: &str) -> Result<Cut, String> {
    match text {
        "auto" => Ok(Cut::Auto),
        _ => parse_duration(text)
            .map(Cut::Time)
            .map_err(|why| format!("{why}, or auto")),
    }
}

fn arrival(text: &str) -> Result<Arrival, Box<dyn Error + Send + Sync>> {
    match text.split_once(':').unwrap_or((text, "")) {
        ("constant", "") => Ok(Arrival::Constant),
        ("poisson", "") => Ok(Arrival::Poisson),
        ("bursts", size) => Ok(Arrival::Bursts {
            size: count_u32(size)?,
        }),
        ("sessions", requests) => Ok(Arrival::Sessions {
            requests: count_u32(requests)?,
        }),
        _ => Err(format!(
            "'{text}' is no pattern; write constant, poisson, bursts:100 or sessions:20"
        )
        .into()),
    }
}

pub(super) fn count_u32(text: &str) -> Result<u32, String> {
    let count = parse_count(text).map_err(|error| error.to_string())?;
    u32::try_from(count).map_err(|_| format!("{text} is too many; give at most {}", u32::MAX))
}

fn size_u32(text: &str) -> Result<u32, String> {
    let size = parse_size(text).map_err(|error| error.to_string())?;
    u32::try_from(size).map_err(|_| format!("{text} is too much; give at most 4GiB"))
}

impl LoadArguments {
    /// The load on a target.
    pub(crate) fn on(&self, target: Target) -> ConfigBuilder {
        let mut operations = self.operations.clone().map(|Mix(operations)| operations);
        if self.by.get() != 1 {
            let incr = Operation::Incr { by: self.by };
            for share in operations.get_or_insert_with(|| incr.alone()) {
                if share.operation == Operation::INCR {
                    share.operation = incr;
                }
            }
        }
        let auto = Warmup::Auto {
            at_most: self.warmup_max,
        };
        let warmup = match (self.warmup, self.requests) {
            (Some(Cut::Time(time)), _) => Some(Warmup::Fixed(time)),
            (Some(Cut::Auto), _) | (None, None) => Some(auto),
            (None, Some(_)) => None,
        };
        let load = Config::builder(target)
            .connections(self.connections)
            .threads(self.threads)
            .pipeline_depth(self.pipeline)
            .rate_per_s(self.rate)
            .arrival(self.arrival)
            .max_in_flight(self.max_in_flight)
            .requests(self.requests)
            .warmup(warmup)
            .operations(operations)
            .payload_bytes(self.payload_bytes)
            .keys(self.keys)
            .seed(self.seed)
            .timeout(self.timeout)
            .check(self.check.into());
        match self.duration {
            Some(duration) => load.duration(duration),
            None => load,
        }
    }
}
