//! Where the warm-up ends and the measurement begins.

use results::Interval;
use results::statistics::warmup_length;

use crate::client::request_budget::nanoseconds;
use crate::config::Warmup;

/// How many intervals belong to the warm-up; at least one is left.
pub(crate) fn cut<'a>(
    intervals: impl Iterator<Item = &'a Interval> + Clone,
    warmup: Warmup,
) -> usize {
    let most = intervals.clone().count().saturating_sub(1);
    let beginning_before = |ns: u64| {
        intervals
            .clone()
            .take_while(|interval| interval.start_ns < ns)
            .count()
    };
    let cut = match warmup {
        Warmup::None => 0,
        Warmup::Fixed(time) => beginning_before(nanoseconds(time)),
        Warmup::Found { at_most, sending } => {
            let sending = intervals
                .clone()
                .take(beginning_before(nanoseconds(sending)));
            let found = found(sending).min(beginning_before(nanoseconds(at_most)));
            let replies = |(before, all): (u64, u64), (place, interval): (usize, &Interval)| {
                let cut = if place < found { interval.completed } else { 0 };
                (before + cut, all + interval.completed)
            };
            // A beginning is what is cut. Where the server stops in the middle, most replies came before.
            let (before, all) = intervals.clone().enumerate().fold((0, 0), replies);
            if before * 2 <= all { found } else { 0 }
        }
    };
    cut.min(most)
}

/// Where the series of mean latencies settles. It tells both kinds of loop: in a closed one the rate is its reciprocal.
fn found<'a>(intervals: impl Iterator<Item = &'a Interval>) -> usize {
    let mut means: Vec<f64> = Vec::new();
    for interval in intervals {
        // An interval in which nothing came back is as bad as the worst so far, and everybody has waited for all of it.
        let waited_ns = interval.length_ns as f64;
        let worst = means.iter().copied().fold(waited_ns, f64::max);
        means.push(interval.response.mean_ns.map_or(worst, |ns| ns as f64));
    }
    // The last one may be cut short, and hold but a few replies.
    means.pop();
    warmup_length(&means)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use results::{Histogram, Packed};

    use super::*;

    /// Intervals of 100 ms with these latencies.
    fn intervals(latencies_ns: impl Iterator<Item = u64>) -> Vec<Interval> {
        let of = |(place, ns): (usize, u64)| {
            let mut histogram = Histogram::new();
            histogram.record(ns);
            Interval {
                start_ns: place as u64 * 100_000_000,
                length_ns: 100_000_000,
                completed: 1,
                failed: 0,
                response: Packed::from(&histogram),
                service: None,
                lag: None,
                server: None,
            }
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
        Warmup::Found {
            at_most: Duration::from_secs(at_most_s),
            sending: Duration::from_secs(10),
        }
    }

    #[test]
    fn the_end_of_the_warm_up_is_found_and_bounded() {
        let cut_of = |warmup| cut(settling().iter(), warmup);
        assert_eq!(cut_of(found_within(10)), 15);
        assert_eq!(cut_of(found_within(1)), 10);
        assert_eq!(cut_of(Warmup::Fixed(Duration::from_millis(250))), 3);
        assert_eq!(cut_of(Warmup::None), 0);
    }

    /// So many quick intervals, then the server stops; what was asked is answered long after the last request.
    fn stopping_after(quick: usize) -> Vec<Interval> {
        let latency_ns = |place| if place < 100 { 50_000 } else { 3_000_000_000 };
        let mut stopping = intervals((0..300).map(latency_ns));
        for interval in &mut stopping[..quick] {
            interval.completed = 1_000;
        }
        for interval in &mut stopping[quick..100] {
            interval.completed = 0;
            interval.response = Packed::from(&Histogram::new());
        }
        stopping
    }

    #[test]
    fn a_server_that_stops_is_not_warming_up() {
        for quick in [20, 45, 50, 70, 100] {
            let cut = cut(stopping_after(quick).iter(), found_within(10));
            assert_eq!(cut, 0, "{quick}");
        }
    }

    #[test]
    fn something_is_always_left_to_measure() {
        let few = intervals([5, 5].into_iter());
        assert_eq!(cut(few.iter(), Warmup::Fixed(Duration::from_secs(9))), 1);
        assert_eq!(cut([].iter(), Warmup::Fixed(Duration::from_secs(9))), 0);
    }
}
