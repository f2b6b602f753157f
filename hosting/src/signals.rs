//! The signals to stop, as bytes on a socket: a thread can block on it, and a poll can watch it.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::exit;
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

/// A second signal within this time is part of the first: GNU timeout signals its child, and then the child's process group.
const ONE_REQUEST: Duration = Duration::from_millis(500);

/// SIGTERM, SIGINT and SIGHUP, as a socket to wait for.
#[derive(Debug)]
pub struct Signals {
    /// Readable from the first signal on.
    pub arrival: UnixStream,
    raise: UnixStream,
}

impl Signals {
    /// From now on the first signal makes `arrival` readable. One that comes more than [`ONE_REQUEST`] later ends the process
    /// with exit code 1. A thread of its own waits for it: the server may hang.
    pub(crate) fn install() -> io::Result<Self> {
        let (arrival, raise) = UnixStream::pair()?;
        let (mut signals, wake) = io::pipe()?;
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            // nohup lets its program ignore SIGHUP; it stays so.
            if signal != SIGHUP || !is_ignored(signal) {
                pipe::register(signal, raise.try_clone()?)?;
                pipe::register(signal, wake.try_clone()?)?;
            }
        }
        let watch = move || {
            let mut first = None;
            while signals.read_exact(&mut [0]).is_ok() {
                if first.get_or_insert_with(Instant::now).elapsed() > ONE_REQUEST {
                    exit(1);
                }
            }
        };
        let thread = thread::Builder::new().name("signals".to_owned());
        thread.stack_size(64 << 10).spawn(watch)?;
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

/// Whether the process ignores a signal, as its parent arranged. Source: proc_pid_status(5), `SigIgn`.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
