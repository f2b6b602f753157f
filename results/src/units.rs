//! How numbers are written: one place for the terminal, the page and the pictures.
//!
//! Three significant digits, because the histograms hold three and a fourth would be noise; a unit that keeps the
//! number between 1 and 1 000; a no-break space before the unit and between groups of three digits, so that a number
//! is never torn at the end of a line.

/// The space that does not break.
const SPACE: char = '\u{a0}';

/// What stands where nothing was measured.
pub const NOT_MEASURED: &str = "n/a";

/// A time: `87 ns`, `92.1 µs`, `4.80 ms`, `12.0 s`.
///
/// ```
/// assert_eq!(results::units::time(1_234_567), "1.23\u{a0}ms");
/// ```
pub fn time(ns: u64) -> String {
    time_of(ns as f64)
}

/// [`time`] of a number that was computed, such as CPU time per request.
pub fn time_of(ns: f64) -> String {
    const UNITS: [(&str, f64); 4] = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
    scaled(ns, &UNITS)
}

/// An amount of memory in powers of ten: `640 B`, `17.0 kB`.
pub fn bytes(bytes: f64) -> String {
    const UNITS: [(&str, f64); 4] = [("B", 1.0), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9)];
    scaled(bytes, &UNITS)
}

/// A whole number in groups of three digits: `3 000 000`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(SPACE);
        }
        grouped.push(digit);
    }
    grouped
}

/// A number without a unit, such as requests per second: `0.412`, `12.3`, `20 000`.
pub fn number(value: f64) -> String {
    if value.abs() >= 999.5 {
        return count(value.round() as u64);
    }
    significant(value)
}

/// A share: `99.8 %`.
pub fn percent(share: f64) -> String {
    format!("{}{SPACE}%", significant(share * 100.0))
}

fn scaled(value: f64, units: &[(&str, f64)]) -> String {
    // The first unit in which the number, rounded, has at most three digits before its point.
    let fitting = units.iter().find(|(_, size)| value / size < 999.5);
    let (unit, size) = fitting.or(units.last()).copied().unwrap_or(("", 1.0));
    let (first, _) = units.first().copied().unwrap_or(("", 1.0));
    let in_unit = value / size;
    let text = match in_unit {
        // The smallest unit is not divided further when it is whole.
        whole if unit == first && whole.fract() == 0.0 => format!("{whole:.0}"),
        large if large >= 999.5 => count(large.round() as u64),
        other => significant(other),
    };
    format!("{text}{SPACE}{unit}")
}

/// Three significant digits below 1 000, trailing zeros kept: they say how sure the number is.
fn significant(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 => return "0".to_owned(),
        nothing if nothing < 0.0005 => return "<0.001".to_owned(),
        large if large >= 99.95 => 0,
        tens if tens >= 9.995 => 1,
        ones if ones >= 0.9995 => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plain spaces read better in a table of expectations.
    fn plain(text: &str) -> String {
        text.replace(SPACE, " ")
    }

    #[test]
    fn times_have_three_digits_and_a_fitting_unit() {
        for (ns, text) in [
            (0, "0 ns"),
            (1, "1 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (92_149, "92.1 µs"),
            (99_960, "100 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (4_800_000, "4.80 ms"),
            (59_999_999_999, "60.0 s"),
            (3_600_000_000_000, "3 600 s"),
        ] {
            assert_eq!(plain(&time(ns)), text);
        }
        assert_eq!(plain(&time_of(412.4)), "412 ns");
        assert_eq!(plain(&time_of(4.25)), "4.25 ns");
    }

    #[test]
    fn memory_counts_in_powers_of_ten() {
        for (amount, text) in [
            (0.0, "0 B"),
            (412.0, "412 B"),
            (17_000.0, "17.0 kB"),
            (999_900.0, "1.00 MB"),
        ] {
            assert_eq!(plain(&bytes(amount)), text);
        }
    }

    #[test]
    fn long_numbers_are_grouped() {
        for (value, text) in [
            (7, "7"),
            (999, "999"),
            (1_000, "1 000"),
            (1_234_567, "1 234 567"),
        ] {
            assert_eq!(plain(&count(value)), text);
        }
        assert_eq!(plain(&count(u64::MAX)), "18 446 744 073 709 551 615");
    }

    #[test]
    fn plain_numbers_keep_three_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.000_02, "<0.001"),
            (0.4123, "0.412"),
            (2.1, "2.10"),
            (99.96, "100"),
            (999.6, "1 000"),
            (19_999.7, "20 000"),
        ] {
            assert_eq!(plain(&number(value)), text);
        }
        assert_eq!(plain(&percent(0.998)), "99.8 %");
        assert_eq!(plain(&percent(1.0)), "100 %");
    }
}
