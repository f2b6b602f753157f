//! A line for every turn, written in parts as Python's `print` writes it: shows what happens to a file that threads share without a
//! lock.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::create;

/// The file, and the lock if there is one.
#[derive(Debug)]
pub(super) struct AccessLog {
    file: File,
    lock: Option<Mutex<()>>,
}

impl AccessLog {
    pub(super) fn create(path: &Path, locked: bool) -> io::Result<Self> {
        let file = create(path, "--access-log")?;
        Ok(AccessLog {
            file,
            lock: locked.then(Mutex::default),
        })
    }

    /// Writes `peer 7 did 16 requests` in five parts. Each part is one write(2) and arrives whole; the line may not.
    pub(super) fn write(&self, peer: u64, requests: u64) {
        let _held = self
            .lock
            .as_ref()
            .map(|lock| lock.lock().unwrap_or_else(PoisonError::into_inner));
        let (peer, requests) = (peer.to_string(), requests.to_string());
        for part in ["peer ", &peer, " did ", &requests, " requests\n"] {
            // A full disk spoils the experiment; the server goes on.
            let _ = (&self.file).write_all(part.as_bytes());
        }
    }
}
