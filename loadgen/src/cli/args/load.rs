//! The flags that say what load is put on a server, the same for every subcommand.

use std::num::NonZeroI64;
use std::time::Duration;

use clap::{Args, ValueEnum};
use results::CheckLevel;

use crate::config::operation::Mix;
use crate::config::target::Target;
use crate::config::units::{parse_count, parse_duration};
use crate::config::{Arrival, Config, Keys, Limit, Load, Open, Warmup};

/// The load, whatever it is put on.
#[derive(Debug, Clone, Args)]
pub struct LoadArguments {
    /// Connections in total; with sessions, the most at once
    #[arg(short = 'c', long, value_name = "N", default_value = "50", value_parser = count_u32)]
    pub connections: u32,
    /// Requests in flight on each connection [default: 1, or no bound with --rate]
    #[arg(short = 'P', long, value_name = "N", value_parser = count_u32)]
    pub pipeline: Option<u32>,
    /// Requests per second over all connections, sent on schedule whether or not replies come (an open loop)
    #[arg(short = 'r', long, value_name = "RATE", value_parser = rate)]
    pub rate: Option<f64>,
    /// The pattern of the schedule: constant, poisson, bursts:SIZE, or sessions:REQUESTS of clients that connect, ask so often and leave [default: constant]
    #[arg(long, value_name = "PATTERN", value_parser = arrival)]
    pub arrival: Option<Arrival>,
    /// Requests in flight in total, beyond which the next of the schedule is held back and counted [default: 64k]
    #[arg(long, value_name = "N", value_parser = count_u32)]
    pub max_in_flight: Option<u32>,
    /// Client threads, which share the connections
    #[arg(short = 't', long, value_name = "N", default_value = "1", value_parser = count_u32)]
    pub threads: u32,
    /// End after this time [default: 10s]
    #[arg(short = 'd', long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "requests")]
    pub duration: Option<Duration>,
    /// End after this number of requests, such as 250k or 1M
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_count)]
    pub requests: Option<u64>,
    /// Cut off the beginning: a time, or auto for what the data shows [default: auto with --duration, else 0s]
    #[arg(long, value_name = "TIME|auto", value_parser = warmup)]
    pub warmup: Option<Cut>,
    /// The most that --warmup auto may cut off
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub warmup_max: Duration,
    /// Bytes of payload in each ECHO
    #[arg(short = 's', long = "size", value_name = "BYTES", default_value = "64", value_parser = count_u32)]
    pub payload_bytes: u32,
    /// incr, get, echo, ping, or shares such as mix:incr=8,get=2 [default: incr, or echo for echo://]
    #[arg(long = "op", value_name = "OPERATION")]
    pub operation: Option<Mix>,
    /// How closely the answers are judged: each key's whole history, or what needs no common clock, or only their form
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "full")]
    pub check: Check,
    /// What each increment adds: any number but 1 goes out as INCRBY
    #[arg(
        long,
        value_name = "N",
        default_value = "1",
        allow_negative_numbers = true
    )]
    pub by: NonZeroI64,
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

/// How closely to judge, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Check {
    /// Linearizability: every key's history can have come from one counter
    Full,
    /// INCR values are unique, each connection's replies are in order, and every value is accounted for
    Replies,
    /// Only the form of each reply, and echoed payloads: to see what the judging costs
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
pub enum Cut {
    /// `auto`.
    Auto,
    /// A time, or nothing.
    Time(Duration),
}

fn warmup(text: &str) -> Result<Cut, String> {
    match text {
        "auto" => Ok(Cut::Auto),
        _ => parse_duration(text)
            .map(Cut::Time)
            .map_err(|why| format!("{why}, or auto")),
    }
}

/// `50k` requests per second, or less than one.
fn rate(text: &str) -> Result<f64, String> {
    let whole = parse_count(text).map(|rate| rate as f64);
    let fraction = || text.parse().ok().filter(|rate: &f64| rate.is_finite());
    whole.or_else(|why| fraction().ok_or(why))
}

fn arrival(text: &str) -> Result<Arrival, String> {
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
        )),
    }
}

fn count_u32(text: &str) -> Result<u32, String> {
    u32::try_from(parse_count(text)?)
        .map_err(|_| format!("{text} is too many; give at most {}", u32::MAX))
}

/// The length of a run that names neither a time nor a number of requests.
const DEFAULT_DURATION: Duration = Duration::from_secs(10);

/// Requests in flight that neither the kernel's buffers nor ours notice.
const DEFAULT_IN_FLIGHT: u32 = 64_000;

impl LoadArguments {
    /// The load on a target.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub fn plan(&self, target: Target) -> Result<Config, String> {
        if self.rate.is_none() && (self.arrival.is_some() || self.max_in_flight.is_some()) {
            return Err(
                "--arrival and --max-in-flight belong to a schedule; give its rate with -r"
                    .to_owned(),
            );
        }
        let mix = self
            .operation
            .clone()
            .unwrap_or_else(|| Mix::only(target.protocol.usual_operation()));
        let limit = match (self.requests, self.duration) {
            (Some(requests), _) => Limit::Requests(requests),
            (None, duration) => Limit::Time(duration.unwrap_or(DEFAULT_DURATION)),
        };
        let plan = Config {
            target,
            connections: self.connections,
            threads: self.threads,
            load: self.mode(),
            warmup: self.warm_up(limit),
            limit,
            mix,
            amount: self.by,
            payload_bytes: self.payload_bytes,
            keys: Keys::Fresh(self.keys),
            seed: self.seed,
            timeout: self.timeout,
            server_pid: None,
            server_processors: None,
            label: None,
            check: self.check.into(),
            history: None,
        };
        plan.checked()
    }

    fn mode(&self) -> Load {
        match self.rate {
            None => Load::Closed {
                depth: self.pipeline.unwrap_or(1),
            },
            Some(rate_per_s) => Load::Open(Open {
                rate_per_s,
                arrival: self.arrival.unwrap_or(Arrival::Constant),
                depth: self.pipeline,
                max_in_flight: self.max_in_flight.unwrap_or(DEFAULT_IN_FLIGHT),
            }),
        }
    }

    /// A number of requests is meant to be measured whole; of a time, the beginning may be left out.
    fn warm_up(&self, limit: Limit) -> Warmup {
        let found = Warmup::Found {
            at_most: self.warmup_max,
            sending: match limit {
                Limit::Time(time) => time,
                Limit::Requests(_) => Duration::MAX,
            },
        };
        match (self.warmup, limit) {
            (Some(Cut::Auto), _) | (None, Limit::Time(_)) => found,
            (Some(Cut::Time(Duration::ZERO)), _) | (None, Limit::Requests(_)) => Warmup::None,
            (Some(Cut::Time(time)), _) => Warmup::Fixed(time),
        }
    }
}
