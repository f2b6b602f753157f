//! The latencies of a run: how many samples fell into each narrow range, and nothing about their order.

use hdrhistogram::Histogram as Hdr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Packed, Quantile};

/// The greatest latency with a place of its own: 60 s. Anything a person would still wait for lies below.
const HIGHEST_NS: u64 = 60_000_000_000;

/// Three significant digits: a range is at most 0.1 % wide, finer than two runs ever agree.
const SIGNIFICANT_DIGITS: u8 = 3;

/// Latencies from 1 ns to 60 s in ranges at most 0.1 % wide, in memory that does not grow (about 220 kB).
///
/// A latency over the top is never clamped in silence: it is counted in [`over_range`](Self::over_range) and belongs
/// to one last range that ends at the longest latency seen. Every reading is the upper end of its range, so a
/// percentile may be up to 0.1 % too high and is never too low.
///
/// ```
/// use results::{Histogram, Quantile};
/// let mut histogram = Histogram::new();
/// histogram.record(1_200);
/// histogram.record(61_000_000_000);
/// assert_eq!(histogram.quantile_ns(Quantile::P50), Some(1_200));
/// assert_eq!(histogram.quantile_ns(Quantile::MAX), Some(61_000_000_000));
/// assert_eq!((histogram.count(), histogram.over_range()), (2, 1));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "Packed", try_from = "Packed")]
#[schemars(with = "Packed")]
pub struct Histogram {
    pub(crate) in_range: Hdr<u64>,
    pub(crate) over_range: u64,
    pub(crate) over_range_max_ns: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// The greatest latency with a range of its own.
    pub const HIGHEST_NS: u64 = HIGHEST_NS;

    /// A histogram without samples.
    pub fn new() -> Self {
        // 1 ≤ 1, 60 s ≥ 2 and 3 ≤ 5 are all that HdrHistogram asks of its bounds.
        #[expect(clippy::expect_used, reason = "three constants that are known to fit")]
        let in_range =
            Hdr::new_with_bounds(1, HIGHEST_NS, SIGNIFICANT_DIGITS).expect("bounds that fit");
        Self {
            in_range,
            over_range: 0,
            over_range_max_ns: 0,
        }
    }

    /// Counts one latency. This is the hot path of the load generator: no branch but the one over the top.
    #[inline]
    pub fn record(&mut self, latency_ns: u64) {
        self.record_many(latency_ns, 1);
    }

    /// Counts `count` equal latencies, for replies that one read returned.
    #[inline]
    pub fn record_many(&mut self, latency_ns: u64, count: u64) {
        if latency_ns > HIGHEST_NS {
            self.over_range += count;
            self.over_range_max_ns = self.over_range_max_ns.max(latency_ns);
        } else {
            // It saturates at the bounds, and the line above has kept the upper one.
            self.in_range.saturating_record_n(latency_ns, count);
        }
    }

    /// Adds all samples of `other`: the only sound way to put two runs or two threads together.
    pub fn merge(&mut self, other: &Self) {
        // `add` fails only when `other` holds values beyond the bounds of `self`; all bounds are the same.
        #[expect(clippy::expect_used, reason = "every Histogram has the same bounds")]
        self.in_range.add(&other.in_range).expect("equal bounds");
        self.over_range += other.over_range;
        self.over_range_max_ns = self.over_range_max_ns.max(other.over_range_max_ns);
    }

    /// Forgets all samples and keeps the memory.
    pub fn clear(&mut self) {
        self.in_range.reset();
        self.over_range = 0;
        self.over_range_max_ns = 0;
    }

    /// The number of samples, those over the top among them.
    pub fn count(&self) -> u64 {
        self.in_range.len() + self.over_range
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// The number of samples over 60 s.
    pub fn over_range(&self) -> u64 {
        self.over_range
    }

    /// The longest latency over 60 s, where there is one.
    pub fn over_range_max_ns(&self) -> Option<u64> {
        (self.over_range > 0).then_some(self.over_range_max_ns)
    }

    /// The shortest latency, as the lower end of its range; `None` of no samples.
    pub fn min_ns(&self) -> Option<u64> {
        match self.in_range.len() {
            0 => self.over_range_max_ns(),
            _ => Some(self.in_range.min()),
        }
    }

    /// The longest latency; `None` of no samples.
    pub fn max_ns(&self) -> Option<u64> {
        self.quantile_ns(Quantile::MAX)
    }

    /// The mean, from the middle of each range; `None` of no samples.
    ///
    /// It is given because Little's law needs it; it is no description of a latency.
    pub fn mean_ns(&self) -> Option<u64> {
        if self.is_empty() {
            return None;
        }
        let in_range_ns = self.in_range.mean() * self.in_range.len() as f64;
        let over_range_ns = self.over_range as f64 * self.over_range_max_ns as f64;
        Some(((in_range_ns + over_range_ns) / self.count() as f64).round() as u64)
    }

    /// The standard deviation around the mean; `None` of no samples. Only the `.hgrm` format asks for it.
    pub fn standard_deviation_ns(&self) -> Option<u64> {
        let mean_ns = self.mean_ns()? as f64;
        let squares: f64 = self
            .ranges()
            .map(|(ns, samples)| samples as f64 * (ns as f64 - mean_ns).powi(2))
            .sum();
        Some((squares / self.count() as f64).sqrt().round() as u64)
    }

    /// The latency that the quantile's share of the samples did not exceed; `None` of no samples.
    pub fn quantile_ns(&self, quantile: Quantile) -> Option<u64> {
        self.quantiles_ns(&[quantile]).first().copied()
    }

    /// [`quantile_ns`](Self::quantile_ns) of many quantiles, from the lowest to the highest; empty of no samples.
    pub fn quantiles_ns(&self, rising: &[Quantile]) -> Vec<u64> {
        let count = self.count();
        let ranks: Vec<u64> = rising.iter().map(|one| one.rank(count)).collect();
        self.at_ranks(&ranks)
    }

    /// The latencies at these places among the sorted samples, counted from 1, in one pass; empty of no samples.
    ///
    /// The ranks rise; a rank beyond the last sample is the last sample.
    pub fn at_ranks(&self, rising: &[u64]) -> Vec<u64> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut ranges = self.ranges();
        let mut reading_ns = 0;
        let mut covered = 0;
        let reach = |rank: &u64| {
            while covered < *rank
                && let Some((highest_ns, samples)) = ranges.next()
            {
                reading_ns = highest_ns;
                covered += samples;
            }
            reading_ns
        };
        rising.iter().map(reach).collect()
    }

    /// Every range that holds samples: its upper end and its count, from the shortest latency to the longest.
    pub fn ranges(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let in_range = self
            .in_range
            .iter_recorded()
            .map(|step| (step.value_iterated_to(), step.count_at_value()));
        let over_range = self.over_range_max_ns().map(|ns| (ns, self.over_range));
        in_range.chain(over_range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_samples_have_no_readings() {
        let empty = Histogram::new();
        assert_eq!(
            (empty.min_ns(), empty.mean_ns(), empty.max_ns()),
            (None, None, None)
        );
        assert!(empty.quantiles_ns(&[Quantile::P50]).is_empty());
    }

    #[test]
    fn the_percentiles_of_one_to_a_thousand_are_known() {
        let mut histogram = Histogram::new();
        (1..=1_000).for_each(|ns| histogram.record(ns));
        let quantiles = [
            Quantile::P50,
            Quantile::P90,
            Quantile::P99,
            Quantile::P99_9,
            Quantile::MAX,
        ];
        assert_eq!(
            histogram.quantiles_ns(&quantiles),
            [500, 900, 990, 999, 1_000]
        );
        assert_eq!(histogram.mean_ns(), Some(501));
        assert_eq!(histogram.min_ns(), Some(1));
    }

    #[test]
    fn a_reading_is_at_most_a_thousandth_too_high() {
        for ns in [1_234_567, 59_999_999_999, HIGHEST_NS] {
            let mut histogram = Histogram::new();
            histogram.record(ns);
            let read_ns = histogram.max_ns().unwrap();
            assert!(
                ns <= read_ns && read_ns - ns <= ns / 1_000,
                "{ns} was read as {read_ns}"
            );
            assert_eq!(histogram.over_range(), 0);
        }
    }

    #[test]
    fn what_lies_over_the_top_moves_the_percentiles() {
        let mut histogram = Histogram::new();
        histogram.record_many(1_000, 98);
        histogram.record_many(90_000_000_000, 2);
        assert_eq!(histogram.quantile_ns(Quantile::P90), Some(1_000));
        assert_eq!(histogram.quantile_ns(Quantile::P99), Some(90_000_000_000));
        assert_eq!(histogram.over_range(), 2);
    }

    #[test]
    fn merging_is_recording_both() {
        let (mut left, mut right, mut both) =
            (Histogram::new(), Histogram::new(), Histogram::new());
        for ns in [5, 70_000, 61_000_000_000] {
            left.record(ns);
            both.record(ns);
        }
        for ns in [6, 80_000_000, 62_000_000_000] {
            right.record(ns);
            both.record(ns);
        }
        left.merge(&right);
        assert_eq!(left, both);
        left.clear();
        assert_eq!(left, Histogram::new());
    }
}
