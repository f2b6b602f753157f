//! What a client says about itself when it connects: `CLIENT`, `AUTH`, `HELLO`.

use super::{Command, CommandError, Parsed, Version, argument, is};
use crate::resp::{Arguments, parse_i64};

pub(super) fn client(request: Arguments<'_>) -> Parsed<'_> {
    let known = [
        ("ID", 2),
        ("GETNAME", 2),
        ("SETNAME", 3),
        ("SETINFO", 4),
        ("NO-EVICT", 3),
        ("NO-TOUCH", 3),
    ];
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
        "NO-EVICT" | "NO-TOUCH" if !is(request, 2, "ON") && !is(request, 2, "OFF") => {
            Err(CommandError::Syntax)
        }
        _ => Ok(Command::Accept),
    }
}

fn client_name(name: &[u8]) -> Result<&[u8], CommandError<'_>> {
    // A name is kept as long as its connection, so it has the limit of a counter's name.
    let fits = name.len() <= 512 && name.iter().all(u8::is_ascii_graphic);
    fits.then_some(name).ok_or(CommandError::BadClientName)
}

/// There is no password: as in Redis, the user `default` may give any.
pub(super) fn authenticate(user: &[u8]) -> Result<(), CommandError<'_>> {
    match user {
        b"default" => Ok(()),
        _ => Err(CommandError::WrongPassword),
    }
}

pub(super) fn hello(request: Arguments<'_>) -> Parsed<'_> {
    let version = match request.get(1).map(parse_i64) {
        None => None,
        Some(Some(2)) => Some(Version::Two),
        Some(Some(3)) => Some(Version::Three),
        Some(Some(_)) => return Err(CommandError::NoProtocol),
        Some(None) => return Err(CommandError::NotAVersion),
    };
    let (mut name, mut at) = (None, 2);
    while at < request.len() {
        if is(request, at, "AUTH") && at + 2 < request.len() {
            authenticate(argument(request, at + 1))?;
            at += 3;
        } else if is(request, at, "SETNAME") && at + 1 < request.len() {
            name = Some(client_name(argument(request, at + 1))?);
            at += 2;
        } else {
            return Err(CommandError::HelloSyntax(argument(request, at)));
        }
    }
    Ok(Command::Hello {
        version,
        client_name: name,
    })
}
