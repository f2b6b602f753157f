//! How many requests a worker may still send: limited by number, by time or by the stop flag.

use results::RunLimit;

/// The rest of one thread's share of the run. Its connections take from it as they have room, so a slow connection
/// delays no other. Threads share nothing.
#[derive(Debug)]
pub(super) struct RequestBudget {
    requests: u64,
    until_ns: u64,
    now_ns: u64,
}

impl RequestBudget {
    /// The share of thread number `thread` of `threads` in a run that starts at `start_ns`.
    pub(super) fn new(limit: RunLimit, thread: u32, threads: u32, start_ns: u64) -> Self {
        let (requests, until_ns) = match limit {
            RunLimit::Requests { requests } => (share(requests, thread, threads), u64::MAX),
            RunLimit::Duration { duration_ns } => (u64::MAX, start_ns.saturating_add(duration_ns)),
        };
        Self {
            requests,
            until_ns,
            now_ns: start_ns,
        }
    }

    /// Sets the time. The caller has just read the clock, so that it is not read for every request.
    #[inline]
    pub(super) fn time_is(&mut self, now_ns: u64) {
        self.now_ns = now_ns;
    }

    /// Takes up to this many requests; returns how many.
    #[inline]
    pub(super) fn take(&mut self, wanted: u32) -> u32 {
        if self.now_ns >= self.until_ns {
            return 0;
        }
        // The lesser of the two fits where `wanted` does.
        let granted = self.requests.min(u64::from(wanted)) as u32;
        self.requests -= u64::from(granted);
        granted
    }

    /// Gives back requests that were taken and not sent.
    pub(super) fn give_back(&mut self, requests: u32) {
        self.requests += u64::from(requests);
    }

    /// Grants nothing more.
    pub(super) fn stop(&mut self) {
        self.until_ns = 0;
    }
}

/// The shares add up to the whole and differ by at most one.
fn share(requests: u64, thread: u32, threads: u32) -> u64 {
    let (thread, threads) = (u64::from(thread), u64::from(threads));
    requests / threads + u64::from(thread < requests % threads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_add_up() {
        for threads in 1..8 {
            let granted = |thread| {
                RequestBudget::new(RunLimit::Requests { requests: 1_003 }, thread, threads, 0)
                    .take(u32::MAX)
            };
            assert_eq!((0..threads).map(granted).sum::<u32>(), 1_003);
        }
    }

    #[test]
    fn it_ends_by_number_by_time_and_by_order() {
        let mut by_number = RequestBudget::new(RunLimit::Requests { requests: 5 }, 0, 1, 0);
        assert_eq!(
            (by_number.take(3), by_number.take(3), by_number.take(3)),
            (3, 2, 0)
        );
        by_number.give_back(1);
        assert_eq!(by_number.take(3), 1);

        let mut by_time = RequestBudget::new(RunLimit::Duration { duration_ns: 100 }, 0, 1, 1_000);
        assert_eq!(by_time.take(3), 3);
        by_time.time_is(1_099);
        assert_eq!(by_time.take(3), 3);
        by_time.time_is(1_100);
        assert_eq!(by_time.take(3), 0);

        let mut stopped = RequestBudget::new(RunLimit::Requests { requests: 5 }, 0, 1, 0);
        stopped.stop();
        assert_eq!(stopped.take(1), 0);
    }
}
