//! A blocking client of one request at a time, for what the load generator does not send.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// A connection to a server of ours.
#[derive(Debug)]
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

/// Longer than any request takes.
const TIMEOUT: Duration = Duration::from_secs(20);

impl Client {
    /// Connects.
    pub(crate) fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Sends a request as it is typed, and waits for its reply. An error reply is an error.
    pub(crate) fn ask(&mut self, line: &str) -> io::Result<String> {
        self.send(line)?;
        self.reply()
    }

    /// Sends a request without waiting for its reply.
    pub(crate) fn send(&mut self, line: &str) -> io::Result<()> {
        self.stream
            .get_mut()
            .write_all(format!("{line}\r\n").as_bytes())
    }

    /// The next reply: the text of a simple string, the digits of a number, the bytes of a bulk string.
    pub(crate) fn reply(&mut self) -> io::Result<String> {
        let mut head = String::new();
        self.stream.read_line(&mut head)?;
        let head = head.trim_end();
        match head.split_at_checked(1) {
            Some(("+" | ":", text)) => Ok(text.to_owned()),
            Some(("$", length)) => self.bulk(length),
            Some(("-", text)) => Err(io::Error::other(text.to_owned())),
            _ => Err(io::Error::other(format!("'{head}' is not a reply"))),
        }
    }

    fn bulk(&mut self, length: &str) -> io::Result<String> {
        let length: usize = length
            .parse()
            .map_err(|_| io::Error::other("a bulk string without a length"))?;
        let mut bytes = vec![0; length + 2];
        self.stream.read_exact(&mut bytes)?;
        bytes.truncate(length);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A field of INFO.
    pub(crate) fn info(&mut self, field: &str) -> io::Result<String> {
        let text = self.ask("INFO")?;
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        found
            .map(|value| value.trim().to_owned())
            .ok_or_else(|| io::Error::other(format!("INFO has no {field}")))
    }
}
