//! One peer's conversation, without its socket.

use std::fmt;
use std::mem;

use crate::execute::{Outcome, execute};
use crate::resp::{Args, Parser, ProtocolError, write};
use crate::{Keyspace, Limits};

/// What every session of a server shares.
#[derive(Debug)]
pub struct Service<'a, K> {
    /// The counters.
    pub keyspace: K,
    /// The bounds on what one peer may send.
    pub limits: Limits,
    /// What the bytes mean.
    pub protocol: Protocol,
    /// The process around the service.
    pub environment: &'a dyn Environment,
}

/// What the bytes mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// The Redis protocol, version 2.
    #[default]
    Resp,
    /// Every byte comes back (RFC 862).
    Echo,
}

/// What a service wants of the process it runs in, and may not look up itself.
pub trait Environment: fmt::Debug + Sync {
    /// Takes note of a turn of that peer, and of the requests executed in it.
    fn executed(&self, peer: u64, requests: u64);

    /// Holds the caller for so many microseconds; `false`, at once, unless the process was started for such experiments.
    fn delay(&self, how: Delay, time_us: u64) -> bool {
        let _ = (how, time_us);
        false
    }

    /// INFO's sections about the environment: name in lower case, text with its `# Title` line, lines ended by CRLF.
    fn info(&self) -> Vec<(&'static str, String)>;
}

/// How a request takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Waiting, as for a disk or another server: the processor is free for others.
    Sleep,
    /// Computing.
    Work,
}

/// One peer's conversation.
#[derive(Debug)]
pub struct Session {
    parser: Parser,
    client: Client,
}

/// What a server knows of a peer.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: u64,
    pub(crate) name: Option<Box<[u8]>>,
    /// What an increment has read that is to be written in the next turn. A null pointer for all whose counters do not yield.
    pub(crate) seen: Option<Box<i64>>,
}

impl Client {
    /// An empty name takes the name away, as in Redis.
    pub(crate) fn rename(&mut self, name: &[u8]) {
        self.name = (!name.is_empty()).then(|| name.into());
    }
}

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// More bytes from the peer.
    Read,
    /// Its next turn: requests are left that have wholly arrived.
    Again,
    /// Nothing: send the replies, then close.
    Close(Ending),
}

/// Why a session ends a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The peer said `QUIT`.
    Quit,
    /// The stream lost its meaning; the reply says how.
    ProtocolError,
    /// The peer speaks HTTP.
    Http,
}

impl Session {
    /// The conversation with a peer that has just connected; `id` is its number among all that ever did.
    #[must_use]
    pub fn new(id: u64) -> Self {
        Session {
            parser: Parser::default(),
            client: Client {
                id,
                name: None,
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

    /// Bytes on the heap beside `input` and `replies`: what is known of an unfinished request, and the peer's name.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.parser.held_bytes() + self.client.name.as_ref().map_or(0, |name| name.len())
    }

    fn receive_resp<K: Keyspace>(
        &mut self,
        service: &Service<'_, K>,
        input: &mut Vec<u8>,
        replies: &mut Vec<u8>,
    ) -> Next {
        let limits = &service.limits;
        let (mut args, mut at) = (Args::default(), 0);
        // An empty line takes its part of the turn, and is no request.
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
                        // It stays at the front, to be found again in the next turn.
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

/// Tells the peer what was wrong with its bytes; one that speaks HTTP is told nothing.
#[cold]
fn refuse(error: ProtocolError, replies: &mut Vec<u8>) -> Ending {
    if error == ProtocolError::Http {
        return Ending::Http;
    }
    write::error(replies, format!("ERR {error}").as_bytes());
    Ending::ProtocolError
}

/// What came is what goes; when nothing waits to be sent, not a byte is copied.
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

    /// The article's schedule on one thread: x reads and passes the baton, y reads, both write what they have read and one more.
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
            assert_eq!(replies, b":1\r\n$1\r\n1\r\n", "each is told 1");
            assert!(input.is_empty());
        }
    }
}
