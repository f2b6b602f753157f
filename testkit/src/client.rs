//! A blocking client: it sends bytes, expects bytes, and never waits for ever.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size};

use crate::sock_diag;

/// No reply on loopback takes this long, even on a busy machine; what is late by then is missing.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The kernel repeats a lost handshake after 1, 3, 7 … seconds: nobody waits for the last of them.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A client's end of a connection.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
}

/// A request as an array of bulk strings.
pub fn array(words: &[&[u8]]) -> Vec<u8> {
    let mut request = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        request.extend(format!("${}\r\n", word.len()).into_bytes());
        request.extend([word, &b"\r\n"[..]].concat());
    }
    request
}

/// `INCR name`, so many times.
pub fn increments(name: &str, times: usize) -> Vec<u8> {
    array(&[b"INCR", name.as_bytes()]).repeat(times)
}

/// `ECHO payload`.
pub fn echo(payload: &[u8]) -> Vec<u8> {
    array(&[b"ECHO", payload])
}

impl Client {
    /// Connects without Nagle's delay: each write is a segment of its own.
    pub fn connect(address: SocketAddr) -> Self {
        Self::try_connect(address, TIMEOUT)
            .unwrap_or_else(|error| panic!("cannot connect to {address}: {error}"))
    }

    /// Connects to a server that may refuse, and waits so long for each of its replies.
    ///
    /// # Errors
    /// `ConnectionRefused` when the server does not accept the connection, for whatever reason.
    pub fn try_connect(address: SocketAddr, timeout: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, CONNECT_TIMEOUT)
            .map_err(|error| io::Error::new(ErrorKind::ConnectionRefused, error))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// The socket itself, for a test that asks the kernel about it.
    pub fn stream(&self) -> &TcpStream {
        self.stream.get_ref()
    }

    /// Sends bytes to a server that is known to read them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes.as_ref())
            .unwrap_or_else(|error| panic!("cannot send: {error}"));
    }

    /// Sends bytes to a server that may not take them all.
    ///
    /// # Errors
    /// When it does not.
    pub fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Sends bytes and waits until the server has read them, so that what comes next comes alone. Says whether the server
    /// still listens: after a protocol error it need not.
    pub fn send_piece(&mut self, bytes: &[u8]) -> bool {
        let sent = self.try_send(bytes).is_ok();
        if sent {
            sock_diag::wait_until_read(self.stream());
        }
        sent
    }

    /// Says that no more bytes will come, and goes on listening: a half close.
    pub fn finish(&mut self) {
        // A server that has closed already leaves nothing to shut.
        let _ = self.stream().shutdown(Shutdown::Write);
    }

    /// Wants no more of this connection, in either direction: whatever waits on it ends.
    pub fn hang_up(&mut self) {
        let _ = self.stream().shutdown(Shutdown::Both);
    }

    /// Leaves without a goodbye: the server gets a RST, as from a program that was killed with bytes unread.
    pub fn reset(self) {
        set_socket_linger(self.stream(), Some(Duration::ZERO)).unwrap();
    }

    /// Has the kernel hold few unread bytes, and does not wait long for room to send.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn read_reluctantly(&mut self) -> io::Result<()> {
        set_socket_recv_buffer_size(self.stream(), 4096)?;
        self.stream()
            .set_write_timeout(Some(Duration::from_millis(200)))
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
        let mut writing = self.duplicate();
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
    pub fn duplicate(&self) -> Self {
        Self {
            stream: BufReader::new(self.stream().try_clone().unwrap()),
        }
    }

    /// A line without its CRLF.
    pub fn receive_line(&mut self) -> String {
        let mut line = Vec::new();
        let _ = self.stream.read_until(b'\n', &mut line);
        let whole = line.strip_suffix(b"\r\n");
        let whole = whole.unwrap_or_else(|| panic!("no whole line: '{}'", start_of(&line)));
        String::from_utf8(whole.to_vec()).unwrap()
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
        let stream = self.stream.by_ref();
        let _ = stream.take(wanted as u64).read_to_end(&mut heard);
        heard
    }

    /// Everything until the server closes its end.
    ///
    /// # Panics
    /// When the server keeps the connection open.
    pub fn receive_to_end(&mut self) -> Vec<u8> {
        self.try_receive_to_end()
            .unwrap_or_else(|error| panic!("the server does not close: {error}"))
    }

    /// Everything until the server closes its end. A reset is as much an end as a FIN: the server closed while bytes of ours
    /// were still on their way.
    ///
    /// # Errors
    /// When the server keeps the connection open.
    pub fn try_receive_to_end(&mut self) -> io::Result<Vec<u8>> {
        let mut heard = Vec::new();
        match self.stream.read_to_end(&mut heard) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => Err(io::Error::new(
                error.kind(),
                format!("{error}; it said '{}'", start_of(&heard)),
            )),
            _ => Ok(heard),
        }
    }

    /// Exactly these bytes must come next.
    ///
    /// # Errors
    /// `InvalidData` when others come; `ConnectionRefused` when the server refuses the client, `UnexpectedEof` when it closes.
    pub fn try_expect(&mut self, expected: &[u8]) -> io::Result<()> {
        let mut heard = vec![0; expected.len()];
        let mut length = 0;
        while length < expected.len() && heard[..length] == expected[..length] {
            match self.stream.read(&mut heard[length..])? {
                0 => break,
                more => length += more,
            }
        }
        compare(&heard[..length], expected)
    }

    /// One byte, whichever it is.
    ///
    /// # Errors
    /// When none comes.
    pub fn try_byte(&mut self) -> io::Result<()> {
        self.stream.read_exact(&mut [0])
    }

    /// Sends a request as it is typed, and waits for its reply.
    ///
    /// # Errors
    /// As [`Client::try_reply`].
    pub fn try_ask(&mut self, line: &str) -> io::Result<String> {
        self.try_send(format!("{line}\r\n").as_bytes())?;
        self.try_reply()
    }

    /// The next reply as text: of a simple string, the digits of a number, the bytes of a bulk string.
    ///
    /// # Errors
    /// When none comes in time, or the reply is an error.
    pub fn try_reply(&mut self) -> io::Result<String> {
        let mut head = String::new();
        self.stream.read_line(&mut head)?;
        let head = head.trim_end();
        match head.split_at_checked(1) {
            Some(("+" | ":", text)) => Ok(text.to_owned()),
            Some(("$", length)) => {
                let length: usize = length.parse().map_err(io::Error::other)?;
                let mut bytes = vec![0; length + 2];
                self.stream.read_exact(&mut bytes)?;
                bytes.truncate(length);
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            Some(("-", text)) => Err(io::Error::other(text.to_owned())),
            _ => Err(io::Error::other(format!("'{head}' is not a reply"))),
        }
    }

    /// The next reply must be an integer.
    ///
    /// # Errors
    /// As [`Client::try_expect`].
    pub fn try_integer(&mut self) -> io::Result<i64> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line)?;
        let number = std::str::from_utf8(&line).ok();
        let number = number.and_then(|line| line.strip_prefix(':')?.strip_suffix("\r\n"));
        match number.and_then(|number| number.parse().ok()) {
            Some(number) => Ok(number),
            None => compare(&line, b":1\r\n").map(|()| 1),
        }
    }
}

fn compare(heard: &[u8], expected: &[u8]) -> io::Result<()> {
    let (kind, what) = match heard {
        _ if heard == expected => return Ok(()),
        _ if is_refusal(heard) => (ErrorKind::ConnectionRefused, "refused".to_owned()),
        _ if expected.starts_with(heard) => (
            ErrorKind::UnexpectedEof,
            "the server closed instead of a reply".to_owned(),
        ),
        _ => (
            ErrorKind::InvalidData,
            format!(
                "expected {} and heard {}",
                start_of(expected),
                start_of(heard)
            ),
        ),
    };
    Err(io::Error::new(kind, what))
}

/// Whether that is how a server refuses a client, or the beginning of it.
pub fn is_refusal(heard: &[u8]) -> bool {
    let refusals = [
        "-ERR max number of clients",
        "-ERR out of memory for clients",
    ];
    let begins = |refusal: &str| {
        heard.starts_with(refusal.as_bytes()) || refusal.as_bytes().starts_with(heard)
    };
    !heard.is_empty() && refusals.into_iter().any(begins)
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
