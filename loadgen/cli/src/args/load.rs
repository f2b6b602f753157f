//! The flags that say what load is put on a server, the same for every subcommand.

use std::error::Error;
use std::num::NonZeroI64;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use loadgen::config::target::Target;
use loadgen::config::{Config, ConfigBuilder, Warmup};
use results::{Arrival, CheckLevel, Operation, WeightedOperation, parse_mix};
use units::{parse_count, parse_duration, parse_rate, parse_size};

/// The load, on any server.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadArguments {
    /// Connections in total; with --arrival sessions, the most at once
    #[arg(short = 'c', long, value_name = "N", default_value = "50", value_parser = count_u32)]
    pub(crate) connections: u32,
    /// Requests in flight on each connection [default: 1, or without limit with --rate]
    #[arg(short = 'P', long, value_name = "N", value_parser = count_u32)]
    pub(crate) pipeline: Option<u32>,
    /// Requests per second in total, such as 2.5k, sent on schedule whether or not replies come (an open loop) [default: a closed loop, which
    /// sends the next request after a reply]
    #[arg(short = 'r', long, value_name = "RATE", value_parser = parse_rate)]
    pub(crate) rate: Option<f64>,
    /// The pattern of the schedule: constant, poisson, bursts:SIZE, or sessions:REQUESTS (clients connect, send this many requests and leave)
    /// [default: constant]
    #[arg(long, value_name = "PATTERN", value_parser = arrival)]
    pub(crate) arrival: Option<Arrival>,
    /// The most requests in flight in total; requests beyond are delayed and counted [default: 64k]
    #[arg(long, value_name = "N", value_parser = count_u32)]
    pub(crate) max_in_flight: Option<u32>,
    /// Client threads, which share the connections
    #[arg(short = 't', long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub(crate) threads: u32,
    /// End after this time, such as 30s or 1m30s [default: 10s]
    #[arg(short = 'd', long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "requests")]
    pub(crate) duration: Option<Duration>,
    /// End after this number of requests, such as 250k or 1e6
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_count)]
    pub(crate) requests: Option<u64>,
    /// Leave the beginning out of the results: a time, 0, or auto (until the latencies are steady) [default: auto, or 0 with --requests]
    #[arg(long, value_name = "TIME|auto", value_parser = warmup)]
    pub(crate) warmup: Option<Warmup>,
    /// The most that --warmup auto may leave out
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub(crate) warmup_max: Duration,
    /// Bytes of payload in each ECHO, such as 64 or 1KiB
    #[arg(short = 's', long = "size", value_name = "BYTES", default_value = "64", value_parser = size_u32)]
    pub(crate) payload_bytes: u32,
    /// incr, get, echo, ping, or a mix such as mix:incr=8,get=2 [default: incr, or echo for echo://]
    #[arg(long = "op", value_name = "OPERATION", value_parser = mix)]
    pub(crate) operations: Option<Mix>,
    /// What to check in the replies
    #[arg(long, value_name = "LEVEL", default_value = "full", value_parser = named(&CHECK_LEVELS))]
    pub(crate) check: CheckLevel,
    /// What each increment adds; sent as INCRBY if it is not 1
    #[arg(
        long,
        value_name = "N",
        default_value = "1",
        allow_negative_numbers = true
    )]
    pub(crate) by: NonZeroI64,
    /// Counters for INCR and GET, each with a new name
    #[arg(long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub(crate) keys: u32,
    /// Seed of everything random: with the same seed every server gets the same requests
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) seed: u64,
    /// The longest wait for a connection, for a reply, and for the final values of the counters
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

/// Values by their names, each with its help.
pub(crate) type Named<T, const N: usize> = [(&'static str, T, &'static str); N];

/// What is checked.
pub(crate) const CHECK_LEVELS: Named<CheckLevel, 3> = [
    (
        "full",
        CheckLevel::Full,
        "every key's history is linearizable: one counter can have produced it",
    ),
    (
        "replies",
        CheckLevel::Replies,
        "INCR values are unique, replies on a connection are in order, the final values add up",
    ),
    (
        "none",
        CheckLevel::None,
        "only the form of replies, and echoed payloads: shows what checking costs",
    ),
];

/// Takes one of these names; help and completions list them.
pub(super) fn named<T: Copy + Send + Sync, const N: usize>(
    values: &'static Named<T, N>,
) -> impl TypedValueParser<Value = T> {
    let names = values.each_ref();
    let names = names.map(|(name, _, help)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(names).try_map(|text| {
        let named = values.iter().find(|(name, ..)| *name == text);
        // Other names are refused before.
        named.map(|(_, value, _)| *value).ok_or("unknown name")
    })
}

/// Operations and their weights. (A `Vec` would be taken for a flag that is given several times.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mix(pub(crate) Vec<WeightedOperation>);

fn mix(text: &str) -> Result<Mix, results::ParseOperationError> {
    parse_mix(text).map(Mix)
}

fn warmup(text: &str) -> Result<Warmup, String> {
    // How much `auto` may leave out is an argument of its own.
    let at_most = Duration::ZERO;
    match text {
        "auto" => Ok(Warmup::Auto { at_most }),
        _ => match parse_duration(text) {
            Ok(time) => Ok(Warmup::Fixed(time)),
            Err(why) => Err(format!("{why}, or auto")),
        },
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
            "'{text}' is not a pattern; write constant, poisson, bursts:100 or sessions:20"
        )
        .into()),
    }
}

pub(super) fn count_u32(text: &str) -> Result<u32, String> {
    let count = parse_count(text).map_err(|error| error.to_string())?;
    u32::try_from(count).map_err(|_| format!("{text} is too many; write at most {}", u32::MAX))
}

fn size_u32(text: &str) -> Result<u32, String> {
    let size = parse_size(text).map_err(|error| error.to_string())?;
    u32::try_from(size).map_err(|_| format!("{text} is too large; write less than 4GiB"))
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
        let at_most = self.warmup_max;
        let warmup = match self.warmup {
            Some(Warmup::Auto { .. }) => Some(Warmup::Auto { at_most }),
            None if self.requests.is_none() => Some(Warmup::Auto { at_most }),
            fixed => fixed,
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
            .check(self.check);
        match self.duration {
            Some(duration) => load.duration(duration),
            None => load,
        }
    }
}
