//! How far a count of rare events may be off, zero among them.

/// The exact 95 % interval of a Poisson mean of which `seen` events were counted (Garwood 1936).
///
/// None seen is not none: the upper end is then 3.69, so `3.69 / N` bounds what may still happen in one of N.
/// Events that come in clusters, as lost updates may, vary more than this.
pub fn count_interval(seen: u64) -> (f64, f64) {
    if seen > EXACT_UP_TO {
        return (
            wilson_hilferty(seen as f64, -NORMAL_97_5),
            wilson_hilferty(seen as f64 + 1.0, NORMAL_97_5),
        );
    }
    let low = match seen {
        0 => 0.0,
        // The mean at which `seen` or more would be counted once in forty times.
        _ => bisect(|mean| 1.0 - at_most(seen - 1, mean) >= 0.025),
    };
    (low, bisect(|mean| at_most(seen, mean) <= 0.025))
}

/// Beyond, the approximation is good to four digits.
const EXACT_UP_TO: u64 = 500;

const NORMAL_97_5: f64 = 1.959_964;

/// The cube of a Poisson count is nearly normal (Wilson and Hilferty 1931).
fn wilson_hilferty(count: f64, z: f64) -> f64 {
    count * (1.0 - 1.0 / (9.0 * count) + z / (3.0 * count.sqrt())).powi(3)
}

/// The probability that at most `count` events happen where `mean` are expected.
fn at_most(count: u64, mean: f64) -> f64 {
    let mut term = (-mean).exp();
    let mut sum = term;
    for event in 1..=count {
        term *= mean / event as f64;
        sum += term;
    }
    sum
}

/// The least mean at which `reached` holds; it holds from there on. The interval of 500 ends below 700.
fn bisect(reached: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 700.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Garwood's table, *Biometrika* 28 (1936).
    #[test]
    fn the_intervals_are_those_of_the_table() {
        for (seen, low, high) in [
            (0, 0.0, 3.689),
            (1, 0.0253, 5.572),
            (2, 0.242, 7.225),
            (5, 1.623, 11.668),
            (10, 4.795, 18.390),
            (100, 81.36, 121.63),
        ] {
            let (got_low, got_high) = count_interval(seen);
            assert!(
                (got_low - low).abs() < 0.005 && (got_high - high).abs() < 0.005,
                "{seen}: {got_low} … {got_high}"
            );
        }
    }

    #[test]
    fn the_approximation_joins_the_exact_interval() {
        let (low, high) = count_interval(EXACT_UP_TO);
        let near = wilson_hilferty(EXACT_UP_TO as f64, -NORMAL_97_5);
        let far = wilson_hilferty(EXACT_UP_TO as f64 + 1.0, NORMAL_97_5);
        assert!(
            (low - near).abs() < 0.01 && (high - far).abs() < 0.01,
            "{low} {near} {high} {far}"
        );
    }
}
