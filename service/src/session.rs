//! One connection without its socket: bytes in, replies out.

use std::fmt;
use std::mem;

use crate::command::Version;
use crate::execute::{Outcome, execute};
use crate::resp::{Args, Parser, ProtocolError, write};
use crate::{Keyspace, Limits};

/// What every session of a server shares.
#[derive(Debug)]
pub struct Service<'a, K> {
    /// The counters.
    pub keyspace: K,
    /// The limits on what one peer may send.
    pub limits: Limits,
    /// What the bytes mean.
    pub protocol: Protocol,
    /// The process that runs the service.
    pub environment: &'a dyn Environment,
}

/// What the bytes mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// The Redis protocol, version 2 or, after `HELLO 3`, version 3.
    #[default]
    Resp,
    /// Every byte comes back (RFC 862).
    Echo,
}

/// What the service needs from the process that runs it, and may not do itself.
pub trait Environment: fmt::Debug + Sync {
    /// Called after each turn of a peer, with the number of requests executed in it.
    fn executed(&self, peer: u64, requests: u64);

    /// Delays the caller for this many microseconds; `false`, at once, unless the process was started for such experiments.
    fn delay(&self, how: Delay, time_us: u64) -> bool {
        let _ = (how, time_us);
        false
    }

    /// INFO's sections about the process: name in lower case, text with its `# Title` line, lines ended by CRLF.
    fn info(&self) -> Vec<(&'static str, String)>;
}

/// What a request does while it delays its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// It sleeps, as if it waited for a disk or another server: the processor is free for others.
    Sleep,
    /// It computes.
    Work,
}

/// The state of one connection.
#[derive(Debug)]
pub struct Session {
    parser: Parser,
    client: Client,
}

/// What a session knows about its peer.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: u64,
    /// What the client has set. Few set anything, so an idle connection keeps only the pointer.
    settings: Option<Box<Settings>>,
    /// The value that the first half of a yielding increment has read; the next turn writes the sum. A null pointer for other counters.
    pub(crate) seen: Option<Box<i64>>,
}

/// What a client may set on its connection.
#[derive(Debug, Default)]
struct Settings {
    name: Box<[u8]>,
    version: Version,
}

impl Client {
    /// The name, empty where none is set.
    pub(crate) fn name(&self) -> &[u8] {
        self.settings
            .as_ref()
            .map_or(b"", |settings| &settings.name)
    }

    /// Sets the name; an empty one removes it, as in Redis.
    pub(crate) fn rename(&mut self, name: &[u8]) {
        if name != self.name() {
            self.settings.get_or_insert_default().name = name.into();
        }
    }

    /// The version of the protocol in which the client wants its replies.
    pub(crate) fn version(&self) -> Version {
        self.settings
            .as_ref()
            .map_or_else(Version::default, |settings| settings.version)
    }

    /// Sets the version of the protocol.
    pub(crate) fn speak(&mut self, version: Version) {
        if version != self.version() {
            self.settings.get_or_insert_default().version = version;
        }
    }

    /// Forgets all settings.
    pub(crate) fn reset(&mut self) {
        self.settings = None;
    }

    fn held_bytes(&self) -> usize {
        let bytes = |settings: &Settings| size_of::<Settings>() + settings.name.len();
        self.settings.as_deref().map_or(0, bytes)
    }
}

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// More bytes from the peer.
    Read,
    /// Its next turn: whole requests are left in `input`.
    Again,
    /// Nothing: send the replies, then close.
    Close(Ending),
}

/// Why a session ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The peer sent `QUIT`.
    Quit,
    /// The bytes are not RESP; the last reply says why.
    ProtocolError,
    /// The peer speaks HTTP.
    Http,
}

impl Session {
    /// The session of a new connection; `id` is the connection's number.
    #[must_use]
    pub fn new(id: u64) -> Self {
        Session {
            parser: Parser::default(),
            client: Client {
                id,
                settings: None,
                seen: None,
            },
        }
    }

    /// Takes a turn: executes the whole requests at the front of `input`, removes them, and appends their replies.
    ///
    /// A turn ends early, with [`Next::Again`], after [`Limits::turn_requests`], when [`Limits::reply_high_bytes`] wait to be sent, or
    /// in the middle of an increment whose counter [yields](crate::Counter::YIELDS).
    #[inline]
    pub fn receive<K: Keyspace>(
        &mut self,
        service: &Service<'_, K>,
        input: &mut Vec<u8>,
        replies: &mut Vec<u8>,
    ) -> Next {
        match service.protocol {
            Protocol::Resp => service
                .keyspace
                .during(|| self.receive_resp(service, input, replies)),
            Protocol::Echo => echo(input, replies),
        }
    }

    /// Bytes on the heap beside `input` and `replies`: the state of an unfinished request, and what the peer has set.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.parser.held_bytes() + self.client.held_bytes()
    }

    fn receive_resp<K: Keyspace>(
        &mut self,
        service: &Service<'_, K>,
        input: &mut Vec<u8>,
        replies: &mut Vec<u8>,
    ) -> Next {
        let limits = &service.limits;
        let (mut args, mut at) = (Args::default(), 0);
        // An empty line counts for the turn's limit, and not as a request.
        let (mut parsed, mut executed) = (0, 0_u64);
        let next = loop {
            if parsed >= limits.turn_requests || replies.len() >= limits.reply_high_bytes {
                break if at == input.len() {
                    Next::Read
                } else {
                    Next::Again
                };
            }
            let rest = &input[at..];
            match self.parser.next(rest, limits, &mut args) {
                Ok(None) => break Next::Read,
                Ok(Some(length)) => {
                    parsed += 1;
                    if args.is_empty() {
                        at += length;
                        continue;
                    }
                    let after = execute(service, &mut self.client, &args.of(rest), replies);
                    if after == Outcome::Half {
                        // The request stays at the front: the next turn executes its second half.
                        break Next::Again;
                    }
                    at += length;
                    executed += 1;
                    if after == Outcome::Quit {
                        break Next::Close(Ending::Quit);
                    }
                }
                Err(error) => break Next::Close(refuse(error, replies)),
            }
        };
        service.environment.executed(self.client.id, executed);
        input.drain(..at);
        next
    }
}

/// Appends the error reply; a peer that speaks HTTP gets none.
#[cold]
fn refuse(error: ProtocolError, replies: &mut Vec<u8>) -> Ending {
    if error == ProtocolError::Http {
        return Ending::Http;
    }
    write::error(replies, format!("ERR {error}").as_bytes());
    Ending::ProtocolError
}

/// Every byte comes back. When no reply waits, the buffers are swapped and no byte is copied.
fn echo(input: &mut Vec<u8>, replies: &mut Vec<u8>) -> Next {
    if replies.is_empty() {
        mem::swap(input, replies);
    } else {
        replies.append(input);
    }
    Next::Read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counter::Yielding;
    use crate::keyspace::Local;

    #[derive(Debug)]
    struct Nowhere;

    impl Environment for Nowhere {
        fn executed(&self, _: u64, _: u64) {}
        fn info(&self) -> Vec<(&'static str, String)> {
            Vec::new()
        }
    }

    /// The article's schedule on one thread: x reads and yields, y reads, then both write the value they read plus one.
    #[test]
    fn a_session_that_yields_within_an_increment_loses_one() {
        let service = Service {
            keyspace: Local::<Yielding>::bounded(1),
            limits: Limits::default(),
            protocol: Protocol::Resp,
            environment: &Nowhere,
        };
        let mut peers = [1, 2].map(|id| {
            (
                Session::new(id),
                b"INCR k\r\nGET k\r\n".to_vec(),
                Vec::new(),
            )
        });
        let mut turns = |expected: Next| {
            for (session, input, replies) in &mut peers {
                assert_eq!(session.receive(&service, input, replies), expected);
            }
        };
        turns(Next::Again);
        turns(Next::Read);
        for (_, input, replies) in peers {
            assert_eq!(replies, b":1\r\n$1\r\n1\r\n", "each gets 1");
            assert!(input.is_empty());
        }
    }
}
