//! A quantile as an exact fraction, so that p99.99 of a billion samples is the sample it should be.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A quantile, kept as the share of samples that lie **above** it, in parts per billion.
///
/// The tail is what a percentile is about, and `1.0 - 0.9999` is not `0.0001` in floating point. Counting the tail
/// in whole parts keeps every rank exact.
///
/// ```
/// use results::Quantile;
/// let p99_9: Quantile = "p99.9".parse().unwrap();
/// assert_eq!(p99_9, Quantile::P99_9);
/// assert_eq!(p99_9.rank(2_000), 1_998); // two samples lie above
/// assert_eq!(p99_9.to_string(), "p99.9");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantile {
    above_ppb: u32,
}

const WHOLE_PPB: u32 = 1_000_000_000;

impl Quantile {
    /// The median.
    pub const P50: Self = Self::above(500_000_000);
    /// One sample in ten lies above.
    pub const P90: Self = Self::above(100_000_000);
    /// One sample in a hundred lies above.
    pub const P99: Self = Self::above(10_000_000);
    /// One sample in a thousand lies above.
    pub const P99_9: Self = Self::above(1_000_000);
    /// One sample in ten thousand lies above.
    pub const P99_99: Self = Self::above(100_000);
    /// No sample lies above.
    pub const MAX: Self = Self::above(0);

    /// The quantiles of a summary.
    pub const SHOWN: [Self; 6] = [
        Self::P50,
        Self::P90,
        Self::P99,
        Self::P99_9,
        Self::P99_99,
        Self::MAX,
    ];

    /// The quantile above which `ppb` parts in a billion lie; more than a billion means all of them.
    pub const fn above(ppb: u32) -> Self {
        Self {
            above_ppb: if ppb > WHOLE_PPB { WHOLE_PPB } else { ppb },
        }
    }

    /// The share of samples above, in parts per billion.
    pub const fn above_ppb(self) -> u32 {
        self.above_ppb
    }

    /// The place of this quantile among `count` sorted samples, counted from 1 (the nearest-rank definition:
    /// the smallest rank that has at least the quantile's share at or below it).
    pub fn rank(self, count: u64) -> u64 {
        let above = u128::from(count) * u128::from(self.above_ppb) / u128::from(WHOLE_PPB);
        // Never above `count`, so it fits where `count` did.
        (count - above as u64).max(1)
    }
}

impl fmt::Display for Quantile {
    /// `p50`, `p99.9`, `max`: the words of `--threshold`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::MAX {
            return f.write_str("max");
        }
        let below_ppb = WHOLE_PPB - self.above_ppb;
        let digits = format!("{:09}", below_ppb % 10_000_000 * 100);
        let fraction = digits.trim_end_matches('0');
        write!(f, "p{}", below_ppb / 10_000_000)?;
        if fraction.is_empty() {
            return Ok(());
        }
        write!(f, ".{fraction}")
    }
}

/// Why a text is no quantile; its `Display` names the text and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{0}' is no percentile: write p50, p99, p99.9 or max")]
pub struct ParseQuantileError(String);

impl FromStr for Quantile {
    type Err = ParseQuantileError;

    fn from_str(text: &str) -> Result<Self, ParseQuantileError> {
        if text == "max" {
            return Ok(Self::MAX);
        }
        parse_percent(text).ok_or_else(|| ParseQuantileError(text.to_owned()))
    }
}

/// `p99.9` digit by digit: a detour over `f64` would round.
fn parse_percent(text: &str) -> Option<Quantile> {
    let (whole, fraction) = match text.strip_prefix('p')?.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text.strip_prefix('p')?, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || fraction.len() > 7 {
        return None;
    }
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let below_ppb: u32 = format!("{whole}{fraction:0<7}").parse().ok()?;
    Some(Quantile::above(WHOLE_PPB.checked_sub(below_ppb)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rank_is_exact_where_floats_are_not() {
        assert_eq!(Quantile::P50.rank(1), 1);
        assert_eq!(Quantile::P50.rank(2), 1);
        assert_eq!(Quantile::P50.rank(3), 2);
        assert_eq!(Quantile::P99.rank(100), 99);
        assert_eq!(Quantile::P99.rank(99), 99);
        assert_eq!(Quantile::P99_99.rank(10_000), 9_999);
        assert_eq!(Quantile::P99_99.rank(u64::MAX), 18_444_899_399_302_180_660);
        assert_eq!(Quantile::MAX.rank(7), 7);
        assert_eq!(Quantile::above(WHOLE_PPB).rank(7), 1);
    }

    #[test]
    fn a_percentile_reads_back_as_it_was_written() {
        for text in [
            "p0",
            "p5",
            "p50",
            "p99",
            "p99.9",
            "p99.05",
            "p99.9999999",
            "max",
        ] {
            assert_eq!(text.parse::<Quantile>().unwrap().to_string(), text);
        }
        assert_eq!("p100".parse::<Quantile>().unwrap(), Quantile::MAX);
    }

    #[test]
    fn what_is_no_percentile_is_named_with_the_remedy() {
        for text in [
            "",
            "p",
            "99",
            "p101",
            "p99.",
            "p-1",
            "p9e1",
            "pmax",
            "p1.12345678",
        ] {
            let error = text.parse::<Quantile>().unwrap_err().to_string();
            assert!(
                error.contains(&format!("'{text}'")) && error.contains("p99.9"),
                "{error}"
            );
        }
    }
}
