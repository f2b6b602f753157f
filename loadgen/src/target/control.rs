//! A blocking connection beside the load: INFO, and the counters before and after.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use results::FailureReason;
use service::resp::{Reply, parse_i64, read_reply};
use socket2::{Domain, Type};

use super::endpoint::{Endpoint, cannot_connect, connect_timed_out, is_without_port, sources};
use super::info::Info;
use crate::protocol::describe;
use crate::protocol::encode::Encoder;
use crate::protocol::exchange::ConnectionError;
use crate::protocol::payload::Payloads;

/// A connection of its own, on which no wait is longer than the plan's timeout.
#[derive(Debug)]
pub(crate) struct Control {
    socket: Box<dyn Socket>,
    timeout: Duration,
    input: Vec<u8>,
}

/// A blocking socket of either kind.
trait Socket: Read + Write + fmt::Debug {
    /// The longest time that a read may take.
    fn limit_read(&self, limit: Duration) -> io::Result<()>;

    /// The longest time that a write may take.
    fn limit_write(&self, limit: Duration) -> io::Result<()>;
}

impl Socket for TcpStream {
    fn limit_read(&self, limit: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(limit))
    }

    fn limit_write(&self, limit: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(limit))
    }
}

impl Socket for UnixStream {
    fn limit_read(&self, limit: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(limit))
    }

    fn limit_write(&self, limit: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(limit))
    }
}

/// Connects from the first address that has a port left: while the load's own connections are there, theirs are taken.
fn tcp(address: &SocketAddr, timeout: Duration) -> io::Result<Box<dyn Socket>> {
    let mut failure = io::ErrorKind::AddrNotAvailable.into();
    for source in sources(address.ip(), 0) {
        match tcp_from(source, address, timeout) {
            Err(error) if is_without_port(&error) => failure = error,
            outcome => return outcome.map(|socket| Box::new(socket) as Box<dyn Socket>),
        }
    }
    Err(failure)
}

fn tcp_from(
    source: Option<Ipv4Addr>,
    address: &SocketAddr,
    timeout: Duration,
) -> io::Result<TcpStream> {
    let socket = socket2::Socket::new(Domain::for_address(*address), Type::STREAM, None)?;
    if let Some(source) = source {
        socket.bind(&SocketAddr::from((source, 0)).into())?;
    }
    socket.connect_timeout(&(*address).into(), timeout)?;
    let socket = TcpStream::from(socket);
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// The longest reply that is read: INFO has a few kilobytes.
const REPLY_BYTES: usize = 1 << 20;

/// Counters that are asked for with one write: their replies fit any socket buffer, so neither side can block the other.
const KEYS_AT_ONCE: u32 = 256;

/// The longest wait for INFO while the load runs.
const QUICKLY: Duration = Duration::from_millis(250);

/// A connection number that no connection of the load has.
const CONTROL_CONNECTION: u32 = u32::MAX;

impl Control {
    /// Connects.
    pub(crate) fn connect(to: &Endpoint, timeout: Duration) -> Result<Self, ConnectionError> {
        let connected = match to {
            Endpoint::Tcp(address) => tcp(address, timeout),
            Endpoint::Unix(path) => {
                UnixStream::connect(path).map(|socket| Box::new(socket) as Box<dyn Socket>)
            }
        };
        let socket = connected.map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => connect_timed_out(to, timeout),
            _ => cannot_connect(to, &error),
        })?;
        Ok(Self {
            socket,
            timeout,
            input: Vec::new(),
        })
    }

    /// Asks for INFO, and learns on the way whether the target speaks RESP at all; `None` of a target without INFO.
    pub(crate) fn info(&mut self) -> Result<Option<Info>, ConnectionError> {
        let deadline = self.send(b"*1\r\n$4\r\nINFO\r\n")?;
        self.reply(deadline, |reply| match reply {
            Reply::Bulk(text) => Ok(Some(Info::new(String::from_utf8_lossy(text).into_owned()))),
            Reply::Error(text) if text.starts_with(b"NOAUTH") => Err(garbage("the server wants a password, which loadgen cannot give; use one without".to_owned())),
            Reply::Error(text) if text.starts_with(b"ERR max number of clients") => Err(garbage(format!("the server refuses: {}", describe::shown(text)))),
            Reply::Array(_) => Err(garbage("the target sends back what it is sent; write echo:// before the address of a plain-echo server".to_owned())),
            _ => Ok(None),
        })
    }

    /// The same while the load runs: it does not wait long.
    pub(crate) fn info_quickly(&mut self) -> Result<Option<Info>, ConnectionError> {
        self.timeout = self.timeout.min(QUICKLY);
        self.info()
    }

    /// The value of every counter, by number; `None` of a target that does not answer GET as Redis does.
    pub(crate) fn counters(
        &mut self,
        encoder: &Encoder,
    ) -> Result<Option<Vec<i64>>, ConnectionError> {
        let keys = encoder.names().len() as u32;
        let mut values = Vec::with_capacity(keys as usize);
        for first in (0..keys).step_by(KEYS_AT_ONCE as usize) {
            let chunk = first..keys.min(first + KEYS_AT_ONCE);
            let bytes: Vec<u8> = chunk
                .clone()
                .flat_map(|key| encoder.get(key))
                .copied()
                .collect();
            let deadline = self.send(&bytes)?;
            for _ in chunk {
                values.push(self.reply(deadline, counter)?);
            }
        }
        Ok(values.into_iter().collect())
    }

    /// Sends a payload to a plain-echo server and checks that it comes back.
    pub(crate) fn echo(&mut self, run: u64) -> Result<(), ConnectionError> {
        let mut payload = Vec::new();
        Payloads::new(run, CONTROL_CONNECTION, 64).append(0, &mut payload);
        // A server that reads lines gets one to answer: it then betrays itself at once, and not by its silence.
        payload.extend_from_slice(b"\r\n");
        let deadline = self.send(&payload)?;
        while self.input.len() < payload.len() {
            if !payload.starts_with(&self.input) {
                break;
            }
            self.receive(deadline)?;
        }
        if self.input == payload {
            return Ok(());
        }
        Err(garbage(format!(
            "'{}' came back instead of what was sent: this is no plain-echo server; write resp:// before the address of a RESP server",
            describe::shown(&self.input)
        )))
    }

    /// Sends, and says until when the answer is waited for.
    fn send(&mut self, bytes: &[u8]) -> Result<Instant, ConnectionError> {
        let deadline = Instant::now() + self.timeout;
        let written = self
            .socket
            .limit_write(self.timeout)
            .and_then(|()| self.socket.write_all(bytes));
        written.map_err(|error| self.broken(&error))?;
        Ok(deadline)
    }

    fn reply<T>(
        &mut self,
        deadline: Instant,
        read: impl Fn(Reply<'_>) -> Result<T, ConnectionError>,
    ) -> Result<T, ConnectionError> {
        loop {
            match read_reply(&self.input) {
                Ok(Some((reply, bytes))) => {
                    let outcome = read(reply);
                    self.input.drain(..bytes);
                    return outcome;
                }
                Ok(None) if self.input.len() <= REPLY_BYTES => self.receive(deadline)?,
                Ok(None) | Err(_) => return Err(garbage(describe::not_resp(&self.input))),
            }
        }
    }

    /// Reads what there is; waits for it until the deadline, however the peer drips.
    fn receive(&mut self, deadline: Instant) -> Result<(), ConnectionError> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(self.silent());
        }
        let mut chunk = [0; 16 << 10];
        let read = self
            .socket
            .limit_read(left)
            .and_then(|()| self.socket.read(&mut chunk));
        match read {
            Ok(0) => Err(ConnectionError {
                reason: FailureReason::Closed,
                text: self.closed(),
            }),
            Ok(bytes) => {
                self.input.extend_from_slice(&chunk[..bytes]);
                Ok(())
            }
            // Who stopped this process and let it go on (SIGCONT) has done nothing to the connection.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn closed(&self) -> String {
        match self.input.is_empty() {
            true => "the target closed the connection without an answer; is it a server of the right protocol?".to_owned(),
            false => format!("the target closed the connection after '{}'", describe::shown(&self.input)),
        }
    }

    fn broken(&self, error: &io::Error) -> ConnectionError {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => self.silent(),
            io::ErrorKind::ConnectionReset => ConnectionError {
                reason: FailureReason::Reset,
                text: format!("the target broke the connection: {error}"),
            },
            _ => ConnectionError {
                reason: FailureReason::Closed,
                text: format!("the connection to the target failed: {error}"),
            },
        }
    }

    fn silent(&self) -> ConnectionError {
        let limit = self.timeout;
        let text = match self.input.is_empty() {
            true => format!("the target accepts and then says nothing for {limit:?} (--timeout)"),
            false => format!(
                "the target said '{}' and then nothing more within {limit:?} (--timeout)",
                describe::shown(&self.input)
            ),
        };
        ConnectionError {
            reason: FailureReason::TimedOut,
            text,
        }
    }
}

/// What GET answered: the counter's value, `None` from a target that answers something else.
fn counter(reply: Reply<'_>) -> Result<Option<i64>, ConnectionError> {
    match reply {
        Reply::Null => Ok(Some(0)),
        Reply::Bulk(digits) => match parse_i64(digits) {
            Some(value) => Ok(Some(value)),
            None => Err(garbage(format!(
                "the key holds '{}', which is no number; choose another --key",
                describe::shown(digits)
            ))),
        },
        Reply::Error(text) if text.starts_with(b"WRONGTYPE") => Err(garbage(
            "the key holds no counter; choose another --key".to_owned(),
        )),
        Reply::Error(_) | Reply::Integer(_) | Reply::Simple(_) | Reply::Array(_) => Ok(None),
    }
}

fn garbage(text: String) -> ConnectionError {
    ConnectionError {
        reason: FailureReason::Garbage,
        text,
    }
}
