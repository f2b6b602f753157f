//! A percentile curve: the picture in which two servers of the same median show their different tails.

use crate::{Histogram, Quantile};

/// One point of a percentile curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The quantile.
    pub quantile: Quantile,
    /// Its place on the axis of nines, −log10(1 − q): p90 is at 1, p99 at 2, p99.9 at 3.
    pub nines: f64,
    /// The latency there.
    pub ns: u64,
    /// Samples beyond it. Of fewer than [`CurvePoint::SURE_BEYOND`] the point is a guess.
    pub beyond: u64,
}

impl CurvePoint {
    /// Ten samples beyond a percentile bound its rank to about ±60 %; with fewer, it is the luck of a few requests.
    pub const SURE_BEYOND: u64 = 10;

    /// Whether enough samples lie beyond.
    pub fn is_sure(&self) -> bool {
        self.beyond >= Self::SURE_BEYOND
    }
}

/// Points in each nine of the axis: more than a screen shows apart.
const POINTS_PER_NINE: u32 = 20;

/// The curve of a histogram, from the shortest latency to the last percentile that still has a sample beyond it.
///
/// Every curve has its points at the same quantiles, so that curves can be read off, and compared, at one place. The
/// ranks are counted in whole samples: `1 − q` in floating point would be off just where the tail is.
pub fn percentile_curve(histogram: &Histogram) -> Vec<CurvePoint> {
    let count = histogram.count();
    let has_sample_beyond = |quantile: &Quantile| quantile.rank(count) < count;
    let quantiles: Vec<Quantile> = shared_quantiles().take_while(has_sample_beyond).collect();
    let readings_ns = histogram.quantiles_ns(&quantiles);
    let point = |(quantile, ns): (&Quantile, u64)| CurvePoint {
        quantile: *quantile,
        nines: nines(*quantile),
        ns,
        beyond: count - quantile.rank(count),
    };
    quantiles.iter().zip(readings_ns).map(point).collect()
}

/// The place of a quantile on the axis of nines; the greatest sample has none.
pub fn nines(quantile: Quantile) -> f64 {
    9.0 - f64::from(quantile.above_ppb()).log10()
}

/// From p0 to p99.9999999: twenty to each nine, and the median, which lies between two of them.
fn shared_quantiles() -> impl Iterator<Item = Quantile> {
    // The median is at 0.301 nines, after the sixth of twenty steps.
    const BEFORE_MEDIAN: u32 = 6;
    // From the eighth nine on, twenty steps would be finer than the parts per billion that a quantile counts in.
    const LAST: u32 = 8 * POINTS_PER_NINE;
    let at = |step: u32| {
        let nines = f64::from(step) / f64::from(POINTS_PER_NINE);
        Quantile::above(10f64.powf(9.0 - nines).round() as u32)
    };
    (0..=BEFORE_MEDIAN)
        .map(at)
        .chain([Quantile::P50])
        .chain((BEFORE_MEDIAN + 1..=LAST).map(at))
        .chain((1..10).rev().map(Quantile::above))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_quantiles_rise_and_hold_the_ones_that_people_name() {
        let all: Vec<Quantile> = shared_quantiles().collect();
        assert!(all.is_sorted_by(|left, right| left.above_ppb() > right.above_ppb()));
        for named in [
            Quantile::P50,
            Quantile::P90,
            Quantile::P99,
            Quantile::P99_9,
            Quantile::P99_99,
        ] {
            assert!(all.contains(&named), "{named}");
        }
    }

    #[test]
    fn a_curve_ends_where_its_samples_end() {
        let mut histogram = Histogram::new();
        (1..=1_000).for_each(|ns| histogram.record(ns));
        let curve = percentile_curve(&histogram);
        let at = |quantile| curve.iter().find(|point| point.quantile == quantile);
        assert_eq!(
            at(Quantile::P50).map(|point| (point.ns, point.beyond)),
            Some((500, 500))
        );
        assert_eq!(
            at(Quantile::P99).map(|point| (point.ns, point.is_sure())),
            Some((990, true))
        );
        assert_eq!(
            at(Quantile::P99_9).map(|point| (point.ns, point.is_sure())),
            Some((999, false))
        );
        assert_eq!(at(Quantile::P99_99), None);
        assert_eq!(
            curve.first().map(|point| (point.nines, point.ns)),
            Some((0.0, 1))
        );
    }

    #[test]
    fn too_few_samples_have_no_curve() {
        assert!(percentile_curve(&Histogram::new()).is_empty());
        let mut one = Histogram::new();
        one.record(5);
        assert!(percentile_curve(&one).is_empty());
    }
}
