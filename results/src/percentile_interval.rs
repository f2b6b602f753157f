//! How far the percentiles of a single run may be trusted.

use crate::statistics::{effective_count, rank_interval};
use crate::{Histogram, Interval, Quantile, Run};

/// For each quantile, the two response times (in ns) between which the true one lies with 95 % confidence.
///
/// Replies that come together are slow together, so they count for fewer than they are: how many, the run's intervals
/// tell. `None` where the samples do not suffice, and of a run without intervals, whose clusters nobody can see. The
/// interval says nothing about the next start of the server: for that there are repetitions.
pub fn percentile_intervals(run: &Run, quantiles: &[Quantile]) -> Vec<Option<(u64, u64)>> {
    let slices: Option<Vec<Histogram>> = run.intervals.iter().map(after_warmup(run)).collect();
    let slices = slices.unwrap_or_default();
    let of_quantile = |quantile: &Quantile| {
        let response = &run.latency.response;
        let threshold_ns = response.quantile_ns(*quantile)?;
        let batches: Vec<(u64, u64)> = slices
            .iter()
            .map(|slice| batch(slice, threshold_ns))
            .collect();
        if batches.len() < MIN_BATCHES {
            return None;
        }
        let effective = effective_count(&batches);
        let (low, high) = rank_interval(effective, *quantile)?;
        let rank = |place: u64| {
            let share = u128::from(place) * u128::from(response.count()) / u128::from(effective);
            // Not above the count, since the place is not above the effective one.
            (share as u64).max(1)
        };
        match response.at_ranks(&[rank(low), rank(high)])[..] {
            [low_ns, high_ns] => Some((low_ns, high_ns)),
            _ => None,
        }
    };
    quantiles.iter().map(of_quantile).collect()
}

/// The variance between fewer batches is itself too uncertain.
const MIN_BATCHES: usize = 5;

/// The histogram of an interval, empty where it belongs to the warm-up; none where it is damaged.
fn after_warmup(run: &Run) -> impl Fn(&Interval) -> Option<Histogram> + '_ {
    |interval| {
        if interval.start_ns < run.warmup_ns {
            return Some(Histogram::new());
        }
        interval.response.unpack().ok()
    }
}

/// The samples of a slice, and those above the threshold.
fn batch(slice: &Histogram, threshold_ns: u64) -> (u64, u64) {
    let above = slice.ranges().filter(|(ns, _)| *ns > threshold_ns);
    (slice.count(), above.map(|(_, samples)| samples).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::{self, Recipe};

    #[test]
    fn the_interval_holds_the_percentile() {
        let run = example::open_loop("a");
        for quantile in [Quantile::P50, Quantile::P99] {
            let (low_ns, high_ns) = percentile_intervals(&run, &[quantile])[0].unwrap();
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
        let p99 = |run: &Run| percentile_intervals(run, &[Quantile::P99])[0];
        assert!(p99(&recipe(None).run()).is_some());
        assert_eq!(p99(&recipe(Some(4)).run()), None);
    }

    #[test]
    fn without_intervals_nothing_is_claimed() {
        let mut run = example::open_loop("a");
        run.intervals.clear();
        assert_eq!(percentile_intervals(&run, &[Quantile::P50]), [None]);
    }
}
