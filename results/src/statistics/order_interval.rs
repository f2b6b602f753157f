//! How far a percentile of one run may be trusted: between which two of its own samples the truth lies.

use crate::Quantile;

/// The ranks, counted from 1, between whose samples the true quantile lies with at least 95 % confidence.
///
/// The number of samples above the true quantile is binomial whatever the distribution of the latencies, so the
/// interval needs no model (David and Nagaraja, *Order Statistics*, 7.1). `None` where `count` samples are too few: of 100
/// samples nothing bounds the p99 from above.
pub fn rank_interval(count: u64, quantile: Quantile) -> Option<(u64, u64)> {
    let above = f64::from(quantile.above_ppb()) / 1e9;
    let (fewest, most) = tail_range(count, above)?;
    let low = count.checked_sub(most)?.max(1);
    Some((low, count - fewest))
}

/// The counts `t` of samples above with P(T ≤ fewest) ≤ 2.5 % and P(T > most) ≤ 2.5 %; `fewest` must exist.
fn tail_range(count: u64, above: f64) -> Option<(u64, u64)> {
    let n = count as f64;
    let deviation = (n * above * (1.0 - above)).sqrt();
    if deviation == 0.0 {
        return None;
    }
    if deviation > 30.0 {
        // Far from both ends a binomial is a normal distribution, to a part in a thousand.
        let reach = 1.959_964 * deviation;
        let fewest = (n * above - reach).floor();
        return Some((fewest as u64, (n * above + reach).ceil() as u64));
    }
    let mut term = ((-above).ln_1p() * n).exp();
    let mut cumulative = 0.0;
    let mut fewest = None;
    for tail in 0..=count {
        cumulative += term;
        if cumulative <= 0.025 {
            fewest = Some(tail);
        }
        if cumulative >= 0.975 {
            return Some((fewest?, tail));
        }
        term *= (n - tail as f64) / (tail as f64 + 1.0) * above / (1.0 - above);
    }
    None
}

/// The effective sample size: slow moments come in clusters.
///
/// Each batch is `(samples, samples above a threshold)` of one slice of time. The variance of the share above, taken
/// between batches, is divided by what independent samples would give (the design effect of Kish, *Survey Sampling*, 1965).
pub fn effective_count(batches: &[(u64, u64)]) -> u64 {
    let count: u64 = batches.iter().map(|(samples, _)| samples).sum();
    let above: u64 = batches.iter().map(|(_, above)| above).sum();
    let share = above as f64 / count as f64;
    let independent = count as f64 * share * (1.0 - share);
    if batches.len() < 2 || independent.is_nan() || independent <= 0.0 {
        return count;
    }
    let squares: f64 = batches
        .iter()
        .map(|(samples, above)| (*above as f64 - share * *samples as f64).powi(2))
        .sum();
    let number = batches.len() as f64;
    let between = squares * number / (number - 1.0);
    let design_effect = (between / independent).max(1.0);
    (count as f64 / design_effect) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of the median's interval: Conover, *Practical Nonparametric Statistics*, table A3.
    #[test]
    fn the_medians_interval_is_that_of_the_tables() {
        assert_eq!(rank_interval(5, Quantile::P50), None);
        assert_eq!(rank_interval(6, Quantile::P50), Some((1, 6)));
        assert_eq!(rank_interval(10, Quantile::P50), Some((2, 9)));
        assert_eq!(rank_interval(20, Quantile::P50), Some((6, 15)));
        assert_eq!(rank_interval(25, Quantile::P50), Some((8, 18)));
    }

    /// 0.99^368 is the first power below 2.5 %.
    #[test]
    fn a_p99_needs_367_samples() {
        assert_eq!(rank_interval(367, Quantile::P99), None);
        let (low, high) = rank_interval(368, Quantile::P99).unwrap();
        assert_eq!(high, 368);
        assert!((355..368).contains(&low), "{low}");
    }

    #[test]
    fn many_samples_give_a_narrow_interval() {
        let (low, high) = rank_interval(1_000_000, Quantile::P99).unwrap();
        assert_eq!((low, high), (989_804, 990_196));
    }

    #[test]
    fn nothing_bounds_the_greatest() {
        assert_eq!(rank_interval(1_000, Quantile::MAX), None);
        assert_eq!(
            rank_interval(1_000_000_000, Quantile::above(1_000_000_000)),
            None
        );
        assert_eq!(rank_interval(0, Quantile::P50), None);
    }

    /// Ten slow samples in each of ten batches, or all hundred in one: the second is worth a single batch or so.
    #[test]
    fn clusters_are_worth_less_than_their_number() {
        let even = [(1_000, 10); 10];
        assert_eq!(effective_count(&even), 10_000);
        let mut clustered = [(1_000, 0); 10];
        clustered[3].1 = 100;
        let effective = effective_count(&clustered);
        assert!((90..120).contains(&effective), "{effective}");
        assert_eq!(effective_count(&[]), 0);
        assert_eq!(effective_count(&[(5, 5), (5, 5)]), 10);
    }
}
