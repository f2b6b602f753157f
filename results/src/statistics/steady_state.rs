//! Where a warm-up ends, found in the data.

/// The number of values at the beginning of `series` that belong to the warm-up.
///
/// MSER-5 (White 1997): the mean of what remains is the most certain when neither warm-up is left in it nor too much is
/// thrown away; its squared error is estimated for every possible cut, over batches of five, and the least one wins. The
/// cut lies in the first half; a series that does not settle there is not cut, nor is too short a one.
pub fn warmup_length(series: &[f64]) -> usize {
    const BATCH: usize = 5;
    let batches: Vec<f64> = series
        .chunks_exact(BATCH)
        .map(|batch| batch.iter().sum::<f64>() / BATCH as f64)
        .collect();
    let squared_error = |cut: usize| {
        let rest = &batches[cut..];
        let number = rest.len() as f64;
        let mean = rest.iter().sum::<f64>() / number;
        let squares: f64 = rest.iter().map(|value| (value - mean).powi(2)).sum();
        squares / (number * number)
    };
    let cut = (0..=batches.len() / 2)
        .filter(|cut| batches.len() - cut >= 2)
        .min_by(|left, right| squared_error(*left).total_cmp(&squared_error(*right)))
        .filter(|cut| *cut < batches.len() / 2);
    cut.unwrap_or(0) * BATCH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_beginning_is_cut_off() {
        let warm = |place: usize| {
            if place < 15 {
                500.0 - 30.0 * place as f64
            } else {
                50.0
            }
        };
        let ripple = |place: usize| (place * 7 % 5) as f64;
        let series: Vec<f64> = (0..100).map(|place| warm(place) + ripple(place)).collect();
        assert_eq!(warmup_length(&series), 15);
    }

    #[test]
    fn a_steady_series_is_kept() {
        assert_eq!(warmup_length(&[7.0; 100]), 0);
        let ripple: Vec<f64> = (0..100).map(|place| f64::from(place * 13 % 7)).collect();
        assert!(warmup_length(&ripple) <= 10);
    }

    #[test]
    fn what_never_settles_is_not_cut() {
        let ramp: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(warmup_length(&ramp), 0);
    }

    #[test]
    fn what_is_too_short_is_not_cut() {
        assert_eq!(warmup_length(&[]), 0);
        assert_eq!(warmup_length(&[9.0, 1.0, 1.0]), 0);
    }
}
