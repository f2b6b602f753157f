//! A blocking connection outside the load: INFO, and the counters' initial and final values.

use std::io;
use std::time::Duration;

use results::FailureReason;
use service::resp::{Reply, parse_i64, read_reply};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, timeout_at};

use super::endpoint::{Endpoint, Socket, cannot_connect};
use super::info::Info;
use crate::protocol::describe;
use crate::protocol::encode::Encoder;
use crate::protocol::exchange::ConnectionError;
use crate::protocol::payload::Payloads;

/// A separate connection; no wait exceeds the run's timeout.
#[derive(Debug)]
pub(crate) struct Control {
    socket: Socket,
    runtime: Runtime,
    timeout: Duration,
    input: Vec<u8>,
}

/// Minimum space for one read, in bytes.
const READ_BYTES: usize = 16 << 10;

/// The longest accepted reply: INFO has a few kilobytes.
const REPLY_BYTES: usize = 1 << 20;

/// GETs in one write: their replies fit any socket buffer, so neither side can block the other.
const KEYS_AT_ONCE: u32 = 256;

/// The longest wait for INFO while the load runs.
const QUICKLY: Duration = Duration::from_millis(250);

/// A connection number that the load does not use.
const CONTROL_CONNECTION: u32 = u32::MAX;

impl Control {
    /// Connects, as number 0 of the run does.
    pub(crate) fn connect(to: &Endpoint, timeout: Duration) -> Result<Self, ConnectionError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| cannot_connect(to, &error))?;
        Ok(Self {
            socket: runtime.block_on(to.connect(0, timeout))?,
            runtime,
            timeout,
            input: Vec::new(),
        })
    }

    /// Requests INFO, which also shows whether the target speaks RESP; `None` if it has no INFO.
    pub(crate) fn info(&mut self) -> Result<Option<Info>, ConnectionError> {
        let deadline = self.send(b"*1\r\n$4\r\nINFO\r\n")?;
        self.reply(deadline, |reply| match reply {
            Reply::Bulk(text) => Ok(Some(Info::new(String::from_utf8_lossy(text).into_owned()))),
            Reply::Error(text) if text.starts_with(b"NOAUTH") => {
                let text =
                    "the server wants a password, which loadgen cannot give; use one without";
                Err(garbage(text.to_owned()))
            }
            Reply::Error(text) if text.starts_with(b"ERR max number of clients") => {
                let shown = describe::shown(text);
                Err(garbage(format!("the server refuses: {shown}")))
            }
            Reply::Array(_) => {
                let text = "the target sends back what it is sent; \
                            write echo:// before the address of a plain-echo server";
                Err(garbage(text.to_owned()))
            }
            _ => Ok(None),
        })
    }

    /// Requests INFO with a short timeout, for use during the load.
    pub(crate) fn info_quickly(&mut self) -> Result<Option<Info>, ConnectionError> {
        self.timeout = self.timeout.min(QUICKLY);
        self.info()
    }

    /// Reads every counter, by number; `None` if the target does not answer GET as Redis does.
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
        // The payload ends in a newline, so a line-based server also answers, without a timeout.
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

    /// Sends; returns the deadline for the reply.
    fn send(&mut self, bytes: &[u8]) -> Result<Instant, ConnectionError> {
        let deadline = Instant::now() + self.timeout;
        let write = self.socket.write_all(bytes);
        let outcome = self
            .runtime
            .block_on(async { timeout_at(deadline, write).await });
        match outcome {
            Ok(Ok(())) => Ok(deadline),
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(self.silent()),
        }
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

    /// Reads once; waits at most until the deadline, even if the target sends slowly.
    fn receive(&mut self, deadline: Instant) -> Result<(), ConnectionError> {
        self.input.reserve(READ_BYTES);
        let read = self.socket.read_buf(&mut self.input);
        let outcome = self
            .runtime
            .block_on(async { timeout_at(deadline, read).await });
        match outcome {
            Ok(Ok(0)) => Err(ConnectionError {
                reason: FailureReason::Closed,
                text: self.closed(),
            }),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(self.silent()),
        }
    }

    fn closed(&self) -> String {
        match self.input.is_empty() {
            true => "the target closed the connection without an answer; is it a server of the right protocol?".to_owned(),
            false => format!("the target closed the connection after '{}'", describe::shown(&self.input)),
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

/// Returns the value in a reply to GET; `None` for any other reply.
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

fn broken(error: &io::Error) -> ConnectionError {
    let (reason, what) = match error.kind() {
        io::ErrorKind::ConnectionReset => (FailureReason::Reset, "the target broke the connection"),
        _ => (FailureReason::Closed, "the connection to the target failed"),
    };
    ConnectionError {
        reason,
        text: format!("{what}: {error}"),
    }
}

fn garbage(text: String) -> ConnectionError {
    ConnectionError {
        reason: FailureReason::Garbage,
        text,
    }
}
