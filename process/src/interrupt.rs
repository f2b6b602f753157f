//! Ctrl-C while servers run: the first signal asks for an end in good order, the second ends everything at once.

use std::io::{self, Read as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::pipe;

use crate::pipes::Pipes;

/// Whether SIGINT or SIGTERM came, and which server a second one kills.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    stop: Arc<AtomicBool>,
    running: Arc<Mutex<Option<Arc<Pipes>>>>,
}

/// A second signal within this time is part of the first: GNU timeout signals its child, and then the child's process group.
const ONE_REQUEST: Duration = Duration::from_millis(500);

/// The exit code of a program that was interrupted (128 + SIGINT).
const INTERRUPTED: i32 = 130;

impl Interrupt {
    /// Listens for SIGINT and SIGTERM from now on.
    ///
    /// # Errors
    /// When the kernel refuses to set a handler or to start a thread.
    pub fn listen() -> io::Result<Self> {
        let interrupt = Self::default();
        let (mut signals, wake) = io::pipe()?;
        // The handler itself sets the flag: whatever happens after the signal happens after the flag is set.
        for signal in [SIGINT, SIGTERM] {
            flag::register(signal, interrupt.stop.clone())?;
            pipe::register(signal, wake.try_clone()?)?;
        }
        let listener = interrupt.clone();
        let wait = move || {
            let mut first = None;
            while signals.read_exact(&mut [0]).is_ok() {
                if first.get_or_insert_with(Instant::now).elapsed() > ONE_REQUEST {
                    listener.kill_running();
                    std::process::exit(INTERRUPTED);
                }
            }
        };
        thread::Builder::new().name("signals".into()).spawn(wait)?;
        Ok(interrupt)
    }

    /// Whether a signal came.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Names the server that runs now, or none.
    pub(crate) fn note(&self, running: Option<Arc<Pipes>>) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = running;
    }

    fn kill_running(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guard) = running.as_ref() {
            guard.kill_and_wait();
        }
    }
}
