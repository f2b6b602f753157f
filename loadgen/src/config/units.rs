//! Numbers as people write them: `1M` requests, `500ms`.

use std::time::Duration;

/// Reads a whole number with an optional `k`, `M` or `G` (thousands, not 1024s) and `_` between digits.
///
/// # Errors
/// A sentence that names the text and shows what would be right.
///
/// ```
/// use loadgen::config::units::parse_count;
/// assert_eq!(parse_count("2.5k"), Ok(2_500));
/// assert_eq!(parse_count("1_000_000"), parse_count("1M"));
/// ```
pub fn parse_count(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1_000),
        Some((at, 'm' | 'M')) => (&text[..at], 1_000_000),
        Some((at, 'g' | 'G')) => (&text[..at], 1_000_000_000),
        _ => (text, 1),
    };
    scaled(digits, factor)
        .ok_or_else(|| format!("'{text}' is not a whole number; write 250, 1_000, 2.5k or 1M"))
}

/// Reads a time: digits, an optional fraction, and `ns`, `us`, `ms`, `s`, `m` or `h`.
///
/// # Errors
/// A sentence that names the text and shows what would be right. A bare `10` is refused: it would be a guess.
///
/// ```
/// use std::time::Duration;
/// use loadgen::config::units::parse_duration;
/// assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
/// assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1_500)));
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let unit_at = text
        .find(|c: char| c.is_alphabetic() || c == 'µ')
        .unwrap_or(text.len());
    let unit_ns = match &text[unit_at..] {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" | "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => 0,
    };
    match scaled(&text[..unit_at], unit_ns) {
        Some(ns) if unit_ns > 0 => Ok(Duration::from_nanos(ns)),
        _ => Err(format!(
            "'{text}' is not a time; write 500ms, 10s, 1.5s or 2m"
        )),
    }
}

/// A time as a u64 of nanoseconds, which holds 584 years.
pub fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// `digits` times `factor` in exact arithmetic, where the product is a whole number that fits.
fn scaled(digits: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| {
        let text = text.replace('_', "");
        text.bytes().all(|b| b.is_ascii_digit()).then_some(text)
    };
    let (whole, fraction) = (plain(whole)?, plain(fraction)?);
    let tens = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let all: u64 = format!("{whole}{fraction}").parse().ok()?;
    let product = u128::from(all) * u128::from(factor);
    let divides = product.is_multiple_of(u128::from(tens));
    u64::try_from(product / u128::from(tens))
        .ok()
        .filter(|_| divides)
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
            "1e6",
            "0x10",
            "1 000",
            "99999999999999999999",
            "1.0005k",
        ] {
            let error = parse_count(text).unwrap_err();
            assert!(error.starts_with(&format!("'{text}'")), "{error}");
        }
    }

    #[test]
    fn a_time_needs_its_unit() {
        assert_eq!(parse_duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(parse_duration("250µs"), Ok(Duration::from_micros(250)));
        for text in ["10", "", "s", "ms", "5 s", "-1s", "1d", "0.1ns"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
