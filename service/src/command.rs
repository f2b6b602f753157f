//! A request understood: its command, its arguments in the types they mean.

use std::fmt;

use crate::Hold;
use crate::resp::{Arguments, parse_i64};

/// What a peer asks for.
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
        /// What is added to it.
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
    /// What clients ask when they connect and can live without: an empty array is the answer.
    Nothing,
    /// `CLIENT ID`
    ClientId,
    /// `CLIENT GETNAME`
    ClientName,
    /// `CLIENT SETNAME name`
    SetClientName(&'a [u8]),
    /// `CLIENT SETINFO attribute value`, `SELECT 0`: fine, and nothing to do.
    Accept,
    /// `HELLO [2 [SETNAME name]]`
    Hello {
        /// The name to go by, where one was given.
        client_name: Option<&'a [u8]>,
    },
    /// `DEBUG SLEEP seconds`, `WORK microseconds`: takes its time, where the server was started for that.
    Hold {
        /// How.
        how: Hold,
        /// How long, in microseconds.
        time_us: u64,
    },
    /// `RESET`
    Reset,
    /// `QUIT`
    Quit,
}

/// Why a request is not a command of ours. The connection goes on; `Display` and the client's own bytes make the reply.
#[derive(Clone, Copy, Debug)]
pub enum CommandError<'a> {
    /// No such command.
    Unknown(Arguments<'a>),
    /// A command of two words whose second is not known.
    UnknownSubcommand(Arguments<'a>),
    /// Too few arguments, or too many.
    Arity(Arguments<'a>),
    /// The same of a subcommand.
    SubcommandArity(Arguments<'a>),
    /// Not a decimal `i64`.
    NotAnInteger,
    /// A time to sleep or to work that is none, or is over ten seconds.
    NoDuration,
    /// `DECRBY` of the one number that has no opposite.
    DecrementOverflow,
    /// An option in a place where none is known.
    Syntax,
    /// An option that `HELLO` does not know, or half of one.
    HelloSyntax(&'a [u8]),
    /// `SELECT` of another database than 0.
    DatabaseOutOfRange,
    /// `HELLO` with a version of the protocol that is not spoken here.
    NoProtocol,
    /// `HELLO` with a version that is no number.
    NotAVersion,
    /// A client's name with a space or a control character in it.
    BadClientName,
}

type Parsed<'a> = Result<Command<'a>, CommandError<'a>>;

/// A command's name in capitals as one number: compared in one step, where slices take a call for each candidate. 0, which is no command,
/// for a name that is longer than any, or whose first byte would leave no trace.
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

/// Without its bit of 32 a letter is a capital, and no other byte becomes a letter.
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
        INFO COMMAND CONFIG CLIENT SELECT HELLO RESET QUIT DEBUG WORK
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
            (COMMAND, _) => Ok(Command::Nothing),
            (CONFIG, 2..) => config(request),
            (CLIENT, 2..) => client(request),
            (SELECT, 2) => select(request),
            (HELLO, _) => hello(request),
            (DEBUG, 3) if is(request, 1, "SLEEP") => sleep(request),
            (DEBUG, 2..) => Err(CommandError::UnknownSubcommand(request)),
            (WORK, 2) => work(request),
            (RESET, 1) => Ok(Command::Reset),
            (QUIT, _) => Ok(Command::Quit),
            (
                INCR | GET | ECHO | PING | DECR | INCRBY | DECRBY | SET | DEL | EXISTS | DBSIZE
                | CONFIG | CLIENT | SELECT | RESET | DEBUG | WORK,
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

/// Whether the argument is that word, in any case.
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
        _ => Ok(Command::Nothing),
    }
}

fn client(request: Arguments<'_>) -> Parsed<'_> {
    let known = [("ID", 2), ("GETNAME", 2), ("SETNAME", 3), ("SETINFO", 4)];
    let Some((word, arity)) = known.into_iter().find(|(word, _)| is(request, 1, word)) else {
        return Err(CommandError::UnknownSubcommand(request));
    };
    if request.len() != arity {
        return Err(CommandError::SubcommandArity(request));
    }
    match word {
        "ID" => Ok(Command::ClientId),
        "GETNAME" => Ok(Command::ClientName),
        "SETNAME" => client_name(argument(request, 2)).map(Command::SetClientName),
        _ => Ok(Command::Accept),
    }
}

fn client_name(name: &[u8]) -> Result<&[u8], CommandError<'_>> {
    // A name stays as long as its connection: as long a name as a counter's, no longer.
    let fits = name.len() <= 512 && name.iter().all(u8::is_ascii_graphic);
    fits.then_some(name).ok_or(CommandError::BadClientName)
}

fn select(request: Arguments<'_>) -> Parsed<'_> {
    match integer(request, 1)? {
        0 => Ok(Command::Accept),
        _ => Err(CommandError::DatabaseOutOfRange),
    }
}

/// The longest that one request may hold a server up: an experiment needs no more, and a slip of the finger is no outage.
const LONGEST_HOLD_US: u64 = 10_000_000;

fn sleep(request: Arguments<'_>) -> Parsed<'_> {
    let seconds = str::from_utf8(argument(request, 2))
        .ok()
        .and_then(|text| text.parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| (0.0..=LONGEST_HOLD_US as f64 / 1e6).contains(seconds));
    let time_us = seconds.ok_or(CommandError::NoDuration)? * 1e6;
    Ok(Command::Hold {
        how: Hold::Asleep,
        time_us: time_us.round() as u64,
    })
}

fn work(request: Arguments<'_>) -> Parsed<'_> {
    let time_us = u64::try_from(integer(request, 1)?)
        .ok()
        .filter(|time_us| *time_us <= LONGEST_HOLD_US);
    Ok(Command::Hold {
        how: Hold::AtWork,
        time_us: time_us.ok_or(CommandError::NoDuration)?,
    })
}

fn hello(request: Arguments<'_>) -> Parsed<'_> {
    match request.get(1).map(parse_i64) {
        None | Some(Some(2)) => {}
        Some(Some(_)) => return Err(CommandError::NoProtocol),
        Some(None) => return Err(CommandError::NotAVersion),
    }
    match request.len() {
        0..=2 => Ok(Command::Hello { client_name: None }),
        4 if is(request, 2, "SETNAME") => {
            client_name(argument(request, 3)).map(|name| Command::Hello {
                client_name: Some(name),
            })
        }
        _ => Err(CommandError::HelloSyntax(argument(request, 2))),
    }
}

impl CommandError<'_> {
    /// The text of the error reply, without its dash.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        match self {
            Self::Unknown(request) => {
                let mut text = quoting(
                    "ERR unknown command '",
                    request,
                    0,
                    "', with args beginning with: ",
                );
                text.extend(quoted_arguments(request));
                text
            }
            Self::UnknownSubcommand(request) => {
                quoting("ERR unknown subcommand '", request, 1, "'.")
            }
            Self::HelloSyntax(option) => [
                b"ERR Syntax error in HELLO option '",
                shortened(option),
                b"'",
            ]
            .concat(),
            Self::Arity(request) => {
                quoting_lowercase("ERR wrong number of arguments for '", request, 1)
            }
            Self::SubcommandArity(request) => {
                quoting_lowercase("ERR wrong number of arguments for '", request, 2)
            }
            other => other.to_string().into_bytes(),
        }
    }
}

/// As many of a peer's bytes as Redis repeats to it: of a name, and of all arguments together.
const REPEATED_BYTES: usize = 128;

fn shortened(argument: &[u8]) -> &[u8] {
    &argument[..argument.len().min(REPEATED_BYTES)]
}

/// The arguments behind an unknown command's name, each in quotes, until there are enough of them.
fn quoted_arguments(request: &Arguments<'_>) -> Vec<u8> {
    let mut quoted = Vec::new();
    for argument in request.from(1) {
        let room = REPEATED_BYTES.saturating_sub(quoted.len());
        if room == 0 {
            break;
        }
        let argument = &argument[..argument.len().min(room)];
        quoted.extend([b"'", argument, b"' "].concat());
    }
    quoted
}

fn quoting(before: &str, request: &Arguments<'_>, index: usize, after: &str) -> Vec<u8> {
    [
        before.as_bytes(),
        shortened(argument(*request, index)),
        after.as_bytes(),
    ]
    .concat()
}

/// `incr`, or `client|id` when the command has `words` of them.
fn quoting_lowercase(before: &str, request: &Arguments<'_>, words: usize) -> Vec<u8> {
    let name: Vec<_> = request
        .from(0)
        .take(words)
        .map(|word| shortened(word).to_ascii_lowercase())
        .collect();
    [before.as_bytes(), &name.join(&b'|'), b"' command"].concat()
}

impl fmt::Display for CommandError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown(_) | Self::UnknownSubcommand(_) => "ERR unknown command",
            Self::Arity(_) | Self::SubcommandArity(_) => "ERR wrong number of arguments",
            Self::NotAnInteger => "ERR value is not an integer or out of range",
            Self::NoDuration => "ERR the time is not a number from 0 to 10 seconds",
            Self::DecrementOverflow => "ERR decrement would overflow",
            Self::Syntax => "ERR syntax error",
            Self::HelloSyntax(_) => "ERR Syntax error in HELLO option",
            Self::NotAVersion => "ERR Protocol version is not an integer or out of range",
            Self::DatabaseOutOfRange => "ERR DB index is out of range",
            Self::NoProtocol => "NOPROTO unsupported protocol version",
            Self::BadClientName => {
                "ERR Client names cannot contain spaces, newlines or special characters."
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::packed;

    #[test]
    fn a_name_is_one_number_in_any_case_and_no_other_name_is_the_same() {
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
