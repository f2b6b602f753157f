//! Numbers as people write them on a command line: durations (`1m30s`), sizes (`64KiB`), counts (`2.5k`), rates (`0.5`). Every
//! program reads its flags with these functions.
//!
//! The arithmetic is exact: `1.0005k` is not a count, and `0.1ns` is not a duration. Nothing is rounded.
//!
//! humantime reads no fractions (`1.5s`) and takes `1M` for a month; bytesize reads no exponents and rounds fractions.

use std::time::Duration;

use thiserror::Error;

/// A text that is not a number of the kind that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UnitError {
    /// Not a duration.
    #[error("'{0}' is not a duration; write 500ms, 10s, 1.5s, 1m30s or 1h")]
    Duration(String),
    /// A duration over [`LONGEST`].
    #[error("'{0}' is too long; write at most 8760h, a year")]
    TooLong(String),
    /// Not a number of bytes.
    #[error("'{0}' is not a size; write 65536, 64KiB, 1MiB or 1e6")]
    Size(String),
    /// Not a whole number.
    #[error("'{0}' is not a whole number; write 250, 1_000, 2.5k, 1M or 1e6")]
    Count(String),
    /// Not a rate.
    #[error("'{0}' is not a rate; write 0.5, 250, 2.5k, 1M or 1e6")]
    Rate(String),
}

/// The longest duration, a year: added to any time of a clock, it does not overflow.
pub const LONGEST: Duration = Duration::from_secs(8_760 * 3_600);

/// Nanoseconds of each unit of time.
const TIMES: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Thousands, in either case.
const COUNTS: [(&str, u64); 4] = [
    ("", 1),
    ("k", 1_000),
    ("m", 1_000_000),
    ("g", 1_000_000_000),
];

/// Thousands and 1024s, in either case; a `B` may follow.
const SIZES: [(&str, u64); 7] = [
    ("", 1),
    ("k", 1_000),
    ("m", 1_000_000),
    ("g", 1_000_000_000),
    ("ki", 1 << 10),
    ("mi", 1 << 20),
    ("gi", 1 << 30),
];

/// Reads a duration: one or more numbers with a unit each (`ns`, `us`, `µs`, `ms`, `s`, `m`, `min`, `h`), the largest unit first.
/// Only zero needs no unit: a bare `10` would be a guess.
///
/// # Errors
/// [`UnitError::Duration`], and [`UnitError::TooLong`] over [`LONGEST`].
///
/// ```
/// use std::time::Duration;
/// assert_eq!(units::parse_duration("1.5s"), Ok(Duration::from_millis(1_500)));
/// assert_eq!(units::parse_duration("1m30s"), Ok(Duration::from_secs(90)));
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    let time = nanoseconds(text).ok_or_else(|| UnitError::Duration(text.to_owned()))?;
    u64::try_from(time)
        .map(Duration::from_nanos)
        .ok()
        .filter(|time| *time <= LONGEST)
        .ok_or_else(|| UnitError::TooLong(text.to_owned()))
}

/// Reads a number of bytes: `KiB`, `MiB` and `GiB` are powers of 1024, `kB`, `MB` and `GB` of 1000.
///
/// # Errors
/// [`UnitError::Size`].
///
/// ```
/// assert_eq!(units::parse_size("64KiB"), Ok(65_536));
/// assert_eq!(units::parse_size("1MB"), units::parse_size("1e6"));
/// ```
pub fn parse_size(text: &str) -> Result<u64, UnitError> {
    let (number, unit) = split(text);
    let prefix = unit.strip_suffix(['b', 'B']).unwrap_or(unit);
    find(&SIZES, &prefix.to_ascii_lowercase())
        .and_then(|bytes| u64::try_from(scaled(number, bytes)?).ok())
        .ok_or_else(|| UnitError::Size(text.to_owned()))
}

/// Reads a whole number; `k`, `M` and `G` are thousands, `_` may stand between digits.
///
/// # Errors
/// [`UnitError::Count`].
///
/// ```
/// assert_eq!(units::parse_count("2.5k"), Ok(2_500));
/// assert_eq!(units::parse_count("1_000_000"), units::parse_count("1M"));
/// ```
pub fn parse_count(text: &str) -> Result<u64, UnitError> {
    let (number, unit) = split(text);
    find(&COUNTS, &unit.to_ascii_lowercase())
        .and_then(|factor| u64::try_from(scaled(number, factor)?).ok())
        .ok_or_else(|| UnitError::Count(text.to_owned()))
}

/// Reads a rate: a count, or a plain number with a fraction.
///
/// # Errors
/// [`UnitError::Rate`].
///
/// ```
/// assert_eq!(units::parse_rate("2.5k"), Ok(2_500.0));
/// assert_eq!(units::parse_rate("0.5"), Ok(0.5));
/// ```
pub fn parse_rate(text: &str) -> Result<f64, UnitError> {
    let whole = parse_count(text).ok().map(|count| count as f64);
    let fraction = || text.parse().ok().filter(|rate: &f64| rate.is_finite());
    whole
        .or_else(fraction)
        .filter(|_| !text.starts_with(['+', '-']))
        .ok_or_else(|| UnitError::Rate(text.to_owned()))
}

fn nanoseconds(text: &str) -> Option<u128> {
    if text == "0" {
        return Some(0);
    }
    let (mut rest, mut sum, mut larger) = (text, 0_u128, u64::MAX);
    loop {
        let number = rest.find(char::is_alphabetic)?;
        let (number, tail) = rest.split_at(number);
        let unit = tail.find(|c: char| !c.is_alphabetic());
        let (unit, tail) = tail.split_at(unit.unwrap_or(tail.len()));
        let unit_ns = find(&TIMES, unit).filter(|&unit_ns| unit_ns < larger)?;
        sum = sum.checked_add(scaled(number, unit_ns)?)?;
        if tail.is_empty() {
            return Some(sum);
        }
        (rest, larger) = (tail, unit_ns);
    }
}

/// The number and what follows its last digit.
fn split(text: &str) -> (&str, &str) {
    let last = text.rfind(|c: char| c.is_ascii_digit() || c == '.');
    text.split_at(last.map_or(0, |last| last + 1))
}

fn find(units: &[(&str, u64)], unit: &str) -> Option<u64> {
    let found = units.iter().find(|(name, _)| *name == unit);
    found.map(|(_, factor)| *factor)
}

/// `number` (digits, a fraction, an exponent) times `factor`, where the product is a whole number.
fn scaled(number: &str, factor: u64) -> Option<u128> {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, digits(exponent)?.parse().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: u64 = format!("{}{}", digits(whole)?, digits(fraction)?)
        .parse()
        .ok()?;
    let tens = |places: usize| 10_u128.checked_pow(u32::try_from(places).ok()?);
    let (up, down) = (tens(exponent)?, tens(fraction.replace('_', "").len())?);
    let product = (u128::from(all) * u128::from(factor)).checked_mul(up)?;
    product.is_multiple_of(down).then(|| product / down)
}

/// The digits without `_`; `None` where anything else is among them.
fn digits(text: &str) -> Option<String> {
    let text = text.replace('_', "");
    text.bytes().all(|b| b.is_ascii_digit()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_exactly() {
        let cases = [
            ("0", 0),
            ("7", 7),
            ("1k", 1_000),
            ("1.5M", 1_500_000),
            ("2G", 2_000_000_000),
            ("1e6", 1_000_000),
            ("2.5e3", 2_500),
            ("1_000", 1_000),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_count(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_count_is_named() {
        for text in [
            "",
            "k",
            "-1",
            "+1",
            "1.5",
            "1e",
            "e6",
            "1e-3",
            "1e40",
            "0x10",
            "1 000",
            "1KiB",
            "1 k",
            "99999999999999999999",
            "1.0005k",
        ] {
            let error = parse_count(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("'{text}'")), "{error}");
        }
    }

    #[test]
    fn durations_are_sums_of_numbers_with_units() {
        let cases = [
            ("0", 0),
            ("0s", 0),
            ("250us", 250_000),
            ("250µs", 250_000),
            ("500ms", 500_000_000),
            ("1.5s", 1_500_000_000),
            ("1m30s", 90_000_000_000),
            ("1h2min3s", 3_723_000_000_000),
            ("2m", 120_000_000_000),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_duration(text), Ok(Duration::from_nanos(expected)));
        }
    }

    #[test]
    fn a_duration_needs_its_units_in_order() {
        for text in [
            "10", "", "s", "ms", "5 s", "-1s", "1d", "0.1ns", "1m30", "30s1m", "1m1min", "1e3s",
            "1s ",
        ] {
            let error = parse_duration(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("'{text}' is not")), "{error}");
        }
    }

    #[test]
    fn a_duration_is_at_most_a_year() {
        assert_eq!(parse_duration("8760h"), Ok(LONGEST));
        for text in ["8760h1ns", "6000000h", "18446744073709551615s"] {
            let error = parse_duration(text).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("'{text}' is too long")),
                "{error}"
            );
        }
    }

    #[test]
    fn sizes_know_thousands_from_1024s() {
        let cases = [
            ("0", 0),
            ("65536", 65_536),
            ("64KiB", 65_536),
            ("64kib", 65_536),
            ("64Ki", 65_536),
            ("1.5KiB", 1_536),
            ("1MiB", 1 << 20),
            ("1GiB", 1 << 30),
            ("1kB", 1_000),
            ("1k", 1_000),
            ("1e6", 1_000_000),
            ("10B", 10),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_size(text), Ok(expected), "{text}");
        }
        for text in [
            "", "lots", "B", "1.5", "0.3KiB", "-1", "1 KiB", "1XB", "1BB",
        ] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_may_be_a_fraction() {
        let cases = [
            ("0.5", 0.5),
            ("2.3M", 2.3e6),
            ("1e-2", 0.01),
            ("1_000", 1_000.0),
            ("1e6", 1e6),
            ("2.5k", 2_500.0),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_rate(text), Ok(expected), "{text}");
        }
        for text in ["", "k", "-1", "+1", "nan", "inf", "1e999", "fast"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
