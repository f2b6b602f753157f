//! What one connection got: how many replies, and how soon, to an eighth.

/// Powers of two that are told apart: from 2¹⁰ ns, a microsecond, to 2³⁶ ns, more than a minute.
const LEAST_POWER: u32 = 10;
const POWERS: usize = 26;

/// Steps within a power of two: a time is known to an eighth of itself.
const STEPS: usize = 8;

/// The books of one connection. A histogram of three digits for each of ten thousand connections would not fit the cache, nor perhaps
/// the memory; this one takes less than a kilobyte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectionMetrics {
    /// The connection's number.
    pub(crate) connection: u32,
    /// Whether anything was asked on it.
    pub(crate) asked: bool,
    /// Requests with a well-formed reply.
    pub(crate) completed: u64,
    times: Box<[u32; POWERS * STEPS]>,
}

impl ConnectionMetrics {
    /// A connection that has got nothing yet.
    pub(crate) fn new(connection: u32) -> Self {
        Self {
            connection,
            asked: false,
            completed: 0,
            times: Box::new([0; POWERS * STEPS]),
        }
    }

    /// So many replies that took so long.
    #[inline]
    pub(crate) fn add(&mut self, replies: u32, response_ns: u64) {
        self.completed += u64::from(replies);
        let count = &mut self.times[bucket(response_ns)];
        *count = count.saturating_add(replies);
    }

    /// The response time that 99 % of the replies did not exceed, rounded up by an eighth at most; `None` of no reply.
    pub(crate) fn p99_ns(&self) -> Option<u64> {
        let booked: u64 = self.times.iter().map(|count| u64::from(*count)).sum();
        let mut beyond = booked / 100;
        let last = self.times.iter().rposition(|count| {
            let count = u64::from(*count);
            let found = count > beyond;
            beyond -= count.min(beyond);
            found
        })?;
        Some(upper_bound_ns(last))
    }
}

#[inline]
fn bucket(ns: u64) -> usize {
    let ns = ns.clamp(1 << LEAST_POWER, (1 << (LEAST_POWER + POWERS as u32)) - 1);
    let power = ns.ilog2();
    let step = (ns >> (power - STEPS.ilog2())) as usize % STEPS;
    (power - LEAST_POWER) as usize * STEPS + step
}

/// The end of a bucket.
fn upper_bound_ns(bucket: usize) -> u64 {
    let (power, step) = (bucket / STEPS, bucket % STEPS);
    ((STEPS + step + 1) as u64) << (power as u32 + LEAST_POWER - STEPS.ilog2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_known_to_an_eighth() {
        for ns in [1_024, 1_025, 5_000, 999_999, 123_456_789, 60_000_000_000] {
            let bound_ns = upper_bound_ns(bucket(ns));
            assert!(
                bound_ns > ns && bound_ns <= ns + ns / 8 + 1,
                "{ns} ns is said to be {bound_ns}"
            );
        }
        assert_eq!((bucket(0), bucket(u64::MAX)), (0, POWERS * STEPS - 1));
    }

    #[test]
    fn one_in_a_hundred_may_be_late() {
        let mut served = ConnectionMetrics::new(7);
        assert_eq!(served.p99_ns(), None);
        served.add(99, 2_000_000);
        served.add(1, 1_000_000_000);
        assert_eq!(served.p99_ns(), Some(2_097_152));
        served.add(1, 1_000_000_000);
        assert_eq!(served.p99_ns(), Some(1_006_632_960), "two of 101 are late");
    }
}
