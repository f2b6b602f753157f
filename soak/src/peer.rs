//! One connection of the soak: unlike a test's it survives what the server does to it.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size};

/// A server that is silent for so long has forgotten its peer. Generous: the soak runs at the lowest priority.
const PATIENCE: Duration = Duration::from_secs(60);

/// A handshake that the kernel has dropped is repeated after 1, 3, 7 … seconds: no visit waits for the last of them.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// A client's end.
pub(crate) struct Peer {
    stream: BufReader<TcpStream>,
}

/// `INCR name`, so many times.
pub(crate) fn increments(name: &str, times: usize) -> Vec<u8> {
    format!("*2\r\n$4\r\nINCR\r\n${}\r\n{name}\r\n", name.len())
        .repeat(times)
        .into_bytes()
}

/// `ECHO payload`.
pub(crate) fn echo(payload: &[u8]) -> Vec<u8> {
    let header = format!("*2\r\n$4\r\nECHO\r\n${}\r\n", payload.len());
    [header.as_bytes(), payload, b"\r\n"].concat()
}

impl Peer {
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, CONNECT_PATIENCE)
            .map_err(|error| io::Error::new(ErrorKind::ConnectionRefused, error))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Peer {
            stream: BufReader::new(stream),
        })
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// No more bytes will come from here.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.stream.get_ref().shutdown(Shutdown::Write)
    }

    /// Leaves with a RST.
    pub(crate) fn reset(self) -> io::Result<()> {
        Ok(set_socket_linger(
            self.stream.get_ref(),
            Some(Duration::ZERO),
        )?)
    }

    /// Has the kernel hold few unread bytes, and does not wait long for room to send.
    pub(crate) fn read_reluctantly(&mut self) -> io::Result<()> {
        set_socket_recv_buffer_size(self.stream.get_ref(), 4096)?;
        self.stream
            .get_ref()
            .set_write_timeout(Some(Duration::from_millis(200)))
    }

    /// Exactly these bytes must come next.
    pub(crate) fn expect(&mut self, expected: &[u8]) -> io::Result<()> {
        let mut heard = vec![0; expected.len()];
        let mut length = 0;
        while length < expected.len() && heard[..length] == expected[..length] {
            match self.stream.read(&mut heard[length..])? {
                0 => break,
                more => length += more,
            }
        }
        judge(&heard[..length], expected)
    }

    /// The next reply must be an integer.
    pub(crate) fn integer(&mut self) -> io::Result<i64> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line)?;
        let number = line
            .strip_prefix(b":")
            .and_then(|rest| rest.strip_suffix(b"\r\n"));
        let number = number.and_then(|number| std::str::from_utf8(number).ok()?.parse().ok());
        match number {
            Some(number) => Ok(number),
            None => judge(&line, b":1\r\n").map(|()| 1),
        }
    }

    /// One byte, whichever it is.
    pub(crate) fn byte(&mut self) -> io::Result<()> {
        self.stream.read_exact(&mut [0])
    }

    /// All that comes until the server closes. A reset is as much an end as a FIN.
    pub(crate) fn until_closed(&mut self) -> io::Result<Vec<u8>> {
        let mut heard = Vec::new();
        match self.stream.read_to_end(&mut heard) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => Err(error),
            _ => Ok(heard),
        }
    }
}

/// Wrong bytes are `InvalidData`; being turned away at the door, or cut off, is an error of another kind.
fn judge(heard: &[u8], expected: &[u8]) -> io::Result<()> {
    if heard == expected {
        return Ok(());
    }
    if is_refusal(heard) {
        return Err(io::Error::new(ErrorKind::ConnectionRefused, "turned away"));
    }
    if expected.starts_with(heard) || heard.is_empty() {
        return Err(io::Error::new(
            ErrorKind::UnexpectedEof,
            "the server closed instead of a reply",
        ));
    }
    let start = |bytes: &[u8]| bytes[..bytes.len().min(80)].escape_ascii().to_string();
    let text = format!("expected {} and heard {}", start(expected), start(heard));
    Err(io::Error::new(ErrorKind::InvalidData, text))
}

/// Whether that is what a server says at its door, or the beginning of it.
pub(crate) fn is_refusal(heard: &[u8]) -> bool {
    let refusals = [
        "-ERR max number of clients",
        "-ERR out of memory for clients",
    ];
    let begins = |refusal: &str| {
        heard.starts_with(refusal.as_bytes()) || refusal.as_bytes().starts_with(heard)
    };
    !heard.is_empty() && refusals.into_iter().any(begins)
}
