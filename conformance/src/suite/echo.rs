//! `--protocol echo` (RFC 862): a server to which no byte has a meaning.

use crate::target::Target;
use testkit::{Client, assert_same};

/// Each of the 256 values, whole, cut in two at every byte, and byte by byte.
pub fn every_byte_in_every_cut(target: &Target) {
    let server = target.start_echo();
    let bytes: Vec<u8> = (0..=255).collect();
    let echoed = |pieces: &[&[u8]]| {
        let mut client = server.connect();
        for piece in pieces {
            assert!(
                client.send_piece(piece),
                "the server closed while bytes came"
            );
        }
        client.finish();
        let what = format!(
            "the echo of {} pieces, the first of {}",
            pieces.len(),
            pieces[0].len()
        );
        assert_same(&client.receive_to_end(), &bytes, &what);
    };
    for first_bytes in 1..=bytes.len() {
        let (first, second) = bytes.split_at(first_bytes);
        echoed(&[first, second]);
    }
    echoed(&bytes.chunks(1).collect::<Vec<_>>());
}

/// A stream larger than every buffer comes back to the last byte, though its end was said before the first was read.
pub fn ten_megabytes(target: &Target) {
    let server = target.start_echo();
    let mut client = server.connect();
    // A period that is no power of two: a chunk lost, doubled or moved does not look like another.
    let bytes: Vec<u8> = (0..251).cycle().take(10_000_000).collect();
    let mut writing = client.duplicate();
    let heard = std::thread::scope(|scope| {
        scope.spawn(|| {
            writing.send(&bytes);
            writing.finish();
        });
        client.receive_to_end()
    });
    assert!(
        heard == bytes,
        "the echo differs: {} bytes of {}",
        heard.len(),
        bytes.len()
    );
}

/// What ends a RESP connection is here a payload like another.
pub fn no_byte_has_a_meaning(target: &Target) {
    let server = target.start_echo();
    let mut client: Client = server.connect();
    for bytes in [
        "QUIT\r\n",
        "*x\r\n",
        "*1\r\n$-1\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n",
        "\0",
        "\u{4}",
    ] {
        client.ask(bytes, bytes);
    }
}
