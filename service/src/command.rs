//! Commands: a request with its arguments in the types they stand for.

mod error;
mod handshake;

use crate::Delay;
use crate::resp::{Arguments, parse_i64};

pub use error::CommandError;
use handshake::{authenticate, client, hello};

/// A request of a client.
#[derive(Clone, Copy, Debug)]
pub enum Command<'a> {
    /// `PING [message]`
    Ping(Option<&'a [u8]>),
    /// `ECHO message`
    Echo(&'a [u8]),
    /// `INCR`, `DECR`, `INCRBY`, `DECRBY`: one command, the amount differs.
    Add {
        /// The counter.
        name: &'a [u8],
        /// The amount to add.
        amount: i64,
    },
    /// `GET name`
    Get(&'a [u8]),
    /// `SET name integer`
    Set {
        /// The counter.
        name: &'a [u8],
        /// Its new value.
        value: i64,
    },
    /// `DEL name…`
    Delete(Arguments<'a>),
    /// `EXISTS name…`
    Exists(Arguments<'a>),
    /// `DBSIZE`
    Size,
    /// `FLUSHALL`, `FLUSHDB`
    Flush,
    /// `INFO [section…]`
    Info(Arguments<'a>),
    /// `COMMAND …`: clients send it when they connect. The reply is an empty array.
    Commands,
    /// `CONFIG GET …`: likewise. The reply is an empty map.
    Config,
    /// `CLIENT ID`
    ClientId,
    /// `CLIENT GETNAME`
    ClientName,
    /// `CLIENT SETNAME name`
    SetClientName(&'a [u8]),
    /// `CLIENT SETINFO attribute value`, `CLIENT NO-EVICT on`, `SELECT 0`, `AUTH default password` and their like: the reply is
    /// `+OK`, and nothing is done.
    Accept,
    /// `HELLO [version [AUTH user password] [SETNAME name]]`
    Hello {
        /// The version of the protocol, where one is given.
        version: Option<Version>,
        /// The client's name, where one is given.
        client_name: Option<&'a [u8]>,
    },
    /// `DEBUG SLEEP seconds`, `WORK microseconds`: delays its caller, where the server allows that.
    Delay {
        /// Sleeping or computing.
        how: Delay,
        /// The length of the delay in microseconds.
        time_us: u64,
    },
    /// `RESET`
    Reset,
    /// `QUIT`
    Quit,
}

/// A version of the Redis protocol. They differ here in null, in maps and in INFO's text; requests are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// RESP2
    #[default]
    Two,
    /// RESP3
    Three,
}

type Parsed<'a> = Result<Command<'a>, CommandError<'a>>;

/// A command's name in capitals as one number: it is compared in one step, where slices take a call for each candidate. A name that no
/// command can have gives 0: one that is too long, empty, or begins with a byte that would add nothing to the number.
#[inline]
const fn packed(name: &[u8]) -> u64 {
    let (mut word, mut at) = (0, 0);
    if name.len() > 8 || name.is_empty() || capital(name[0]) == 0 {
        return 0;
    }
    while at < name.len() {
        word = word << 8 | capital(name[at]);
        at += 1;
    }
    word
}

/// Clears the bit 32: a letter becomes a capital, and no other byte becomes a letter.
const fn capital(byte: u8) -> u64 {
    (byte & !32) as u64
}

/// The names of all commands, as [`packed`] makes them.
mod name {
    macro_rules! names {
        ($($name:ident)*) => {
            $(pub(super) const $name: u64 = super::packed(stringify!($name).as_bytes());)*
        };
    }
    names! {
        PING ECHO INCR DECR INCRBY DECRBY GET SET DEL EXISTS DBSIZE FLUSHALL FLUSHDB
        INFO COMMAND CONFIG CLIENT SELECT AUTH HELLO RESET QUIT DEBUG WORK
    }
}

impl<'a> Command<'a> {
    /// Reads a request as a command.
    ///
    /// # Errors
    /// [`CommandError`], whose text is Redis's.
    #[inline]
    pub fn parse(request: &Arguments<'a>) -> Parsed<'a> {
        use name::*;
        let request = *request;
        match (packed(&request[0]), request.len()) {
            (INCR, 2) => add(request, Some(1)),
            (GET, 2) => Ok(Command::Get(argument(request, 1))),
            (ECHO, 2) => Ok(Command::Echo(argument(request, 1))),
            (PING, 1 | 2) => Ok(Command::Ping(request.get(1))),
            (DECR, 2) => add(request, Some(-1)),
            (INCRBY, 3) => add(request, Some(integer(request, 2)?)),
            (DECRBY, 3) => add(request, integer(request, 2)?.checked_neg()),
            (SET, 3) => Ok(Command::Set {
                name: argument(request, 1),
                value: integer(request, 2)?,
            }),
            (SET, 4..) => Err(CommandError::Syntax),
            (DEL, 2..) => Ok(Command::Delete(request)),
            (EXISTS, 2..) => Ok(Command::Exists(request)),
            (DBSIZE, 1) => Ok(Command::Size),
            (FLUSHALL | FLUSHDB, _) => flush(request),
            (INFO, _) => Ok(Command::Info(request)),
            (COMMAND, _) => Ok(Command::Commands),
            (CONFIG, 2..) => config(request),
            (CLIENT, 2..) => client(request),
            (SELECT, 2) => select(request),
            (AUTH, 2) => Err(CommandError::NoPassword),
            (AUTH, 3) => authenticate(argument(request, 1)).map(|()| Command::Accept),
            (AUTH, 4..) => Err(CommandError::Syntax),
            (HELLO, _) => hello(request),
            (DEBUG, 3) if is(request, 1, "SLEEP") => sleep(request),
            (DEBUG, 2..) => Err(CommandError::UnknownSubcommand(request)),
            (WORK, 2) => work(request),
            (RESET, 1) => Ok(Command::Reset),
            (QUIT, _) => Ok(Command::Quit),
            (
                INCR | GET | ECHO | PING | DECR | INCRBY | DECRBY | SET | DEL | EXISTS | DBSIZE
                | CONFIG | CLIENT | SELECT | AUTH | RESET | DEBUG | WORK,
                _,
            ) => Err(CommandError::Arity(request)),
            _ => Err(CommandError::Unknown(request)),
        }
    }
}

#[inline]
fn argument(request: Arguments<'_>, index: usize) -> &[u8] {
    request.get(index).unwrap_or_default()
}

fn integer<'a>(request: Arguments<'a>, index: usize) -> Result<i64, CommandError<'a>> {
    parse_i64(argument(request, index)).ok_or(CommandError::NotAnInteger)
}

#[inline]
fn add(request: Arguments<'_>, amount: Option<i64>) -> Parsed<'_> {
    let amount = amount.ok_or(CommandError::DecrementOverflow)?;
    Ok(Command::Add {
        name: argument(request, 1),
        amount,
    })
}

/// Whether the argument is that word, in upper or lower case.
fn is(request: Arguments<'_>, index: usize, word: &str) -> bool {
    request
        .get(index)
        .is_some_and(|argument| argument.eq_ignore_ascii_case(word.as_bytes()))
}

fn flush(request: Arguments<'_>) -> Parsed<'_> {
    let option = is(request, 1, "SYNC") || is(request, 1, "ASYNC");
    match request.len() {
        1 => Ok(Command::Flush),
        2 if option => Ok(Command::Flush),
        _ => Err(CommandError::Syntax),
    }
}

fn config(request: Arguments<'_>) -> Parsed<'_> {
    match request.len() {
        _ if !is(request, 1, "GET") => Err(CommandError::UnknownSubcommand(request)),
        2 => Err(CommandError::SubcommandArity(request)),
        _ => Ok(Command::Config),
    }
}

fn select(request: Arguments<'_>) -> Parsed<'_> {
    match integer(request, 1)? {
        0 => Ok(Command::Accept),
        _ => Err(CommandError::DatabaseOutOfRange),
    }
}

/// The longest delay of one request. An experiment needs no more, and a mistyped number stops the server for ten seconds only.
const LONGEST_HOLD_US: u64 = 10_000_000;

fn sleep(request: Arguments<'_>) -> Parsed<'_> {
    let seconds = str::from_utf8(argument(request, 2))
        .ok()
        .and_then(|text| text.parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| (0.0..=LONGEST_HOLD_US as f64 / 1e6).contains(seconds));
    let time_us = seconds.ok_or(CommandError::NoDuration)? * 1e6;
    Ok(Command::Delay {
        how: Delay::Sleep,
        time_us: time_us.round() as u64,
    })
}

fn work(request: Arguments<'_>) -> Parsed<'_> {
    let time_us = u64::try_from(integer(request, 1)?)
        .ok()
        .filter(|time_us| *time_us <= LONGEST_HOLD_US);
    Ok(Command::Delay {
        how: Delay::Work,
        time_us: time_us.ok_or(CommandError::NoDuration)?,
    })
}

#[cfg(test)]
mod tests {
    use super::packed;

    #[test]
    fn a_name_has_one_number_in_upper_and_lower_case_and_no_other_name_has_it() {
        assert_eq!(packed(b"flushAll"), packed(b"FLUSHALL"));
        for other in [
            &b"\0INCR"[..],
            b"INCR\0",
            b"INCRB",
            b"NCR",
            b"",
            b"INCRINCRINCR",
        ] {
            assert_ne!(packed(other), packed(b"INCR"), "{}", other.escape_ascii());
        }
    }
}
