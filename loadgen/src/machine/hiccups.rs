//! A thread that only sleeps: any thread of this machine may be delayed as much as it oversleeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The requested sleep.
const NAP: Duration = Duration::from_millis(1);

/// The sleeping thread (the idea of Gil Tene's jHiccup).
#[derive(Debug)]
pub(crate) struct Hiccups {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<Duration>>,
}

impl Hiccups {
    /// Starts the thread. If that fails, nothing is measured.
    pub(crate) fn watch() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let sleeper = over.clone();
        let builder = thread::Builder::new().name("hiccups".to_owned());
        Self {
            over,
            thread: builder.spawn(move || sleep(&sleeper)).ok(),
        }
    }

    /// Ends the thread and returns its worst oversleep; `None` if it did not run.
    pub(crate) fn worst(mut self) -> Option<Duration> {
        self.over.store(true, Ordering::Relaxed);
        self.thread.take()?.join().ok()
    }
}

fn sleep(over: &AtomicBool) -> Duration {
    let mut worst = Duration::ZERO;
    while !over.load(Ordering::Relaxed) {
        let before = Instant::now();
        thread::sleep(NAP);
        worst = worst.max(before.elapsed().saturating_sub(NAP));
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oversleep_is_measured() {
        let hiccups = Hiccups::watch();
        thread::yield_now();
        assert!(
            hiccups
                .worst()
                .is_some_and(|worst| worst < Duration::from_secs(60))
        );
    }
}
