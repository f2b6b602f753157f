//! `loadgen sweep` and `loadgen find`: one server under many loads.

use std::path::PathBuf;

use clap::Args;
use loadgen::config::goal::Goal;
use loadgen::config::target::Target;
use loadgen::experiment::ParameterSweep;
use units::parse_count;

use super::{AllowInvalid, LoadArguments};

/// The arguments of `loadgen sweep`.
#[derive(Debug, Args)]
pub(crate) struct SweepArguments {
    /// host:port, resp://host:port, unix:/path, or echo://host:port for a plain-echo server
    pub(crate) target: Target,
    /// Vary one thing: rate=1k,2k,5k (up to the rate where the server falls behind), connections=1,10,100, depth=…, keys=… or size=64,1KiB
    #[arg(long, value_name = "WHAT=LIST")]
    pub(crate) over: ParameterSweep,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    /// Runs at each point, interleaved
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) repeat: u32,
    #[command(flatten)]
    pub(crate) allow: AllowInvalid,
    /// The name of the system in tables and pictures
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Write comparison.json and report.html into this folder
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
}

/// The arguments of `loadgen find`.
#[derive(Debug, Args)]
pub(crate) struct FindArguments {
    /// host:port, resp://host:port, unix:/path, or echo://host:port for a plain-echo server
    pub(crate) target: Target,
    /// The thresholds that the server must meet, such as 'p99<1ms'
    #[arg(required = true, value_name = "THRESHOLD")]
    pub(crate) goals: Vec<Goal>,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    /// The first rate to try, such as 2.5k
    #[arg(long, value_name = "RATE", default_value = "1k", value_parser = parse_count)]
    pub(crate) from: u64,
    /// The greatest rate to try, such as 1M
    #[arg(long, value_name = "RATE", default_value = "10M", value_parser = parse_count)]
    pub(crate) to: u64,
    #[command(flatten)]
    pub(crate) allow: AllowInvalid,
}
