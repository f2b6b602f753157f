//! Goals set before a run and checked after it: `p99<5ms`, `rate>=50k`, `failures<=0`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use results::units::{NOT_MEASURED, count, number, time};
use results::{Quantile, Run, Threshold};

use units::{parse_count, parse_duration};

use crate::machine::time::nanoseconds;

/// One goal. A run meets it or misses it; a value that was not measured misses it.
///
/// ```
/// use loadgen::config::goal::Goal;
/// let goal: Goal = "p99.9 < 5ms".parse().unwrap();
/// assert_eq!(goal.to_string(), "p99.9<5ms");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    measure: Measure,
    /// One of [`RELATIONS`].
    sign: &'static str,
    /// Nanoseconds, requests per second, or requests.
    bound: u64,
}

/// The measure that a goal limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// A quantile of the response time.
    Response(Quantile),
    /// Requests answered per second.
    Rate,
    /// Requests without a well-formed reply.
    Failures,
}

/// A comparison of two numbers.
type Relation = fn(&f64, &f64) -> bool;

/// The relations by their signs. Longer signs come first, because the first match counts.
const RELATIONS: [(&str, Relation); 4] = [
    ("<=", f64::le),
    (">=", f64::ge),
    ("<", f64::lt),
    (">", f64::gt),
];

impl Goal {
    /// Compares a run with this goal.
    pub fn check(self, run: &Run) -> Threshold {
        let reading = self.measure.read(run);
        let bound = self.bound as f64;
        let is_met = |value| {
            let mut relations = RELATIONS.iter();
            relations.any(|(sign, holds)| *sign == self.sign && holds(&value, &bound))
        };
        Threshold {
            expression: self.to_string(),
            reading: reading.map_or(NOT_MEASURED.to_owned(), |value| self.measure.text(value)),
            met: reading.is_some_and(is_met),
        }
    }
}

impl Measure {
    fn read(self, run: &Run) -> Option<f64> {
        match self {
            Self::Response(quantile) => {
                let ns = run.latency.response.quantile_ns(quantile);
                ns.map(|ns| ns as f64)
            }
            Self::Rate => run.totals.requests_per_s.map(results::Finite::value),
            Self::Failures => Some(run.totals.failed() as f64),
        }
    }

    fn text(self, value: f64) -> String {
        match self {
            Self::Response(_) => time(value as u64),
            Self::Rate => format!("{} requests/s", number(value)),
            Self::Failures => count(value as u64),
        }
    }
}

/// Why a text is not a goal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseGoalError {
    /// It has no comparison.
    #[error("'{0}' is no threshold; write 'p99<5ms', 'rate>=50k' or 'failures<=0'")]
    NoComparison(String),
    /// The measure is unknown: the measure, and the whole text.
    #[error("'{0}' in '{1}' is no measure; write p50, p99.9, max, rate or failures")]
    Measure(String, String),
    /// Its bound is not a number, or not a time.
    #[error("{0}")]
    Bound(String),
}

impl FromStr for Goal {
    type Err = ParseGoalError;

    fn from_str(text: &str) -> Result<Self, ParseGoalError> {
        let mut relations = RELATIONS.iter();
        let found = relations.find_map(|(sign, _)| Some((text.split_once(sign)?, *sign)));
        let ((measure, bound), sign) =
            found.ok_or_else(|| ParseGoalError::NoComparison(text.to_owned()))?;
        let (measure, bound) = (measure.trim(), bound.trim());
        let bad_bound = |error: units::UnitError| ParseGoalError::Bound(error.to_string());
        let count = || parse_count(bound).map_err(bad_bound);
        let (measure, bound) = match measure {
            "rate" => (Measure::Rate, count()?),
            "failures" => (Measure::Failures, count()?),
            _ => {
                let unknown = |_| ParseGoalError::Measure(measure.to_owned(), text.to_owned());
                let quantile = measure.parse().map_err(unknown)?;
                let bound = parse_duration(bound).map_err(bad_bound)?;
                (Measure::Response(quantile), nanoseconds(bound))
            }
        };
        Ok(Self {
            measure,
            sign,
            bound,
        })
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = self.sign;
        match self.measure {
            Measure::Response(quantile) => {
                write!(f, "{quantile}{sign}{:?}", Duration::from_nanos(self.bound))
            }
            Measure::Rate => write!(f, "rate{sign}{}", self.bound),
            Measure::Failures => write!(f, "failures{sign}{}", self.bound),
        }
    }
}

#[cfg(test)]
mod tests {
    use results::{Finite, Histogram, example};

    use super::*;

    fn run() -> Run {
        let mut run = example::open_loop("x");
        run.latency.response = Histogram::new();
        (1..=100).for_each(|ms| run.latency.response.record(ms * 1_000_000));
        run.totals.requests_per_s = Finite::new(20_000.0);
        run.totals.failures.clear();
        run
    }

    #[test]
    fn goals_are_met_or_missed() {
        let cases = [
            ("p50<60ms", true),
            ("p50 < 40ms", false),
            ("max<=101ms", true),
            ("rate>=20k", true),
            ("rate>20k", false),
            ("failures<=0", true),
            ("failures>0", false),
        ];
        for (text, met) in cases {
            assert_eq!(
                text.parse::<Goal>().unwrap().check(&run()).met,
                met,
                "{text}"
            );
        }
    }

    #[test]
    fn an_unmeasured_value_misses_its_goal() {
        let mut run = run();
        run.latency.response = Histogram::new();
        let threshold = "p99<1h".parse::<Goal>().unwrap().check(&run);
        assert_eq!((threshold.reading.as_str(), threshold.met), ("n/a", false));
    }

    #[test]
    fn an_invalid_goal_is_refused() {
        for text in [
            "",
            "p99",
            "p99=5ms",
            "p99<5",
            "p101<5ms",
            "latency<5ms",
            "rate<5ms",
            "<5ms",
        ] {
            assert!(text.parse::<Goal>().is_err(), "{text}");
        }
    }
}
