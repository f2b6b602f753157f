//! Waiting for a state: the condition decides, and a deadline turns waiting in vain into a failure.

use std::thread;
use std::time::{Duration, Instant};

/// What is not so by then will not be.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Returns as soon as the condition holds.
///
/// # Panics
/// When it does not hold within twenty seconds.
#[track_caller]
pub fn until(what: &str, holds: impl FnMut() -> bool) {
    assert!(comes_true(holds), "waited {TIMEOUT:?} in vain until {what}");
}

/// Whether a state comes, for a caller who has more to say when it does not.
pub fn comes_true(holds: impl FnMut() -> bool) -> bool {
    // Between two looks the processors belong to those who are to change the state.
    wait(holds, || thread::sleep(Duration::from_millis(1)))
}

/// The same for a state that is a few microseconds away, as a read is.
pub fn comes_true_at_once(holds: impl FnMut() -> bool) -> bool {
    wait(holds, thread::yield_now)
}

fn wait(mut holds: impl FnMut() -> bool, pause: impl Fn()) -> bool {
    let give_up = Instant::now() + TIMEOUT;
    while !holds() {
        if Instant::now() > give_up {
            return false;
        }
        pause();
    }
    true
}
