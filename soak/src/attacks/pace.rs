//! Visitors who take their time.

use std::io;
use std::thread;
use std::time::Duration;

use super::Visit;
use crate::run::connect;
use testkit::echo;

/// A pause that makes each piece a segment of its own, more or less.
const MOMENT: Duration = Duration::from_millis(5);

/// An honest request in very small pieces.
pub(super) fn in_pieces(visit: &mut Visit<'_>) -> io::Result<()> {
    let mut client = connect(visit.server)?;
    for byte in echo(b"in pieces").chunks(visit.random.usize(1..4)) {
        client.try_send(byte)?;
        thread::sleep(MOMENT);
    }
    client.try_expect(b"$9\r\nin pieces\r\n")
}

/// A request that never gets done: the server must lose its timeout, and not ours.
pub(super) fn write_slowly(visit: &mut Visit<'_>) -> io::Result<()> {
    let mut client = connect(visit.server)?;
    for byte in echo(&[b'x'; 4000]).chunks(1) {
        if client.try_send(byte).is_err() {
            return Ok(());
        }
        thread::sleep(MOMENT * 4);
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        "a dripped request outlived its deadline",
    ))
}

/// Asks for more than all buffers hold and takes nothing: it is closed, and what it made the server hold is given back.
pub(super) fn never_read(visit: &mut Visit<'_>) -> io::Result<()> {
    let mut client = connect(visit.server)?;
    client.read_reluctantly()?;
    let request = echo(&vec![b'x'; 256 << 10]);
    for _ in 0..128 {
        if client.try_send(&request).is_err() {
            break;
        }
    }
    // Longer than the server's timeout with a client that takes nothing.
    thread::sleep(crate::run::STALL * 2);
    client.try_receive_to_end().map(drop)
}

/// Is closed without a word.
pub(super) fn say_nothing(visit: &mut Visit<'_>) -> io::Result<()> {
    connect(visit.server)?.try_receive_to_end().map(drop)
}
