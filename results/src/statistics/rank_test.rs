//! Whether one group of runs tends to lie above another: the Mann–Whitney test, exactly.

/// The two-sided p-value of the Mann–Whitney U test (Mann and Whitney 1947), ties given their mean rank.
///
/// It assumes nothing of the shape of the two groups: under "no difference" every way of dealing the ranks to the
/// groups is equally likely, and the p-value is twice the share of the deals that are at least as lopsided as the one
/// that was seen. All deals are counted up to 40 runs, and the normal approximation stands in beyond.
/// `None` of an empty group.
pub fn mann_whitney(left: &[f64], right: &[f64]) -> Option<f64> {
    if left.is_empty() || right.is_empty() {
        return None;
    }
    let ranks = doubled_ranks(left, right);
    let seen: usize = ranks[..left.len()].iter().sum();
    let p = if ranks.len() <= EXACT_UP_TO {
        exact(&ranks, left.len(), seen)
    } else {
        approximate(&ranks, left.len(), seen)
    };
    Some(p.min(1.0))
}

/// Beyond forty runs the normal approximation is off by a thousandth or so, and counting becomes slow.
const EXACT_UP_TO: usize = 40;

/// Twice the rank of every value in the joined groups, `left` first: a mean of tied ranks may end in one half.
fn doubled_ranks(left: &[f64], right: &[f64]) -> Vec<usize> {
    let joined: Vec<f64> = left.iter().chain(right).copied().collect();
    let rank = |value: &f64| {
        let below = joined.iter().filter(|other| *other < value).count();
        let equal = joined.iter().filter(|other| *other == value).count();
        2 * below + equal + 1
    };
    joined.iter().map(rank).collect()
}

/// Counts the deals of `ranks` that give `chosen` of them to the left group, by their sum.
fn exact(ranks: &[usize], chosen: usize, seen: usize) -> f64 {
    let total: usize = ranks.iter().sum();
    // deals[k][s]: in how many ways k of the ranks looked at so far add up to s. 40 over 20 is far below 2^53.
    let mut deals = vec![vec![0.0_f64; total + 1]; chosen + 1];
    deals[0][0] = 1.0;
    for &rank in ranks {
        for taken in (1..=chosen).rev() {
            for sum in (rank..=total).rev() {
                deals[taken][sum] += deals[taken - 1][sum - rank];
            }
        }
    }
    let by_sum = &deals[chosen];
    let all: f64 = by_sum.iter().sum();
    let at_most: f64 = by_sum[..=seen].iter().sum();
    let at_least: f64 = by_sum[seen..].iter().sum();
    2.0 * at_most.min(at_least) / all
}

/// The normal approximation with the correction for ties; doubled ranks double the mean and quadruple the variance.
fn approximate(ranks: &[usize], chosen: usize, seen: usize) -> f64 {
    let (all, n) = (ranks.len() as f64, chosen as f64);
    let mean_rank = (all + 1.0) / 2.0;
    let expected = n * mean_rank;
    let spread: f64 = ranks
        .iter()
        .map(|rank| (*rank as f64 / 2.0 - mean_rank).powi(2))
        .sum();
    let variance = n * (all - n) / (all * (all - 1.0)) * spread;
    if variance == 0.0 {
        return 1.0;
    }
    let distance = ((seen as f64 / 2.0 - expected).abs() - 0.5).max(0.0);
    2.0 * upper_tail(distance / variance.sqrt())
}

/// The share of a normal distribution beyond `z` ≥ 0: Abramowitz and Stegun 26.2.17, good to 7.5e-8.
fn upper_tail(z: f64) -> f64 {
    const COEFFICIENTS: [f64; 5] = [
        0.319_381_530,
        -0.356_563_782,
        1.781_477_937,
        -1.821_255_978,
        1.330_274_429,
    ];
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let polynomial = COEFFICIENTS
        .iter()
        .rev()
        .fold(0.0, |sum, coefficient| (sum + coefficient) * t);
    density * polynomial
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_p(left: &[f64], right: &[f64], expected: f64) {
        let p = mann_whitney(left, right).unwrap();
        assert!((p - expected).abs() < 5e-5, "{p} and not {expected}");
    }

    /// Two groups of n runs that do not overlap: 2 / (2n over n). Three runs can never be significant; four can.
    #[test]
    fn groups_apart_have_the_smallest_p_there_is() {
        assert_p(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], 0.1);
        assert_p(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0, 7.0, 8.0], 2.0 / 70.0);
        assert_p(
            &[6.0, 7.0, 8.0, 9.0, 10.0],
            &[1.0, 2.0, 3.0, 4.0, 5.0],
            2.0 / 252.0,
        );
    }

    /// Permeability of the human chorioamnion: Hollander and Wolfe (1973), p. 69; one-sided p = 0.1272 at W = 35.
    #[test]
    fn a_published_case_has_its_published_p() {
        let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let early = [1.15, 0.88, 0.90, 0.74, 1.21];
        assert_p(&term, &early, 2.0 * 0.127_206);
    }

    /// Four values in two pairs of ties: of the six deals two are this lopsided to either side.
    #[test]
    fn ties_share_their_rank() {
        assert_p(&[1.0, 1.0], &[2.0, 2.0], 2.0 / 6.0);
        assert_p(&[5.0, 5.0, 5.0, 5.0], &[5.0, 5.0, 5.0, 5.0], 1.0);
    }

    #[test]
    fn the_approximation_joins_the_exact_count() {
        let left: Vec<f64> = (0..20).map(|step| f64::from(step * 7 % 20)).collect();
        let right: Vec<f64> = (0..20).map(|step| f64::from(step) + 4.3).collect();
        let ranks = doubled_ranks(&left, &right);
        let seen = ranks[..20].iter().sum();
        let (counted, approximated) = (exact(&ranks, 20, seen), approximate(&ranks, 20, seen));
        assert!(
            (counted - approximated).abs() < 2e-3,
            "{counted} and {approximated}"
        );
    }

    /// 97.5 % of a normal distribution lie below 1.95996.
    #[test]
    fn the_normal_tail_is_that_of_the_tables() {
        assert!((upper_tail(1.959_964) - 0.025).abs() < 1e-6);
        assert!((upper_tail(0.0) - 0.5).abs() < 1e-6);
    }
}
