//! The error replies to requests that are not commands, in Redis's words.

use super::argument;
use crate::resp::Arguments;

/// Why a request is not a command. The connection goes on after the error reply.
#[derive(Clone, Copy, Debug)]
pub enum CommandError<'a> {
    /// No such command.
    Unknown(Arguments<'a>),
    /// A command of two words with an unknown second word.
    UnknownSubcommand(Arguments<'a>),
    /// Too few arguments, or too many.
    Arity(Arguments<'a>),
    /// The same for a subcommand.
    SubcommandArity(Arguments<'a>),
    /// Not a decimal `i64`.
    NotAnInteger,
    /// A time to sleep or to compute that is not a number, or is over ten seconds.
    NoDuration,
    /// `DECRBY` of `i64::MIN`, which has no opposite.
    DecrementOverflow,
    /// An option that the command does not have.
    Syntax,
    /// An option that `HELLO` does not have, or one without its value.
    HelloSyntax(&'a [u8]),
    /// `SELECT` of another database than 0.
    DatabaseOutOfRange,
    /// `AUTH` with a password alone: none is configured.
    NoPassword,
    /// `AUTH` of a user that does not exist.
    WrongPassword,
    /// `HELLO` with a version of the protocol other than 2 and 3.
    NoProtocol,
    /// `HELLO` with a version that is not a number.
    NotAVersion,
    /// A client's name with a space or a control character.
    BadClientName,
}

impl CommandError<'_> {
    /// The text of the error reply, without its dash.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let text = match self {
            Self::Unknown(request) => {
                let quoted = quoted_arguments(request);
                let after = [b"', with args beginning with: ", &quoted[..]].concat();
                return quoting(b"ERR unknown command '", &request[0], &after);
            }
            Self::UnknownSubcommand(request) => {
                return quoting(b"ERR unknown subcommand '", argument(*request, 1), b"'.");
            }
            Self::HelloSyntax(option) => {
                return quoting(b"ERR Syntax error in HELLO option '", option, b"'");
            }
            Self::Arity(request) => return wrong_arity(request, 1),
            Self::SubcommandArity(request) => return wrong_arity(request, 2),
            Self::NoPassword => {
                "ERR AUTH <password> called without any password configured for the default user. \
                 Are you sure your configuration is correct?"
            }
            Self::WrongPassword => "WRONGPASS invalid username-password pair or user is disabled.",
            Self::NotAnInteger => "ERR value is not an integer or out of range",
            Self::NoDuration => "ERR the time is not a number from 0 to 10 seconds",
            Self::DecrementOverflow => "ERR decrement would overflow",
            Self::Syntax => "ERR syntax error",
            Self::NotAVersion => "ERR Protocol version is not an integer or out of range",
            Self::DatabaseOutOfRange => "ERR DB index is out of range",
            Self::NoProtocol => "NOPROTO unsupported protocol version",
            Self::BadClientName => {
                "ERR Client names cannot contain spaces, newlines or special characters."
            }
        };
        text.into()
    }
}

/// Redis quotes at most this many of a client's bytes: of a name, and of all arguments together.
const REPEATED_BYTES: usize = 128;

fn shortened(argument: &[u8]) -> &[u8] {
    &argument[..argument.len().min(REPEATED_BYTES)]
}

/// The arguments after an unknown command's name, each in quotes, up to the limit.
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

fn quoting(before: &[u8], argument: &[u8], after: &[u8]) -> Vec<u8> {
    [before, shortened(argument), after].concat()
}

/// Names the command, `incr`, or with its subcommand, `client|id`, when it has two `words`.
fn wrong_arity(request: &Arguments<'_>, words: usize) -> Vec<u8> {
    let name: Vec<_> = request
        .from(0)
        .take(words)
        .map(|word| shortened(word).to_ascii_lowercase())
        .collect();
    let before = b"ERR wrong number of arguments for '";
    [&before[..], &name.join(&b'|'), b"' command"].concat()
}
