//! `loadgen sweep` and `loadgen find`: one server under many loads.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::LoadArguments;
use crate::config::Config;
use crate::config::goal::Goal;
use crate::config::operation::{Kind, Mix};
use crate::config::target::Target;
use crate::config::units::parse_count;
use crate::experiment::Cpus;

/// The arguments of `loadgen sweep`.
#[derive(Debug, Args)]
pub struct SweepArguments {
    /// host:port, resp://host:port, unix:/path, or echo://host:port for a plain-echo server
    pub target: Target,
    /// What is varied, and how: rate=1k,2k,5k or connections=1,10,100 or depth=… or keys=… or size=…
    #[arg(long, value_name = "WHAT=LIST")]
    pub over: Over,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as help")]
    pub load: LoadArguments,
    /// Runs at each point, interleaved
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub repeat: u32,
    /// End with 0 also where the load generator was in the way; the last line says so all the same
    #[arg(long)]
    pub allow_invalid: bool,
    /// The name of the system in tables and pictures
    #[arg(long)]
    pub label: Option<String>,
    /// Write comparison.json and report.html into this folder
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
}

/// The arguments of `loadgen find`.
#[derive(Debug, Args)]
pub struct FindArguments {
    /// host:port, resp://host:port, unix:/path, or echo://host:port for a plain-echo server
    pub target: Target,
    /// The limits that the rate must keep, such as 'p99<1ms'
    #[arg(required = true, value_name = "LIMIT")]
    pub goals: Vec<Goal>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as help")]
    pub load: LoadArguments,
    /// The rate to begin with
    #[arg(long, value_name = "RATE", default_value = "1k", value_parser = parse_count)]
    pub from: u64,
    /// The rate that is not exceeded
    #[arg(long, value_name = "RATE", default_value = "10M", value_parser = parse_count)]
    pub to: u64,
    /// Do not end with 5 where the load generator may have missed the limit itself; the last line says so all the same
    #[arg(long)]
    pub allow_invalid: bool,
}

/// What is varied, and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    what: What,
    values: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Rate,
    Connections,
    Depth,
    Keys,
    Size,
    Cores,
}

impl Over {
    /// The points.
    pub fn values(&self) -> &[u64] {
        &self.values
    }

    /// The name of what is varied.
    pub fn name(&self) -> &'static str {
        self.what.name()
    }

    /// The load of a point.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub fn apply(
        &self,
        value: u64,
        load: &LoadArguments,
        target: &Target,
    ) -> Result<Config, String> {
        let number =
            || u32::try_from(value).map_err(|_| format!("{}={value} is out of range", self.name()));
        let mut load = load.clone();
        match self.what {
            What::Rate => load.rate = Some(value as f64),
            What::Connections => load.connections = number()?,
            What::Depth => load.pipeline = Some(number()?),
            What::Keys => load.keys = number()?,
            What::Size => {
                load.payload_bytes = number()?;
                // Nothing else carries a payload.
                load.operation.get_or_insert(Mix::only(Kind::Echo));
            }
            What::Cores => Cpus::first(number()?).map(|_| ())?,
        }
        // Fewer connections than threads is a point of the sweep and no mistake.
        load.threads = load.threads.min(load.connections.max(1));
        let mut plan = load.plan(target.clone())?;
        if self.is_of_servers() {
            plan.server_processors = Some(number()?);
        }
        Ok(plan)
    }

    /// Whether it is the rate that varies.
    pub fn is_of_rates(&self) -> bool {
        self.what == What::Rate
    }

    /// Whether it is the servers that vary, which have to be started for it, and not the load.
    pub fn is_of_servers(&self) -> bool {
        self.what == What::Cores
    }
}

impl What {
    const ALL: [Self; 6] = [
        Self::Rate,
        Self::Connections,
        Self::Depth,
        Self::Keys,
        Self::Size,
        Self::Cores,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Connections => "connections",
            Self::Depth => "depth",
            Self::Keys => "keys",
            Self::Size => "size",
            Self::Cores => "cores",
        }
    }
}

impl FromStr for Over {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shape = "write rate=1k,2k,5k, connections=1,10,100, depth=1,4,16, keys=1,100, size=0,64,1024 or, in compare, cores=1,2";
        let (name, list) = text
            .split_once('=')
            .ok_or_else(|| format!("'{text}' has no list; {shape}"))?;
        let what = What::ALL
            .into_iter()
            .find(|what| what.name() == name)
            .ok_or_else(|| format!("'{name}' cannot be varied; {shape}"))?;
        let values = list
            .split(',')
            .map(parse_count)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { what, values })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Arguments, Command};
    use crate::config::{Keys, Load};

    fn plans(over: &str) -> Result<Vec<Config>, String> {
        let words = ["loadgen", "sweep", "h:1", "-t", "4", "--over", over];
        let Command::Sweep(sweep) = Arguments::try_parse_from(words)
            .map_err(|error| error.to_string())?
            .command
        else {
            return Err("another command".to_owned());
        };
        sweep
            .over
            .values()
            .iter()
            .map(|value| sweep.over.apply(*value, &sweep.load, &sweep.target))
            .collect()
    }

    #[test]
    fn each_point_is_a_plan() {
        let connections: Vec<_> = plans("connections=1,10,1k")
            .unwrap()
            .iter()
            .map(|plan| (plan.connections, plan.threads))
            .collect();
        assert_eq!(connections, [(1, 1), (10, 4), (1_000, 4)]);
        assert!(
            matches!(plans("rate=5k").unwrap()[0].load, Load::Open(open) if open.rate_per_s == 5_000.0)
        );
        assert_eq!(
            plans("depth=16").unwrap()[0].load,
            Load::Closed { depth: 16 }
        );
        assert_eq!(plans("keys=100").unwrap()[0].keys, Keys::Fresh(100));
        let sized: Vec<_> = plans("size=0,1024")
            .unwrap()
            .iter()
            .map(|plan| (plan.payload_bytes, plan.mix.to_string()))
            .collect();
        assert_eq!(sized, [(0, "echo".to_owned()), (1024, "echo".to_owned())]);
    }

    #[test]
    fn what_cannot_be_varied_is_refused() {
        for over in [
            "rate",
            "colour=1",
            "rate=",
            "rate=1,x",
            "connections=0",
            "depth=99999999999",
            "cores=0",
            "cores=1000",
        ] {
            assert!(plans(over).is_err(), "{over}");
        }
    }
}
