//! The signals to stop, as bytes on a socket: a thread can block on it, and a poll can watch it.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level::pipe};

/// SIGTERM and SIGINT, as a socket to wait for.
#[derive(Debug)]
pub struct Signals {
    /// Readable from the first signal on.
    pub arrival: UnixStream,
    raise: UnixStream,
}

impl Signals {
    /// From now on the first signal makes `arrival` readable, and the second ends the process with exit code 1.
    pub(crate) fn install() -> io::Result<Self> {
        let (arrival, raise) = UnixStream::pair()?;
        let seen = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            // Actions run in the order of registration: the first signal finds the flag unset here, and sets it in the next line.
            flag::register_conditional_shutdown(signal, 1, Arc::clone(&seen))?;
            flag::register(signal, Arc::clone(&seen))?;
            pipe::register(signal, raise.try_clone()?)?;
        }
        Ok(Signals { arrival, raise })
    }

    /// Blocks until a signal to stop arrives.
    ///
    /// # Errors
    /// Those of read(2).
    pub fn wait(&self) -> io::Result<()> {
        (&self.arrival).read_exact(&mut [0])
    }

    /// Makes `arrival` readable as a signal does, when the server cannot go on.
    pub fn raise(&self) {
        // When the socket is full, it is readable already.
        let _ = (&self.raise).write(&[0]);
    }
}
