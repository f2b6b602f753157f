//! A record of turns: which connection, when, and with which bytes. A reactor's outcome depends on nothing else.
//!
//! The file is text around the bytes as they came: `turn PEER BEGAN_NS LENGTH`, a line break, the bytes, a line break; and
//! `end PEER ENDED_NS` after each turn that executed a request. Times count from the start of the record. A read that brings more
//! requests than a turn may have ([`service::Limits::turn_requests`]) is recorded as one read.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::create;

/// The record being written.
#[derive(Debug)]
pub(super) struct Turns {
    file: Mutex<BufWriter<File>>,
    started: Instant,
}

impl Turns {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = create(path, "--record")?;
        Ok(Turns {
            file: Mutex::new(BufWriter::new(file)),
            started: Instant::now(),
        })
    }

    pub(super) fn began(&self, peer: u64, bytes: &[u8]) {
        let at_ns = self.started.elapsed().as_nanos();
        let mut file = self.file();
        // A full disk shows in the length of the record.
        let _ = writeln!(file, "turn {peer} {at_ns} {}", bytes.len())
            .and_then(|()| file.write_all(bytes))
            .and_then(|()| file.write_all(b"\n"));
    }

    pub(super) fn ended(&self, peer: u64) {
        let at_ns = self.started.elapsed().as_nanos();
        let _ = writeln!(self.file(), "end {peer} {at_ns}");
    }

    pub(super) fn finish(&self) -> io::Result<()> {
        self.file().flush()
    }

    fn file(&self) -> MutexGuard<'_, BufWriter<File>> {
        // A thread that panicked left half a line at worst.
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
