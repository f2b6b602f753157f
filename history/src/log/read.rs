//! Reads a history file again, as far as it is whole.

use std::fmt;
use std::io::{self, Read};

use super::code::Prediction;
use super::{BLOCK_BYTES, BLOCK_HEADER_BYTES, MAGIC, PAYLOAD_LIMIT, checksum};
use crate::event::EventSink;

/// What a history file held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The caller's note from [`LogWriter::new`](crate::LogWriter::new).
    pub note: String,
    /// Events that were passed on.
    pub events: u64,
    /// What was cut off the end.
    pub torn: Option<Torn>,
}

/// The end of a file that cannot be trusted: everything from the first block that is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    /// Where the file is cut.
    pub at_byte: u64,
    /// The bytes after the cut.
    pub cut_bytes: u64,
}

impl Torn {
    /// Whether more is missing than the one block that a crash can tear.
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

/// Reads a history file and passes its events on. No buffer is needed around `file`.
///
/// # Errors
/// If the file cannot be read, is no history file, or holds sound blocks of a content that this version does not know.
pub fn replay(mut file: impl Read, into: &mut impl EventSink) -> io::Result<Replayed> {
    let mut magic = [0; MAGIC.len()];
    if read_full(&mut file, &mut magic)? < magic.len() || magic != *MAGIC {
        return Err(unsound(
            "this is not a history file: it does not begin with BATONH1",
        ));
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
            into.observe(
                event.ok_or_else(|| {
                    unsound("this history holds an event unknown to this version")
                })?,
            );
            events += 1;
        }
    }
    let torn = blocks.torn;
    Ok(Replayed { note, events, torn })
}

/// The blocks of a file, one after the other.
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

    /// Reads the next block into `payload`; false at the end of what is whole.
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

    /// Cuts the file at the block of which so many bytes were read. The bytes after it are counted and ignored.
    fn tear(&mut self, read: usize) -> io::Result<bool> {
        let behind = io::copy(&mut self.file, &mut io::sink())?;
        self.torn = Some(Torn {
            at_byte: self.at_byte,
            cut_bytes: read as u64 + behind,
        });
        Ok(false)
    }
}

/// Fills the buffer as far as the file reaches; says how far.
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

fn unsound(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
