//! Time limits of a worker's connections: one look at all of them at each tick, instead of a timer for each request.

use std::task::{Context, Waker};
use std::time::Duration;

use results::FailureReason;

use crate::protocol::exchange::ConnectionError;

/// Since when each connection waits, and how to wake it.
#[derive(Debug)]
pub(super) struct Timeouts {
    timeout_ns: u64,
    waits: Vec<Wait>,
    /// The time of the last tick that was in time: a connection compares it with its own wait, and reads no clock for that.
    checked_ns: u64,
    /// The time of the last tick of all, and whether it ran so late that it expired nobody.
    last_ns: u64,
    came_late: bool,
    /// Set once nobody waits any longer, however short the wait has been.
    over: bool,
}

/// A connection while its task sleeps.
#[derive(Debug, Clone)]
struct Wait {
    since_ns: u64,
    waker: Option<Waker>,
}

const NOT_WAITING: u64 = u64::MAX;

/// Ticks are meant to be 50 ms apart; one that comes after this time was held up.
const LATE_NS: u64 = 150_000_000;

impl Timeouts {
    /// A timeouts over so many connections, each of which may wait so long for a reply.
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

    /// The end of a connection that has waited since then, if it has waited too long.
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

    /// Connection number `slot` goes to sleep.
    #[inline]
    pub(super) fn sleeps(&mut self, slot: usize, since_ns: Option<u64>, cx: &Context<'_>) {
        let wait = &mut self.waits[slot];
        wait.since_ns = since_ns.unwrap_or(NOT_WAITING);
        // A task's waker stays the same for all its life.
        wait.waker.get_or_insert_with(|| cx.waker().clone());
    }

    /// Connection number `slot` is done.
    pub(super) fn leaves(&mut self, slot: usize) {
        self.waits[slot] = Wait {
            since_ns: NOT_WAITING,
            waker: None,
        };
    }

    /// Wakes the connections that have waited too long; they end themselves.
    ///
    /// If this tick ran late, it expires nobody: this thread was held up itself, and the replies may already be in the socket.
    /// Before the next tick they will have been read.
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

    /// Ends all waiting.
    pub(super) fn end_all(&mut self) {
        self.over = true;
        self.wake_all();
    }

    /// Lets every connection look again.
    pub(super) fn wake_all(&self) {
        self.wake_those(|_| true);
    }

    /// Lets the connection at `slot` look again. One that has not slept yet will look anyway.
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
