//! Ctrl-C: the first one ends the run, the second one ends the program.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The exit code of a program that was interrupted (128 + SIGINT).
const INTERRUPTED: i32 = 130;

/// A flag that the first SIGINT or SIGTERM sets; one that finds it set ends the process at once.
///
/// # Errors
/// When the kernel refuses to set a handler.
pub fn stop_flag() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the flag is looked at before it is set.
        flag::register_conditional_shutdown(signal, INTERRUPTED, stop.clone())?;
        flag::register(signal, stop.clone())?;
    }
    Ok(stop)
}
