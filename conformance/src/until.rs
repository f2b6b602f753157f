//! Waiting for a state: the condition decides, and a deadline turns waiting in vain into a failure.

use std::thread;
use std::time::{Duration, Instant};

/// What is not so by then will not be.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks the processors belong to those who are to change the state.
const PAUSE: Duration = Duration::from_millis(1);

/// Returns as soon as the condition holds.
///
/// # Panics
/// When it does not hold within twenty seconds.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let give_up = Instant::now() + PATIENCE;
    while !holds() {
        assert!(
            Instant::now() < give_up,
            "waited {PATIENCE:?} in vain until {what}"
        );
        thread::sleep(PAUSE);
    }
}
