//! Writes a history file while the run goes on.

use std::io::{self, Write};

use super::code::Prediction;
use super::{BLOCK_BYTES, BLOCK_HEADER_BYTES, MAGIC, PAYLOAD_LIMIT, checksum};
use crate::event::{Event, EventSink};

/// Encodes events into blocks and writes each block with one call.
///
/// An error of the file does not stop the run: the log ends there, and [`finish`](Self::finish) says why.
#[derive(Debug)]
pub struct LogWriter<W: Write> {
    file: W,
    prediction: Prediction,
    /// A block in the making, its header still zero.
    block: Vec<u8>,
    bytes: u64,
    error: Option<io::Error>,
}

impl<W: Write> LogWriter<W> {
    /// Begins a file. The note is handed back by [`replay`](crate::replay): what the keys are called, the plan, a run id.
    /// No buffer is needed around `file`.
    ///
    /// # Errors
    /// If the file cannot be written, or the note is longer than 1 MiB.
    pub fn new(mut file: W, note: &str) -> io::Result<Self> {
        if note.len() > PAYLOAD_LIMIT {
            let message = format!(
                "the note of a history file is at most {PAYLOAD_LIMIT} bytes, not {}",
                note.len()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        file.write_all(MAGIC)?;
        let mut writer = Self {
            file,
            prediction: Prediction::default(),
            block: vec![0; BLOCK_HEADER_BYTES],
            bytes: MAGIC.len() as u64,
            error: None,
        };
        writer.block.extend_from_slice(note.as_bytes());
        writer.write_block()?;
        Ok(writer)
    }

    /// Bytes of the file so far, the block in the making included.
    pub fn bytes(&self) -> u64 {
        self.bytes + self.block.len() as u64
    }

    /// Writes what there is, so that a crash from here on does not lose it. Once a second is a good habit.
    pub fn flush(&mut self) {
        if self.block.len() > BLOCK_HEADER_BYTES && self.error.is_none() {
            self.error = self.write_block().and_then(|()| self.file.flush()).err();
        }
    }

    /// Writes the rest and gives the file back.
    ///
    /// # Errors
    /// The first error that writing met.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush();
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.file),
        }
    }

    fn write_block(&mut self) -> io::Result<()> {
        let (header, payload) = self.block.split_at_mut(BLOCK_HEADER_BYTES);
        header[..4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
        header[4..].copy_from_slice(&checksum(payload).to_le_bytes());
        let written = self.file.write_all(&self.block);
        self.bytes += self.block.len() as u64;
        self.block.truncate(BLOCK_HEADER_BYTES);
        written
    }
}

impl<W: Write> EventSink for LogWriter<W> {
    #[inline]
    fn observe(&mut self, event: Event) {
        if self.error.is_some() {
            return;
        }
        self.prediction.encode(&event, &mut self.block);
        if self.block.len() >= BLOCK_BYTES {
            self.error = self.write_block().err();
        }
    }
}
