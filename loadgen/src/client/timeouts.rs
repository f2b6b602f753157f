//! Time limits of a worker's connections: each tick checks them all, so that no request needs a timer.

use std::task::{Context, Waker};
use std::time::Duration;

use results::FailureReason;

use crate::protocol::exchange::ConnectionError;

/// When each connection began to wait, and how to wake it.
#[derive(Debug)]
pub(super) struct Timeouts {
    timeout_ns: u64,
    waits: Vec<Wait>,
    /// The time of the last punctual tick. A connection compares its wait with it, and needs no clock of its own.
    checked_ns: u64,
    /// The time of the last tick, and whether it ran too late to expire any connection.
    last_ns: u64,
    came_late: bool,
    /// Whether all waits have been ended, however short they were.
    over: bool,
}

/// A connection while its task sleeps.
#[derive(Debug, Clone)]
struct Wait {
    since_ns: u64,
    waker: Option<Waker>,
}

const NOT_WAITING: u64 = u64::MAX;

/// A tick later than this after the one before (50 ms are planned) was held up.
const LATE_NS: u64 = 150_000_000;

impl Timeouts {
    /// Time limits for this many connections; each waits at most `timeout_ns` for a reply.
    pub(super) fn new(connections: usize, timeout_ns: u64) -> Self {
        let wait = Wait {
            since_ns: NOT_WAITING,
            waker: None,
        };
        Self {
            timeout_ns,
            waits: vec![wait; connections],
            checked_ns: 0,
            last_ns: 0,
            came_late: false,
            over: false,
        }
    }

    /// How a connection ends that has waited since `since_ns`, if it has waited too long.
    #[inline]
    pub(super) fn overdue(&self, since_ns: Option<u64>) -> Option<ConnectionError> {
        let waited_ns = self.checked_ns.saturating_sub(since_ns?);
        if waited_ns <= self.timeout_ns && !self.over {
            return None;
        }
        Some(self.end())
    }

    #[cold]
    fn end(&self) -> ConnectionError {
        if self.over {
            let text = "the run ended before the reply came".to_owned();
            return ConnectionError {
                reason: FailureReason::Unanswered,
                text,
            };
        }
        let text = format!(
            "no reply within {:?} (--timeout)",
            Duration::from_nanos(self.timeout_ns)
        );
        ConnectionError {
            reason: FailureReason::TimedOut,
            text,
        }
    }

    /// Notes that the connection at `slot` waits.
    #[inline]
    pub(super) fn sleeps(&mut self, slot: usize, since_ns: Option<u64>, cx: &Context<'_>) {
        let wait = &mut self.waits[slot];
        wait.since_ns = since_ns.unwrap_or(NOT_WAITING);
        // A task's waker stays the same for all its life.
        wait.waker.get_or_insert_with(|| cx.waker().clone());
    }

    /// Notes that the connection at `slot` has ended.
    pub(super) fn leaves(&mut self, slot: usize) {
        self.waits[slot] = Wait {
            since_ns: NOT_WAITING,
            waker: None,
        };
    }

    /// Wakes the connections that have waited too long. They then end themselves.
    ///
    /// A late tick expires no connection: this thread was held up, and replies may already be in the socket. They are
    /// read before the next tick.
    pub(super) fn tick(&mut self, now_ns: u64) {
        let since_last_ns = now_ns.saturating_sub(self.last_ns);
        self.last_ns = now_ns;
        self.came_late = since_last_ns > LATE_NS && !self.came_late;
        if self.came_late {
            return;
        }
        self.checked_ns = now_ns;
        let timeout_ns = self.timeout_ns;
        self.wake_those(|wait| now_ns.saturating_sub(wait.since_ns) > timeout_ns);
    }

    /// Ends all waits.
    pub(super) fn end_all(&mut self) {
        self.over = true;
        self.wake_all();
    }

    /// Wakes every connection.
    pub(super) fn wake_all(&self) {
        self.wake_those(|_| true);
    }

    /// Wakes the connection at `slot`. A connection that does not sleep yet needs no wake-up.
    #[inline]
    pub(super) fn wake(&self, slot: usize) {
        if let Some(waker) = &self.waits[slot].waker {
            waker.wake_by_ref();
        }
    }

    fn wake_those(&self, which: impl Fn(&Wait) -> bool) {
        for wait in self.waits.iter().filter(|wait| which(wait)) {
            if let Some(waker) = &wait.waker {
                waker.wake_by_ref();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;

    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn only_who_waits_too_long_is_woken() {
        let (early, late) = (Arc::new(Count(0.into())), Arc::new(Count(0.into())));
        let mut timeouts = Timeouts::new(3, 100);
        for (slot, since_ns, count) in [
            (0, Some(10), &early),
            (1, Some(50), &late),
            (2, None, &late),
        ] {
            let waker = Waker::from(count.clone());
            timeouts.sleeps(slot, since_ns, &Context::from_waker(&waker));
        }
        timeouts.tick(120);
        assert_eq!(
            (
                early.0.load(Ordering::Relaxed),
                late.0.load(Ordering::Relaxed)
            ),
            (1, 0)
        );
        assert_eq!(
            timeouts.overdue(Some(10)).unwrap().reason,
            FailureReason::TimedOut
        );
        assert_eq!(
            (timeouts.overdue(Some(50)), timeouts.overdue(None)),
            (None, None)
        );
        timeouts.end_all();
        assert_eq!(
            timeouts.overdue(Some(50)).unwrap().reason,
            FailureReason::Unanswered
        );
        assert_eq!(late.0.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_tick_that_ran_late_expires_nobody_but_the_next_one_does() {
        let mut timeouts = Timeouts::new(1, 100);
        let at = |ticks: u64| ticks * 50_000_000;
        timeouts.tick(at(1));
        timeouts.tick(at(20));
        assert_eq!(
            timeouts.overdue(Some(at(2))),
            None,
            "the replies may be there"
        );
        timeouts.tick(at(21));
        assert!(timeouts.overdue(Some(at(2))).is_some());
        timeouts.tick(at(40));
        timeouts.tick(at(60));
        assert!(
            timeouts.overdue(Some(at(22))).is_some(),
            "where every tick is late, every other one counts"
        );
    }
}
