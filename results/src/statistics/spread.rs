//! How far the median of a few runs may be off: an interval where they suffice for one, or else how far they lie apart.

use super::MIN_RUNS;
use super::bootstrap::{SEED, interval_of_median};

/// What a few runs say of their median.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// The 95 % interval of the median, `(low, high)`.
    Interval(f64, f64),
    /// The least and the greatest of fewer than [`MIN_RUNS`] runs, which are too few for an interval.
    Range(f64, f64),
}

impl Spread {
    /// The spread of these runs, one number a run; `None` of a single one, which has none.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.len() >= MIN_RUNS {
            let (low, high) = interval_of_median(values, SEED)?;
            return Some(Self::Interval(low, high));
        }
        let low = values.iter().copied().min_by(f64::total_cmp)?;
        let high = values.iter().copied().max_by(f64::total_cmp)?;
        (values.len() > 1).then_some(Self::Range(low, high))
    }

    /// Its ends.
    pub fn ends(self) -> (f64, f64) {
        match self {
            Self::Interval(low, high) | Self::Range(low, high) => (low, high),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_runs_have_a_range_and_one_has_nothing() {
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[1.0]), None);
        assert_eq!(Spread::of(&[3.0, 1.0, 2.0]), Some(Spread::Range(1.0, 3.0)));
    }

    /// An end of five is the median of a draw with probability 0.058, of nine with 0.0013: from six on the interval is less than the range.
    #[test]
    fn more_runs_have_an_interval_which_one_odd_run_does_not_stretch() {
        let five = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(Spread::of(&five), Some(Spread::Interval(1.0, 5.0)));
        let nine = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 1_000.0];
        let Some(Spread::Interval(low, high)) = Spread::of(&nine) else {
            panic!("nine runs are enough")
        };
        assert!(low > 1.0 && high < 1_000.0, "{low} {high}");
    }
}
