//! Reads a history file again, up to the first incomplete block.

use std::fmt;
use std::io::{self, Read};

use super::code::Prediction;
use super::{BLOCK_BYTES, BLOCK_HEADER_BYTES, MAGIC, PAYLOAD_LIMIT, checksum};
use crate::event::EventSink;

/// The content of a history file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The caller's note from [`LogWriter::new`](crate::LogWriter::new).
    pub note: String,
    /// Events that were passed on.
    pub events: u64,
    /// The part at the end that was not read.
    pub torn: Option<Torn>,
}

/// The end of a file, from the first incomplete block on: it cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    /// Where the file is cut.
    pub at_byte: u64,
    /// The bytes after the cut.
    pub cut_bytes: u64,
}

impl Torn {
    /// Whether more is missing than a crash can tear: one block.
    pub fn is_damage(&self) -> bool {
        self.cut_bytes > 2 * BLOCK_BYTES as u64
    }
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_byte, cut_bytes } = self;
        match self.is_damage() {
            false => write!(
                f,
                "the history is torn at byte {at_byte}: the last {cut_bytes} bytes are not whole and were not checked"
            ),
            true => write!(
                f,
                "the history is damaged at byte {at_byte}: the {cut_bytes} bytes from there on were not checked, and no crash tears so many; \
                 look for a whole copy"
            ),
        }
    }
}

/// Why a history file cannot be read again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file does not begin as a history does.
    #[error("this is not a history file: it does not begin with BATONH1")]
    NotAHistory,
    /// A complete block holds an event that this version does not know.
    #[error("this history holds an event unknown to this version")]
    UnknownEvent,
}

/// Reads a history file and passes its events on. `file` needs no buffer.
///
/// # Errors
/// See [`ReplayError`]. A file that is cut off or damaged is no error: see [`Replayed::torn`].
pub fn replay(mut file: impl Read, into: &mut impl EventSink) -> Result<Replayed, ReplayError> {
    let mut magic = [0; MAGIC.len()];
    if read_full(&mut file, &mut magic)? < magic.len() || magic != *MAGIC {
        return Err(ReplayError::NotAHistory);
    }
    let mut blocks = Blocks::new(file);
    let note = match blocks.advance()? {
        true => String::from_utf8_lossy(&blocks.payload).into_owned(),
        false => String::new(),
    };
    let mut events = 0;
    let mut prediction = Prediction::default();
    while blocks.advance()? {
        let mut rest = blocks.payload.as_slice();
        while !rest.is_empty() {
            let event = prediction.decode(&mut rest);
            into.observe(event.ok_or(ReplayError::UnknownEvent)?);
            events += 1;
        }
    }
    let torn = blocks.torn;
    Ok(Replayed { note, events, torn })
}

/// Reads the blocks of a file in order.
struct Blocks<R> {
    file: R,
    at_byte: u64,
    payload: Vec<u8>,
    torn: Option<Torn>,
}

impl<R: Read> Blocks<R> {
    fn new(file: R) -> Self {
        Self {
            file,
            at_byte: MAGIC.len() as u64,
            payload: Vec::new(),
            torn: None,
        }
    }

    /// Reads the next block into `payload`; false after the last complete block.
    fn advance(&mut self) -> io::Result<bool> {
        let mut header = [0; BLOCK_HEADER_BYTES];
        let header_bytes = read_full(&mut self.file, &mut header)?;
        if header_bytes == 0 {
            return Ok(false);
        }
        let [length @ .., _, _, _, _] = header;
        let [_, _, _, _, expected @ ..] = header;
        let payload_bytes = u32::from_le_bytes(length) as usize;
        if header_bytes < BLOCK_HEADER_BYTES || payload_bytes > PAYLOAD_LIMIT {
            return self.tear(header_bytes);
        }
        self.payload.resize(payload_bytes, 0);
        let read = read_full(&mut self.file, &mut self.payload)?;
        if read < payload_bytes || checksum(&self.payload) != u32::from_le_bytes(expected) {
            return self.tear(BLOCK_HEADER_BYTES + read);
        }
        self.at_byte += (BLOCK_HEADER_BYTES + payload_bytes) as u64;
        Ok(true)
    }

    /// Cuts the file at the current block, of which `read` bytes were read. The bytes after it are counted and ignored.
    fn tear(&mut self, read: usize) -> io::Result<bool> {
        let behind = io::copy(&mut self.file, &mut io::sink())?;
        self.torn = Some(Torn {
            at_byte: self.at_byte,
            cut_bytes: read as u64 + behind,
        });
        Ok(false)
    }
}

/// Reads until the buffer is full or the file ends; returns the number of bytes read.
fn read_full(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
