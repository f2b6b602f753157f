//! Where the warm-up ends and the measurement begins.

use results::RunLimit;
use results::statistics::warmup_length;

use super::Interval;
use crate::config::{Config, Warmup};
use crate::machine::time::nanoseconds;

/// The number of intervals in the warm-up of a run that began at `start_ns`; at least one interval is left.
pub(super) fn cut(intervals: &[Interval], start_ns: u64, config: &Config) -> usize {
    let most = intervals.len().saturating_sub(1);
    let beginning_before = |ns: u64| {
        let before = |interval: &Interval| interval.start_ns.saturating_sub(start_ns) < ns;
        intervals.partition_point(before)
    };
    let cut = match config.warmup {
        Warmup::Fixed(time) => beginning_before(nanoseconds(time)),
        Warmup::Auto { at_most } => {
            // After the last request there is no steady state.
            let sending_ns = match config.workload.limit {
                RunLimit::Duration { duration_ns } => duration_ns,
                RunLimit::Requests { .. } => u64::MAX,
            };
            let found = settled(&intervals[..beginning_before(sending_ns)]);
            let found = found.min(beginning_before(nanoseconds(at_most)));
            let completed = |part: &[Interval]| -> u64 {
                part.iter().map(|interval| interval.counts.completed).sum()
            };
            // A warm-up is short. If most replies came before the cut, the server has stopped in the middle.
            match completed(&intervals[..found]) * 2 <= completed(intervals) {
                true => found,
                false => 0,
            }
        }
    };
    cut.min(most)
}

/// Where the series of mean latencies settles. It serves both kinds of loop: in a closed one the rate is its reciprocal.
fn settled(intervals: &[Interval]) -> usize {
    let mut means: Vec<f64> = Vec::new();
    for interval in intervals {
        // An interval without replies is as bad as the worst so far, and at least as long as itself.
        let waited_ns = (interval.end_ns - interval.start_ns) as f64;
        let worst = means.iter().copied().fold(waited_ns, f64::max);
        means.push(interval.response.mean_ns().unwrap_or(worst));
    }
    // The last interval may be short, with only a few replies.
    means.pop();
    warmup_length(&means)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use results::SparseHistogram;

    use super::super::recorder::no_latency;
    use super::super::{Counts, WorkerInterval};
    use super::*;
    use crate::config::tests::builder;

    fn config(warmup: Warmup) -> Config {
        let builder = builder().requests(None).duration(Duration::from_secs(10));
        builder.warmup(warmup).build().unwrap()
    }

    fn cut_of(intervals: &[Interval], warmup: Warmup) -> usize {
        cut(intervals, 0, &config(warmup))
    }

    /// Intervals of 100 ms with these latencies.
    fn intervals(latencies_ns: impl Iterator<Item = u64>) -> Vec<Interval> {
        let of = |(place, ns): (usize, u64)| {
            let mut latency = no_latency(false);
            latency.response.record(ns);
            let interval = WorkerInterval {
                start_ns: place as u64 * 100_000_000,
                end_ns: (place as u64 + 1) * 100_000_000,
                counts: Counts {
                    completed: 1,
                    ..Counts::default()
                },
                latency,
                cost: None,
            };
            Interval::of_worker(0, 1, interval)
        };
        latencies_ns.enumerate().map(of).collect()
    }

    /// Slow for a second and a half, then quick.
    fn settling() -> Vec<Interval> {
        intervals((0..100).map(|place| {
            if place < 15 {
                900_000
            } else {
                50_000 + place * 7 % 5
            }
        }))
    }

    fn found_within(at_most_s: u64) -> Warmup {
        Warmup::Auto {
            at_most: Duration::from_secs(at_most_s),
        }
    }

    #[test]
    fn the_end_of_the_warm_up_is_found_and_bounded() {
        let cut_of = |warmup| cut_of(&settling(), warmup);
        assert_eq!(cut_of(found_within(10)), 15);
        assert_eq!(cut_of(found_within(1)), 10);
        assert_eq!(cut_of(Warmup::Fixed(Duration::from_millis(250))), 3);
        assert_eq!(cut_of(Warmup::Fixed(Duration::ZERO)), 0);
    }

    /// This many quick intervals, then the server stops; the replies come long after the last request.
    fn stopping_after(quick: usize) -> Vec<Interval> {
        let latency_ns = |place| if place < 100 { 50_000 } else { 3_000_000_000 };
        let mut stopping = intervals((0..300).map(latency_ns));
        for interval in &mut stopping[..quick] {
            interval.counts.completed = 1_000;
        }
        for interval in &mut stopping[quick..100] {
            interval.counts.completed = 0;
            interval.response = SparseHistogram::default();
        }
        stopping
    }

    #[test]
    fn a_server_that_stops_is_not_warming_up() {
        for quick in [20, 45, 50, 70, 100] {
            let cut = cut_of(&stopping_after(quick), found_within(10));
            assert_eq!(cut, 0, "{quick}");
        }
    }

    #[test]
    fn something_is_always_left_to_measure() {
        let few = intervals([5, 5].into_iter());
        assert_eq!(cut_of(&few, Warmup::Fixed(Duration::from_secs(9))), 1);
        assert_eq!(cut_of(&[], Warmup::Fixed(Duration::from_secs(9))), 0);
    }
}
