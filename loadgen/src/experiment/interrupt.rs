//! Ctrl-C while servers run: the first ends the series in good order, the second ends everything at once.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Knows which server runs, so that none is left behind.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    stop: Arc<AtomicBool>,
    running: Arc<Mutex<Option<Pid>>>,
}

/// The exit code of a program that was interrupted (128 + SIGINT).
const INTERRUPTED: i32 = 130;

impl Interrupt {
    /// Listens for SIGINT and SIGTERM from now on.
    ///
    /// # Errors
    /// When the kernel refuses to set a handler or to start a thread.
    pub fn listen() -> io::Result<Self> {
        let keeper = Self::default();
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let listener = keeper.clone();
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                for _ in signals.forever() {
                    if listener.stop.swap(true, Ordering::SeqCst) {
                        listener.kill_running();
                        std::process::exit(INTERRUPTED);
                    }
                }
            })?;
        Ok(keeper)
    }

    /// The flag that the first signal sets.
    pub fn stop(&self) -> &Arc<AtomicBool> {
        &self.stop
    }

    /// Whether a signal came.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// A server runs, or none any more. It must be told before the process is waited for: until then no other process
    /// can have its number.
    pub(super) fn note(&self, running: Option<Pid>) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = running;
    }

    fn kill_running(&self) {
        if let Some(pid) = *self.running.lock().unwrap_or_else(PoisonError::into_inner) {
            // If it has ended meanwhile, there is nothing to kill.
            let _ = kill(pid, Signal::SIGKILL);
        }
    }
}
