//! A fraction that is a number: NaN and infinity cannot be written down.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A floating-point number that is neither NaN nor infinite.
///
/// JSON has no word for NaN, and a picture has no place for it; so a quotient without a divisor is refused here, at
/// its source, and becomes `None` ("n/a") instead of a strange mark on a page.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64")]
pub struct Finite(f64);

impl Finite {
    /// The number, or `None` if it is NaN or infinite.
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }

    /// `part / whole`, or `None` where the quotient does not exist.
    pub fn ratio(part: f64, whole: f64) -> Option<Self> {
        Self::new(part / whole)
    }

    /// `count` per second over a time, or `None` over no time.
    pub fn per_second(count: u64, elapsed_ns: u64) -> Option<Self> {
        Self::ratio(count as f64 * 1e9, elapsed_ns as f64)
    }

    /// The number itself.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// NaN or an infinity where a number should be.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{0} is not a finite number")]
pub struct NotFinite(f64);

impl From<Finite> for f64 {
    fn from(finite: Finite) -> f64 {
        finite.0
    }
}

impl TryFrom<f64> for Finite {
    type Error = NotFinite;

    fn try_from(value: f64) -> Result<Self, NotFinite> {
        Self::new(value).ok_or(NotFinite(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_that_does_not_exist_is_none() {
        assert_eq!(Finite::ratio(1.0, 0.0), None);
        assert_eq!(Finite::ratio(0.0, 0.0), None);
        assert_eq!(Finite::per_second(3, 0), None);
        assert_eq!(
            Finite::per_second(3, 1_500_000_000).map(Finite::value),
            Some(2.0)
        );
        assert!(Finite::try_from(f64::NAN).is_err());
    }
}
