//! Waiting for a state: the condition decides, and a deadline turns waiting in vain into a failure.

use std::thread;
use std::time::{Duration, Instant};

/// What is not so by then will not be.
const PATIENCE: Duration = Duration::from_secs(20);

/// Returns as soon as the condition holds.
///
/// # Panics
/// When it does not hold within twenty seconds.
#[track_caller]
pub fn until(what: &str, holds: impl FnMut() -> bool) {
    // Between two looks the processors belong to those who are to change the state.
    wait(what, holds, || thread::sleep(Duration::from_millis(1)));
}

/// The same for a state that is a few microseconds away, as a read is.
///
/// # Panics
/// When it does not hold within twenty seconds.
#[track_caller]
pub fn until_at_once(what: &str, holds: impl FnMut() -> bool) {
    wait(what, holds, thread::yield_now);
}

#[track_caller]
fn wait(what: &str, mut holds: impl FnMut() -> bool, pause: impl Fn()) {
    let give_up = Instant::now() + PATIENCE;
    while !holds() {
        assert!(
            Instant::now() < give_up,
            "waited {PATIENCE:?} in vain until {what}"
        );
        pause();
    }
}
