//! One number of a claim's evidence, with its interval and its unit.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Finite, units};

/// One number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// The system it was measured on, or the two that are compared.
    pub system: String,
    /// What was measured, and under which load.
    pub what: String,
    /// The number.
    pub value: Finite,
    /// The ends of its 95 % interval, where there is one.
    pub interval: Option<(Finite, Finite)>,
    /// The unit of all three.
    pub unit: Unit,
    /// Restarted servers, or repetitions, behind it.
    pub runs: u32,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Nanoseconds.
    Time,
    /// Requests per second.
    PerSecond,
    /// One number over another.
    Ratio,
    /// A part of a whole, from 0 to 1.
    Share,
    /// Of a million.
    PerMillion,
    /// So many of something for each request.
    PerRequest,
    /// How many.
    Count,
}

impl Unit {
    /// What a bare number of this unit is counted in, for a table that a program reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "ns",
            Self::PerSecond => "1/s",
            Self::Ratio | Self::Share | Self::Count => "1",
            Self::PerMillion => "1e-6",
            Self::PerRequest => "1/request",
        }
    }

    /// A number of this unit, as it is read.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Time => units::time_of(value),
            Self::PerSecond => format!("{}/s", units::number(value)),
            Self::Ratio => format!("{}×", units::number(value)),
            Self::Share => units::percent(value),
            Self::PerMillion => format!("{}\u{a0}per million", units::number(value)),
            Self::PerRequest => units::number(value),
            Self::Count => units::count(value.max(0.0) as u64),
        }
    }
}

impl Figure {
    /// A number; `None` where it, or an end of its interval, is none.
    pub fn new(system: &str, what: impl Into<String>, unit: Unit, value: f64) -> Option<Self> {
        Some(Self {
            system: system.to_owned(),
            what: what.into(),
            value: Finite::new(value)?,
            interval: None,
            unit,
            runs: 1,
        })
    }

    /// The same with the ends of its interval, where both are numbers.
    #[must_use]
    pub fn between(self, low: f64, high: f64) -> Self {
        let interval = Finite::new(low).zip(Finite::new(high));
        Self { interval, ..self }
    }

    /// The same with the number of runs behind it.
    #[must_use]
    pub fn of_runs(self, runs: usize) -> Self {
        Self {
            runs: u32::try_from(runs).unwrap_or(u32::MAX),
            ..self
        }
    }
}

impl fmt::Display for Figure {
    /// `3.10× [2.60×, 3.70×]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: Finite| self.unit.text(value.value());
        write!(f, "{}", text(self.value))?;
        match self.interval {
            Some((low, high)) => write!(f, " [{}, {}]", text(low), text(high)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_read_with_its_interval_and_its_unit() {
        let ratio = Figure::new("a", "b", Unit::Ratio, 3.1).unwrap();
        assert_eq!(ratio.to_string(), "3.10×");
        assert_eq!(ratio.between(2.6, 3.7).to_string(), "3.10× [2.60×, 3.70×]");
        assert_eq!(Figure::new("a", "b", Unit::Time, f64::NAN), None);
    }
}
