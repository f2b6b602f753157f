//! How far the ratio of two medians may be off, by drawing the same runs again and again.

use super::median::{median, median_in_place};

/// Draws for one interval: the third digit of its ends no longer moves.
const DRAWS: usize = 5_000;

/// `median(candidate) / median(reference)` with its 95 % interval: `(ratio, low, high)`.
///
/// The percentile bootstrap (Efron 1979): both groups are drawn with replacement, and the interval holds the middle
/// 95 % of the ratios. Of five runs it covers the truth about nine times in ten, which is why a significance test stands
/// beside it. `None` of an empty group or where a median of the reference may be zero.
pub fn ratio_of_medians(
    reference: &[f64],
    candidate: &[f64],
    seed: u64,
) -> Option<(f64, f64, f64)> {
    let ratio = median(candidate)? / median(reference)?;
    let mut random = fastrand::Rng::with_seed(seed);
    let below = drawn_medians(reference, &mut random);
    let above = drawn_medians(candidate, &mut random);
    let ratios = above.iter().zip(&below).map(|(a, b)| a / b).collect();
    let (low, high) = middle_95(ratios)?;
    ratio.is_finite().then_some((ratio, low, high))
}

/// The 95 % interval of a median, `(low, high)`, by the same bootstrap; `None` of no values.
pub(super) fn interval_of_median(values: &[f64], seed: u64) -> Option<(f64, f64)> {
    middle_95(drawn_medians(values, &mut fastrand::Rng::with_seed(seed)))
}

/// The seed of every interval that is shown: two people who look at the same files see the same one.
pub(super) const SEED: u64 = 1;

/// The bounds of the middle 95 % of the draws.
fn middle_95(mut drawn: Vec<f64>) -> Option<(f64, f64)> {
    drawn.sort_unstable_by(f64::total_cmp);
    let low = *drawn.get(DRAWS / 40)?;
    let high = *drawn.get(DRAWS - 1 - DRAWS / 40)?;
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

fn drawn_medians(values: &[f64], random: &mut fastrand::Rng) -> Vec<f64> {
    let mut drawn = values.to_vec();
    let mut draw = || {
        for place in &mut drawn {
            *place = values[random.usize(0..values.len())];
        }
        median_in_place(&mut drawn)
    };
    (0..DRAWS).filter_map(|_| draw()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The survival times of treated mice and the ideal bootstrap error of their median, 37.83 days:
    /// Efron and Tibshirani, *An Introduction to the Bootstrap*, tables 2.1 and 2.2.
    #[test]
    fn the_median_of_the_mice_has_its_published_error() {
        let treated = [94.0, 197.0, 16.0, 38.0, 99.0, 141.0, 23.0];
        let medians = drawn_medians(&treated, &mut fastrand::Rng::with_seed(1));
        let mean = medians.iter().sum::<f64>() / medians.len() as f64;
        let squares: f64 = medians.iter().map(|value| (value - mean).powi(2)).sum();
        let error = (squares / (medians.len() - 1) as f64).sqrt();
        assert!((error - 37.83).abs() < 1.0, "{error}");
    }

    /// A median of three is one of the three; an end of them is drawn with probability 7/27, far more than 2.5 %.
    #[test]
    fn three_runs_give_the_widest_interval() {
        let (ratio, low, high) =
            ratio_of_medians(&[10.0, 10.0, 10.0], &[20.0, 30.0, 25.0], 7).unwrap();
        assert_eq!((ratio, low, high), (2.5, 2.0, 3.0));
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let (left, right) = ([1.0, 2.0, 3.0, 4.0, 5.5], [2.0, 2.5, 3.0, 9.0, 11.0]);
        assert_eq!(
            ratio_of_medians(&left, &right, 3),
            ratio_of_medians(&left, &right, 3)
        );
    }

    #[test]
    fn no_ratio_to_nothing() {
        assert_eq!(ratio_of_medians(&[], &[1.0], 1), None);
        assert_eq!(ratio_of_medians(&[1.0], &[], 1), None);
        assert_eq!(ratio_of_medians(&[0.0, 0.0], &[1.0, 1.0], 1), None);
    }
}
