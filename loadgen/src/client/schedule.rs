//! The intended start of each request of an open loop, fixed in advance, whatever the server does.

use std::ops::Range;

use results::{Arrival, LoadMode, Workload};

use crate::protocol::random::SplitMix64;

/// The next arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    /// Its intended start, from the start of the run.
    pub(super) at_ns: u64,
    /// Its connection, an index among the thread's connections.
    pub(super) slot: u32,
}

/// The part of the schedule that one thread serves, in the order of time. It never ends.
///
/// All threads follow one schedule over all connections: arrival number `n` belongs to connection `n mod connections`,
/// so the connections start one after the other and every server meets the same arrivals on the same connections.
/// A thread skips the arrivals of other threads.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    pattern: Pattern,
    connections: u64,
    own: Range<u64>,
    number: u64,
}

/// The times of the arrivals.
#[derive(Debug, Clone)]
enum Pattern {
    /// Arrival `n` comes at `n` times the gap, in exact arithmetic, so that no error accumulates.
    Even { gap: Gap },
    /// This many arrivals together, then a pause.
    Bursts { size: u64, gap: Gap },
    /// Independent arrivals. Every thread draws the same gaps.
    Poisson {
        mean_gap_ns: f64,
        random: SplitMix64,
        at_ns: f64,
    },
}

/// A gap in fractions of a nanosecond: requests per time.
#[derive(Debug, Clone, Copy)]
struct Gap {
    requests: u64,
    ns: u64,
}

impl Gap {
    /// The gap between arrivals at a rate, to a millionth of a request per second.
    fn of(rate_per_s: f64) -> Self {
        Self {
            requests: ((rate_per_s * 1e6).round() as u64).max(1),
            ns: 1_000_000_000_000_000,
        }
    }

    /// The time of arrival number `n`.
    fn at_ns(self, n: u64) -> u64 {
        let ns = u128::from(n) * u128::from(self.ns) / u128::from(self.requests);
        u64::try_from(ns).unwrap_or(u64::MAX)
    }
}

impl Schedule {
    /// The schedule of a workload's open loop for the worker that serves the connections `own`; `None` of a closed loop.
    pub(super) fn new(workload: &Workload, own: Range<u32>) -> Option<Self> {
        let LoadMode::Open {
            rate_per_s,
            arrival,
            ..
        } = workload.mode
        else {
            return None;
        };
        let (rate, seed) = (rate_per_s.value(), workload.seed);
        let gap = Gap::of(rate);
        let pattern = match arrival {
            Arrival::Constant => Pattern::Even { gap },
            Arrival::Bursts { size } => Pattern::Bursts {
                size: u64::from(size),
                gap,
            },
            Arrival::Poisson => Pattern::poisson(rate, seed),
            // Sessions do not know of each other: what is independent is their arrival, not each of their requests.
            Arrival::Sessions { requests } => Pattern::poisson(rate / f64::from(requests), seed),
        };
        Some(Self {
            pattern,
            connections: u64::from(workload.connections),
            own: u64::from(own.start)..u64::from(own.end),
            number: 0,
        })
    }

    /// The next arrival on a connection of this thread.
    pub(super) fn next(&mut self) -> Due {
        loop {
            let number = self.number;
            let connection = number % self.connections;
            if self.own.contains(&connection) {
                self.number += 1;
                let at_ns = self.pattern.at_ns(number);
                // A slot lies below the number of connections, which is a u32.
                return Due {
                    at_ns,
                    slot: (connection - self.own.start) as u32,
                };
            }
            self.number += self.pattern.skip(self.others_after(connection));
        }
    }

    /// The number of arrivals of other threads that follow, that of `connection` included.
    fn others_after(&self, connection: u64) -> u64 {
        (self.own.start + self.connections - connection) % self.connections
    }
}

impl Pattern {
    fn poisson(rate_per_s: f64, seed: u64) -> Self {
        Self::Poisson {
            mean_gap_ns: 1e9 / rate_per_s,
            random: SplitMix64::new(seed).fork(SCHEDULE),
            at_ns: 0.0,
        }
    }

    /// The time of arrival `number`; the numbers rise.
    fn at_ns(&mut self, number: u64) -> u64 {
        match self {
            Self::Even { gap } => gap.at_ns(number),
            Self::Bursts { size, gap } => gap.at_ns(number / *size * *size),
            Self::Poisson {
                mean_gap_ns,
                random,
                at_ns,
            } => {
                *at_ns += exponential(random.next()) * *mean_gap_ns;
                *at_ns as u64
            }
        }
    }

    /// Skips this many arrivals, or one if each must be drawn; returns how many.
    fn skip(&mut self, arrivals: u64) -> u64 {
        match self {
            Self::Even { .. } | Self::Bursts { .. } => arrivals,
            Self::Poisson { .. } => {
                self.at_ns(0);
                1
            }
        }
    }
}

/// The schedule's stream of random numbers, separate from those of the connections.
const SCHEDULE: u64 = u64::MAX;

/// An exponentially distributed number of mean 1, by inversion: −ln of a uniform number in (0, 1].
fn exponential(draw: u64) -> f64 {
    const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
    -(((draw >> 11) as f64 + 1.0) * STEP).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::builder;

    fn schedule(
        rate_per_s: f64,
        arrival: Arrival,
        seed: u64,
        connections: u32,
        own: Range<u32>,
    ) -> Schedule {
        let builder = builder().pipeline_depth(None).connections(connections);
        let builder = builder.rate_per_s(rate_per_s).arrival(arrival).seed(seed);
        Schedule::new(&builder.build().unwrap().workload, own).unwrap()
    }

    fn take(schedule: &mut Schedule, count: usize) -> Vec<Due> {
        (0..count).map(|_| schedule.next()).collect()
    }

    #[test]
    fn even_arrivals_are_exact_and_go_round() {
        let mut schedule = schedule(3.0, Arrival::Constant, 1, 2, 0..2);
        let all = take(&mut schedule, 4);
        let expected = [
            (0, 0),
            (333_333_333, 1),
            (666_666_666, 0),
            (1_000_000_000, 1),
        ]
        .map(|(at_ns, slot)| Due { at_ns, slot });
        assert_eq!(all, expected);
        let late = take(&mut schedule, 3_000_000).pop().unwrap();
        assert_eq!(
            late.at_ns, 1_000_001_000_000_000,
            "no error adds up in eleven days"
        );
    }

    #[test]
    fn threads_together_make_the_whole_schedule() {
        for arrival in [
            Arrival::Constant,
            Arrival::Poisson,
            Arrival::Bursts { size: 7 },
        ] {
            let mut whole = schedule(1e5, arrival, 9, 10, 0..10);
            let expected: Vec<_> = take(&mut whole, 1_000)
                .into_iter()
                .map(|due| (due.at_ns, due.slot))
                .collect();
            let mut parts = Vec::new();
            for own in [0..3, 3..4, 4..10] {
                let first = own.start;
                let mut part = schedule(1e5, arrival, 9, 10, own.clone());
                parts.extend(
                    take(&mut part, 100 * own.len())
                        .into_iter()
                        .map(|due| (due.at_ns, due.slot + first)),
                );
            }
            parts.sort_by_key(|(at_ns, slot)| {
                (
                    *at_ns,
                    expected.iter().position(|due| due == &(*at_ns, *slot)),
                )
            });
            assert_eq!(parts, expected, "{arrival:?}");
        }
    }

    #[test]
    fn a_burst_comes_at_once() {
        let times: Vec<_> = take(
            &mut schedule(1_000.0, Arrival::Bursts { size: 3 }, 1, 4, 0..4),
            7,
        )
        .iter()
        .map(|due| due.at_ns)
        .collect();
        assert_eq!(times, [0, 0, 0, 3_000_000, 3_000_000, 3_000_000, 6_000_000]);
    }

    /// The one-sample Kolmogorov–Smirnov test of the gaps against the exponential law: for n = 20 000 the distance exceeds
    /// 1.63 / √n with a probability of 1 %, and the seed is fixed.
    #[test]
    fn poisson_gaps_follow_the_exponential_law() {
        const N: usize = 20_000;
        let mut schedule = schedule(1_000.0, Arrival::Poisson, 1, 1, 0..1);
        let times: Vec<_> = take(&mut schedule, N + 1)
            .iter()
            .map(|due| due.at_ns as f64)
            .collect();
        let mut gaps: Vec<_> = times
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) / 1e6)
            .collect();
        gaps.sort_by(f64::total_cmp);
        let law = |gap: f64| 1.0 - (-gap).exp();
        let distance = gaps.iter().enumerate().map(|(rank, gap)| {
            let (below, upto) = (rank as f64 / N as f64, (rank + 1) as f64 / N as f64);
            (law(*gap) - below).abs().max((law(*gap) - upto).abs())
        });
        let distance = distance.fold(0.0, f64::max);
        assert!(distance < 1.63 / (N as f64).sqrt(), "{distance}");
        assert!(
            (times[N] / 1e9 - 20.0).abs() < 0.5,
            "20 000 arrivals at 1 000/s take 20 s: {}",
            times[N] / 1e9
        );
    }

    #[test]
    fn the_seed_makes_the_schedule() {
        let first = |seed| take(&mut schedule(1e3, Arrival::Poisson, seed, 5, 0..5), 10);
        assert_eq!(first(4), first(4));
        assert_ne!(first(4), first(5));
    }
}
