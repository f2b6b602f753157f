//! The history on disk: a few bytes per operation, readable up to the point where a crash tore it.
//!
//! ```text
//! file   = magic (8 bytes)  block*            the first block holds the caller's note, the others events
//! block  = length (u32 LE)  checksum (u32 LE)  payload
//! event  = tag (1 byte)  [connection]  [time]  [value or key …]      each a variable-length integer, omitted if predicted
//! ```
//!
//! An INCR on one of fifty connections takes about 9 bytes: two tags, two connections, two time differences, one value.
//! Blocks are written whole. A file that ends inside a block, or whose block fails its checksum, is cut there: everything
//! before is checked, and [`Replayed::torn`] says what was lost. What was in flight at the cut counts as never answered.

mod code;
mod read;
mod varint;
mod write;

pub use read::{ReplayError, Replayed, Torn, replay};
pub use write::LogWriter;

/// The first bytes of a history file. The digit is the version of the format.
const MAGIC: &[u8; 8] = b"BATONH1\n";

/// A block is written when it holds this much. So much at most is lost in a crash, and so much is needed to read.
const BLOCK_BYTES: usize = 64 << 10;

/// The longest payload that a reader accepts: a block, the event that filled it, or a note.
const PAYLOAD_LIMIT: usize = 1 << 20;

/// Length and checksum.
const BLOCK_HEADER_BYTES: usize = 8;

/// CRC-32 of the payload, its length included so that a tail of zeros (pages that a crash left unwritten) is no block.
fn checksum(payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new_with_initial(payload.len() as u32 ^ u32::MAX);
    crc.update(payload);
    crc.finalize()
}
