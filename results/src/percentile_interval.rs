//! How far the percentiles of a single run may be trusted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::statistics::{effective_count, rank_interval};
use crate::{Histogram, Interval, Quantile, Run, SparseHistogram};

/// The 95 % confidence interval of a percentile of one run, and its effective sample size.
///
/// It says nothing about the next run, or the next start of the server: for that there are repetitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PercentileInterval {
    /// The percentile: `p50`, `p99.9`.
    pub percentile: String,
    /// The lower end.
    pub low_ns: u64,
    /// The upper end.
    pub high_ns: u64,
    /// The effective sample size. Replies at the same time are slow together, so it is smaller than their number.
    pub effective_samples: u64,
}

/// The percentiles of the summary that can have an interval.
const KEPT: [Quantile; 5] = [
    Quantile::P50,
    Quantile::P90,
    Quantile::P99,
    Quantile::P99_9,
    Quantile::P99_99,
];

impl PercentileInterval {
    /// Those of a run's measured window, for the percentiles of which it has enough samples.
    pub fn all_of(response: &Histogram, intervals: &[Interval], warmup_ns: u64) -> Vec<Self> {
        let all = intervals_at(response, intervals, warmup_ns, &KEPT);
        all.into_iter().flatten().collect()
    }
}

/// The interval of each quantile; `None` if the samples do not suffice, or if the run has no intervals to show its clusters.
pub fn percentile_intervals(run: &Run, quantiles: &[Quantile]) -> Vec<Option<PercentileInterval>> {
    let response = &run.latency.response;
    intervals_at(response, &run.intervals, run.warmup_ns, quantiles)
}

/// Replies that come together are slow together, so they count for fewer than they are: how many, the run's intervals tell.
fn intervals_at(
    response: &Histogram,
    intervals: &[Interval],
    warmup_ns: u64,
    quantiles: &[Quantile],
) -> Vec<Option<PercentileInterval>> {
    let measured = || intervals.iter().filter(|one| one.start_ns >= warmup_ns);
    let of_quantile = |quantile: &Quantile| {
        let threshold_ns = response.quantile_ns(*quantile)?;
        let batches: Vec<(u64, u64)> = measured()
            .map(|interval| batch(&interval.response, threshold_ns))
            .collect();
        if batches.len() < MIN_BATCHES {
            return None;
        }
        let effective_samples = effective_count(&batches);
        let (low, high) = rank_interval(effective_samples, *quantile)?;
        let rank = |place: u64| {
            let share =
                u128::from(place) * u128::from(response.count()) / u128::from(effective_samples);
            // Not above the count, since the place is not above the effective one.
            (share as u64).max(1)
        };
        match response.at_ranks(&[rank(low), rank(high)])[..] {
            [low_ns, high_ns] => Some(PercentileInterval {
                percentile: quantile.to_string(),
                low_ns,
                high_ns,
                effective_samples,
            }),
            _ => None,
        }
    };
    quantiles.iter().map(of_quantile).collect()
}

/// The variance between fewer batches is itself too uncertain.
const MIN_BATCHES: usize = 5;

/// The samples of a slice, and those above the threshold.
fn batch(slice: &SparseHistogram, threshold_ns: u64) -> (u64, u64) {
    let above = slice.ranges().filter(|(ns, _)| *ns > threshold_ns);
    (slice.count(), above.map(|(_, samples)| samples).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::{self, Recipe};

    fn all_of(run: &Run) -> Vec<PercentileInterval> {
        PercentileInterval::all_of(&run.latency.response, &run.intervals, run.warmup_ns)
    }

    #[test]
    fn the_interval_holds_the_percentile() {
        let run = example::open_loop("a");
        for quantile in [Quantile::P50, Quantile::P99] {
            let interval = percentile_intervals(&run, &[quantile])[0].clone().unwrap();
            let (low_ns, high_ns) = (interval.low_ns, interval.high_ns);
            let read_ns = run.latency.response.quantile_ns(quantile).unwrap();
            assert!(
                low_ns < read_ns && read_ns < high_ns,
                "{low_ns} {read_ns} {high_ns}"
            );
            assert!(
                high_ns - low_ns < read_ns / 20,
                "independent samples are worth their number"
            );
        }
    }

    /// All slow replies came in one slice: a tenth of the run could as well have had none.
    #[test]
    fn a_stall_makes_the_tail_uncertain() {
        let recipe = |stalled_in| Recipe {
            stalled_in,
            ..Recipe::quick("a")
        };
        let p99 = |run: &Run| percentile_intervals(run, &[Quantile::P99])[0].clone();
        assert!(p99(&recipe(None).run()).is_some());
        assert_eq!(p99(&recipe(Some(4)).run()), None);
    }

    #[test]
    fn without_intervals_nothing_is_claimed() {
        let mut run = example::open_loop("a");
        run.intervals.clear();
        assert_eq!(percentile_intervals(&run, &[Quantile::P50]), [None]);
    }

    #[test]
    fn what_was_cut_off_is_no_batch() {
        let mut run = example::open_loop("a");
        let start_ns = |left: usize| run.intervals[run.intervals.len() - left].start_ns;
        let (too_few_ns, enough_ns) = (start_ns(MIN_BATCHES - 1), start_ns(MIN_BATCHES));
        run.warmup_ns = enough_ns;
        assert!(percentile_intervals(&run, &[Quantile::P50])[0].is_some());
        run.warmup_ns = too_few_ns;
        assert_eq!(percentile_intervals(&run, &[Quantile::P50]), [None]);
    }

    #[test]
    fn a_run_keeps_the_intervals_that_it_has_samples_for() {
        let run = example::open_loop("a");
        let kept = all_of(&run);
        let p50 = &kept[0];
        assert_eq!(p50.percentile, "p50");
        assert_eq!(
            Some(p50),
            percentile_intervals(&run, &[Quantile::P50])[0].as_ref()
        );
        assert!(p50.effective_samples > 0);
        assert!(p50.effective_samples <= run.latency.response.count());
        assert_eq!(all_of(&example::empty("a")), []);
    }
}
