//! The parameter that varies from point to point, and its values.

use std::str::FromStr;

use crate::config::{ConfigBuilder, ConfigError};
use crate::machine::cpus::Cpus;
use units::parse_count;

/// One parameter and its values: `rate=1k,2k,5k`, `connections=1,10,100`, `depth=…`, `keys=…`, `size=…` or `cores=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterSweep {
    /// One of the names in [`PARAMETERS`].
    name: &'static str,
    values: Vec<u64>,
}

/// Sets a parameter of a load.
type Setter = fn(ConfigBuilder, u32) -> ConfigBuilder;

/// The parameters that can vary.
const PARAMETERS: [(&str, Setter); 6] = [
    (RATE, |load, rate| load.rate_per_s(f64::from(rate))),
    ("connections", ConfigBuilder::connections),
    ("depth", |load, depth| load.pipeline_depth(depth)),
    ("keys", ConfigBuilder::keys),
    ("size", |load, bytes| {
        load.payload_bytes(bytes).echo_by_default()
    }),
    (CORES, |load, cores| load.server_processors(cores)),
];
const RATE: &str = "rate";
const CORES: &str = "cores";

/// Why a text is not a parameter and its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0}; write rate=1k,2k,5k, connections=1,10,100, depth=1,4,16, keys=1,100, size=0,64,1024 or, in compare, cores=1,2"
)]
pub struct ParseSweepError(String);

impl ParameterSweep {
    /// Returns the values, in the order of the points.
    pub fn values(&self) -> &[u64] {
        &self.values
    }

    /// Returns the name of the parameter.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the rate varies.
    pub fn is_of_rates(&self) -> bool {
        self.name == RATE
    }

    /// Whether the servers' processors vary: each point must then start its servers.
    pub fn is_of_servers(&self) -> bool {
        self.name == CORES
    }

    /// Returns the load with the parameter set to this value.
    ///
    /// # Errors
    /// If the value is too large for the parameter.
    pub fn apply(&self, value: u64, load: ConfigBuilder) -> Result<ConfigBuilder, ConfigError> {
        let most = u64::from(u32::MAX);
        let too_great = |_| ConfigError::OutOfRange(self.name, value, 0, most);
        let number = u32::try_from(value).map_err(too_great)?;
        if self.is_of_servers() {
            Cpus::first(number)?;
        }
        let mut parameters = PARAMETERS.into_iter();
        let load = match parameters.find(|(name, _)| *name == self.name) {
            Some((_, set)) => set(load, number),
            None => load,
        };
        // Fewer connections than threads is a valid point.
        Ok(load.no_idle_threads())
    }
}

impl FromStr for ParameterSweep {
    type Err = ParseSweepError;

    fn from_str(text: &str) -> Result<Self, ParseSweepError> {
        let (name, list) = text
            .split_once('=')
            .ok_or_else(|| ParseSweepError(format!("'{text}' has no list")))?;
        let named = PARAMETERS.into_iter().find(|(known, _)| *known == name);
        let (name, _) =
            named.ok_or_else(|| ParseSweepError(format!("'{name}' cannot be varied")))?;
        let values: Result<Vec<u64>, _> = list.split(',').map(parse_count).collect();
        let values = values.map_err(|error| ParseSweepError(error.to_string()))?;
        Ok(Self { name, values })
    }
}

#[cfg(test)]
mod tests {
    use results::{LoadMode, Operation};

    use super::*;
    use crate::config::Config;

    fn points(vary: &str) -> Result<Vec<Config>, Box<dyn std::error::Error>> {
        let vary: ParameterSweep = vary.parse()?;
        let load = Config::builder("h:1".parse()?).threads(4);
        let values = vary.values().iter();
        let point = |value: &u64| Ok(vary.apply(*value, load.clone())?.build()?);
        values.map(point).collect()
    }

    #[test]
    fn each_point_is_a_config() {
        let loads = |vary| -> Vec<_> {
            let configs = points(vary).unwrap().into_iter();
            configs.map(|config| config.workload).collect()
        };
        let connections: Vec<_> = loads("connections=1,10,1k")
            .iter()
            .map(|load| (load.connections, load.threads))
            .collect();
        assert_eq!(connections, [(1, 1), (10, 4), (1_000, 4)]);
        assert!(
            matches!(loads("rate=5k")[0].mode, LoadMode::Open { rate_per_s, .. } if rate_per_s.value() == 5_000.0)
        );
        assert_eq!(loads("depth=16")[0].pipeline_depth, 16);
        assert_eq!(loads("keys=100")[0].keys, 100);
        let sized: Vec<_> = loads("size=0,1024")
            .into_iter()
            .map(|load| (load.payload_bytes, load.operations))
            .collect();
        let echo = || Operation::Echo.alone();
        assert_eq!(sized, [(0, echo()), (1024, echo())]);
    }

    #[test]
    fn an_unknown_parameter_or_value_is_refused() {
        for vary in [
            "rate",
            "colour=1",
            "rate=",
            "rate=1,x",
            "connections=0",
            "depth=99999999999",
            "cores=0",
            "cores=1000",
        ] {
            assert!(points(vary).is_err(), "{vary}");
        }
    }
}
