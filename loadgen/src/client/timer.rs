//! A timer with a resolution of microseconds.

use std::io;
use std::os::fd::OwnedFd;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

/// A high-resolution timer of the kernel (timerfd). The timers of tokio and epoll round up to a millisecond.
pub(super) struct Timer(AsyncFd<OwnedFd>);

impl Timer {
    /// A timer that is not set.
    ///
    /// # Errors
    /// When no file descriptor is left.
    pub(super) fn new() -> io::Result<Self> {
        let descriptor = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
        )?;
        // Tokio deprecates its safe constructor because some types may change their descriptor under its hands. An OwnedFd
        // cannot, and the other constructor is `unsafe`.
        #[expect(deprecated, reason = "the lines above")]
        AsyncFd::new(descriptor).map(Self)
    }

    /// Waits for this time. The expiry is never read: setting the timer again clears it.
    pub(super) async fn wait(&self, ns: u64) -> io::Result<()> {
        let nothing = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // A zero would disarm it. Seconds and nanoseconds of a u64 fit their types.
        let ns = ns.max(1);
        let it_value = Timespec {
            tv_sec: (ns / 1_000_000_000) as i64,
            tv_nsec: (ns % 1_000_000_000) as _,
        };
        timerfd_settime(
            self.0.get_ref(),
            TimerfdTimerFlags::empty(),
            &Itimerspec {
                it_interval: nothing,
                it_value,
            },
        )?;
        self.0.readable().await?.clear_ready();
        Ok(())
    }
}
