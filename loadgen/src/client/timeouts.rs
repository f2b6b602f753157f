//! Time limits of a thread's connections: one look at all of them now and then, instead of a timer for each request.

use std::task::{Context, Waker};
use std::time::Duration;

use results::FailureReason;

use crate::protocol::exchange::ConnectionError;

/// Since when each connection waits, and how to wake it.
#[derive(Debug)]
pub(crate) struct Timeouts {
    timeout_ns: u64,
    waits: Vec<Wait>,
    /// The time of the last look that judged: a connection compares it with its own wait, and asks no clock for that.
    looked_ns: u64,
    /// The time of the last look of all, and whether it came so late that it judged nobody.
    last_ns: u64,
    came_late: bool,
    /// Set once nobody waits any longer, however short the wait has been.
    over: bool,
}

/// Where a connection stands while its task sleeps.
#[derive(Debug, Clone)]
struct Wait {
    since_ns: u64,
    waker: Option<Waker>,
}

const NOT_WAITING: u64 = u64::MAX;

/// Looks are meant to be 50 ms apart; one that comes after this time was held up.
const LATE_NS: u64 = 150_000_000;

impl Timeouts {
    /// A watch over so many connections, each of which may wait so long for a reply.
    pub(crate) fn new(connections: usize, timeout_ns: u64) -> Self {
        let wait = Wait {
            since_ns: NOT_WAITING,
            waker: None,
        };
        Self {
            timeout_ns,
            waits: vec![wait; connections],
            looked_ns: 0,
            last_ns: 0,
            came_late: false,
            over: false,
        }
    }

    /// The end of a connection that has waited since then, if it has waited too long.
    #[inline]
    pub(crate) fn overdue(&self, since_ns: Option<u64>) -> Option<ConnectionError> {
        let waited_ns = self.looked_ns.saturating_sub(since_ns?);
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
    pub(crate) fn sleeps(&mut self, slot: usize, since_ns: Option<u64>, cx: &Context<'_>) {
        let wait = &mut self.waits[slot];
        wait.since_ns = since_ns.unwrap_or(NOT_WAITING);
        // A task's waker stays the same for all its life.
        wait.waker.get_or_insert_with(|| cx.waker().clone());
    }

    /// Connection number `slot` is done.
    pub(crate) fn leaves(&mut self, slot: usize) {
        self.waits[slot] = Wait {
            since_ns: NOT_WAITING,
            waker: None,
        };
    }

    /// Wakes those who have waited too long; they end themselves.
    ///
    /// A look that comes late judges nobody: this thread was held up itself, and the kernel has not been asked since what has come
    /// meanwhile. Before the next look it will have been.
    pub(crate) fn look(&mut self, now_ns: u64) {
        let since_last_ns = now_ns.saturating_sub(self.last_ns);
        self.last_ns = now_ns;
        self.came_late = since_last_ns > LATE_NS && !self.came_late;
        if self.came_late {
            return;
        }
        self.looked_ns = now_ns;
        let timeout_ns = self.timeout_ns;
        self.wake_those(|wait| now_ns.saturating_sub(wait.since_ns) > timeout_ns);
    }

    /// Ends all waiting.
    pub(crate) fn end_all(&mut self) {
        self.over = true;
        self.wake_all();
    }

    /// Lets every connection look again.
    pub(crate) fn wake_all(&self) {
        self.wake_those(|_| true);
    }

    /// Lets the connection at `slot` look again. One that has not slept yet will look anyway.
    #[inline]
    pub(crate) fn wake(&self, slot: usize) {
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
        let mut watch = Timeouts::new(3, 100);
        for (slot, since_ns, count) in [
            (0, Some(10), &early),
            (1, Some(50), &late),
            (2, None, &late),
        ] {
            let waker = Waker::from(count.clone());
            watch.sleeps(slot, since_ns, &Context::from_waker(&waker));
        }
        watch.look(120);
        assert_eq!(
            (
                early.0.load(Ordering::Relaxed),
                late.0.load(Ordering::Relaxed)
            ),
            (1, 0)
        );
        assert_eq!(
            watch.overdue(Some(10)).unwrap().reason,
            FailureReason::TimedOut
        );
        assert_eq!((watch.overdue(Some(50)), watch.overdue(None)), (None, None));
        watch.end_all();
        assert_eq!(
            watch.overdue(Some(50)).unwrap().reason,
            FailureReason::Unanswered
        );
        assert_eq!(late.0.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_look_that_was_held_up_judges_nobody_but_the_next_one_does() {
        let mut watch = Timeouts::new(1, 100);
        let at = |looks: u64| looks * 50_000_000;
        watch.look(at(1));
        watch.look(at(20));
        assert_eq!(watch.overdue(Some(at(2))), None, "the replies may be there");
        watch.look(at(21));
        assert!(watch.overdue(Some(at(2))).is_some());
        watch.look(at(40));
        watch.look(at(60));
        assert!(
            watch.overdue(Some(at(22))).is_some(),
            "on a machine where every look is late, every other one judges"
        );
    }
}
