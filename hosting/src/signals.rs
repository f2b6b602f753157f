//! The order to stop, as bytes on a socket: a thread can block on it, and a poll can watch it.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level::pipe};

/// SIGTERM and SIGINT, turned into something to wait for.
#[derive(Debug)]
pub struct Signals {
    /// Readable from the first signal on.
    pub arrival: UnixStream,
    raise: UnixStream,
}

impl Signals {
    /// From here on the first signal makes `arrival` readable and the second ends the process with exit code 1.
    pub(crate) fn install() -> io::Result<Self> {
        let (arrival, raise) = UnixStream::pair()?;
        let seen = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            // Actions run in the order of their registration: the first signal passes here, being the one that sets the flag.
            flag::register_conditional_shutdown(signal, 1, Arc::clone(&seen))?;
            flag::register(signal, Arc::clone(&seen))?;
            pipe::register(signal, raise.try_clone()?)?;
        }
        Ok(Signals { arrival, raise })
    }

    /// Blocks until the order to stop.
    ///
    /// # Errors
    /// Those of read(2).
    pub fn wait(&self) -> io::Result<()> {
        (&self.arrival).read_exact(&mut [0])
    }

    /// Gives the order from within, when the server cannot go on.
    pub fn raise(&self) {
        // A full pipe has orders enough in it.
        let _ = (&self.raise).write(&[0]);
    }
}
