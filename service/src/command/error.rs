//! What a peer reads whose request is no command of ours: Redis's own words.

use std::fmt;

use super::argument;
use crate::resp::Arguments;

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
