//! The replies of one connection and their response times, to an eighth.

use histogram::Layout;

/// To an eighth from a microsecond on, up to 2³⁶ ns, more than a minute.
const LAYOUT: Layout = Layout::new(7, 36);

/// The metrics of one connection. Ten thousand histograms of three digits would not fit the cache, nor perhaps the memory;
/// this one takes less than a kilobyte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectionMetrics {
    /// The connection's number.
    pub(crate) connection: u32,
    /// Whether any request was sent on it.
    pub(crate) asked: bool,
    /// Requests with a well-formed reply.
    pub(crate) completed: u64,
    times: Box<[u32; LAYOUT.buckets()]>,
}

impl ConnectionMetrics {
    /// A connection without replies.
    pub(crate) fn new(connection: u32) -> Self {
        Self {
            connection,
            asked: false,
            completed: 0,
            times: Box::new([0; LAYOUT.buckets()]),
        }
    }

    /// Adds replies with this response time.
    #[inline]
    pub(crate) fn add(&mut self, replies: u32, response_ns: u64) {
        self.completed += u64::from(replies);
        let count = &mut self.times[LAYOUT.bucket(response_ns)];
        *count = count.saturating_add(replies);
    }

    /// The response time that 99 % of the replies did not exceed, rounded up by an eighth at most; `None` without replies.
    pub(crate) fn p99_ns(&self) -> Option<u64> {
        let recorded: u64 = self.times.iter().map(|count| u64::from(*count)).sum();
        let mut beyond = recorded / 100;
        let last = self.times.iter().rposition(|count| {
            let count = u64::from(*count);
            let found = count > beyond;
            beyond -= count.min(beyond);
            found
        })?;
        Some(LAYOUT.upper_bound(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_a_hundred_may_be_late() {
        let mut metrics = ConnectionMetrics::new(7);
        assert_eq!(metrics.p99_ns(), None);
        metrics.add(99, 2_000_000);
        metrics.add(1, 1_000_000_000);
        assert_eq!(metrics.p99_ns(), Some(2_097_152));
        metrics.add(1, 1_000_000_000);
        assert_eq!(metrics.p99_ns(), Some(1_006_632_960), "two of 101 are late");
    }
}
