//! One connection of a test: it sends pieces, expects bytes, and never waits for ever.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use crate::sock_diag;

/// No reply on loopback takes this long, even on a busy machine; what is late by then is missing.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client's end of a connection.
pub struct Peer {
    stream: TcpStream,
}

impl Peer {
    /// Connects without Nagle's delay: each write is a segment of its own.
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address)
            .unwrap_or_else(|error| panic!("cannot connect to {address}: {error}"));
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream }
    }

    /// The socket itself, for a test that asks the kernel about it.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Sends bytes to a server that is known to read them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream
            .write_all(bytes.as_ref())
            .unwrap_or_else(|error| panic!("cannot send: {error}"));
    }

    /// Sends bytes to a server that may not take them; whether it took them all.
    pub fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Sends bytes and waits until the server has read them, so that what comes next comes alone. Says whether the server
    /// still listens: after a protocol error it need not.
    pub fn send_piece(&mut self, bytes: &[u8]) -> bool {
        let sent = self.stream.write_all(bytes).is_ok();
        if sent {
            sock_diag::wait_until_read(&self.stream);
        }
        sent
    }

    /// Says that no more bytes will come, and goes on listening: a half close.
    pub fn finish(&mut self) {
        // A server that has closed already leaves nothing to shut.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Wants no more of this connection, in either direction: whatever waits on it ends.
    pub fn hang_up(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Leaves without a goodbye: the server gets a RST, as from a program that was killed with bytes unread.
    pub fn reset(self) {
        set_socket_linger(&self.stream, Some(Duration::ZERO)).unwrap();
    }

    /// Expects exactly these bytes next.
    #[track_caller]
    pub fn expect(&mut self, reply: impl AsRef<[u8]>) {
        let heard = self.receive(reply.as_ref().len());
        assert_same(&heard, reply.as_ref(), "what the server says");
    }

    /// Sends a command and expects exactly this reply.
    #[track_caller]
    pub fn ask(&mut self, bytes: impl AsRef<[u8]>, reply: impl AsRef<[u8]>) {
        self.send(bytes.as_ref());
        let heard = self.receive(reply.as_ref().len());
        assert_same(
            &heard,
            reply.as_ref(),
            &format!("the reply to '{}'", start_of(bytes.as_ref())),
        );
    }

    /// Sends and receives at once, as a pipeline larger than the buffers between must: a client that first writes
    /// everything and then reads would wait for a server that waits for it.
    #[track_caller]
    pub fn exchange(&mut self, bytes: &[u8], reply: &[u8]) {
        let mut writing = self.another_hand();
        let heard = std::thread::scope(|scope| {
            scope.spawn(move || writing.send(bytes));
            self.receive(reply.len())
        });
        assert_same(
            &heard,
            reply,
            &format!("the reply to '{}'", start_of(bytes)),
        );
    }

    /// The same connection once more, for a second thread.
    pub fn another_hand(&self) -> Self {
        let stream = self.stream.try_clone().unwrap();
        Self { stream }
    }

    /// A line without its CRLF.
    pub fn receive_line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let byte = self.receive(1);
            assert!(
                !byte.is_empty(),
                "the server ends within a line: '{}'",
                start_of(&line)
            );
            line.extend(byte);
        }
        line.truncate(line.len() - 2);
        String::from_utf8(line).unwrap()
    }

    /// The bytes of a bulk string.
    pub fn receive_bulk(&mut self) -> Vec<u8> {
        let header = self.receive_line();
        let length = header
            .strip_prefix('$')
            .and_then(|length| length.parse().ok());
        let length: usize = length.unwrap_or_else(|| panic!("no bulk string: {header:?}"));
        let bytes = self.receive(length);
        self.expect("\r\n");
        bytes
    }

    /// Up to `wanted` bytes; fewer when the server closes or falls silent first.
    pub fn receive(&mut self, wanted: usize) -> Vec<u8> {
        let mut heard = Vec::with_capacity(wanted);
        let _ = (&self.stream).take(wanted as u64).read_to_end(&mut heard);
        heard
    }

    /// Everything until the server closes its end.
    ///
    /// # Panics
    /// When the server keeps the connection open.
    pub fn receive_to_end(&mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        match self.stream.read_to_end(&mut heard) {
            Ok(_) => heard,
            // The server closed while bytes of ours were still on their way: as much an end as a FIN.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => heard,
            Err(error) => panic!(
                "the server does not close ({error}); it said '{}'",
                start_of(&heard)
            ),
        }
    }
}

/// Compares bytes so that a failure can be read.
#[track_caller]
pub fn assert_same(heard: &[u8], expected: &[u8], what: &str) {
    assert!(
        heard == expected,
        "{what} differs\n  expected: {}\n  heard:    {}",
        start_of(expected),
        start_of(heard)
    );
}

/// As much of some bytes as helps in a message.
pub fn start_of(bytes: &[u8]) -> String {
    const SHOWN_BYTES: usize = 400;
    let shown = bytes[..bytes.len().min(SHOWN_BYTES)].escape_ascii();
    match bytes.len() {
        0..=SHOWN_BYTES => shown.to_string(),
        all => format!("{shown}… ({all} bytes)"),
    }
}
