//! Attacks that are slow.

use std::io;
use std::thread;
use std::time::Duration;

use super::Attack;
use crate::run::connect;
use testkit::echo;

/// A pause that usually sends each piece in its own segment.
const MOMENT: Duration = Duration::from_millis(5);

/// A valid request in very small pieces.
pub(super) fn in_pieces(attack: &mut Attack<'_>) -> io::Result<()> {
    let mut client = connect(attack.server)?;
    for byte in echo(b"in pieces").chunks(attack.random.usize(1..4)) {
        client.try_send(byte)?;
        thread::sleep(MOMENT);
    }
    client.try_expect(b"$9\r\nin pieces\r\n")
}

/// A request that is never complete: the server's deadline must end it.
pub(super) fn write_slowly(attack: &mut Attack<'_>) -> io::Result<()> {
    let mut client = connect(attack.server)?;
    for byte in echo(&[b'x'; 4000]).chunks(1) {
        if client.try_send(byte).is_err() {
            return Ok(());
        }
        thread::sleep(MOMENT * 4);
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        "a slow request was not closed at its deadline",
    ))
}

/// Requests more than all buffers hold and reads nothing: the server closes it and frees its memory.
pub(super) fn never_read(attack: &mut Attack<'_>) -> io::Result<()> {
    let mut client = connect(attack.server)?;
    client.read_reluctantly()?;
    let request = echo(&vec![b'x'; 256 << 10]);
    for _ in 0..128 {
        if client.try_send(&request).is_err() {
            break;
        }
    }
    // Longer than the server's stall timeout.
    thread::sleep(crate::run::STALL * 2);
    client.try_receive_to_end().map(drop)
}

/// Sends nothing: the server closes it without a reply.
pub(super) fn say_nothing(attack: &mut Attack<'_>) -> io::Result<()> {
    connect(attack.server)?.try_receive_to_end().map(drop)
}
