//! Executes commands: what each does to the counters, and what it replies.

use crate::command::Command;
use crate::keyspace::Full;
use crate::resp::{Arguments, write};
use crate::session::{Client, Service};
use crate::{Counter, Keyspace};

/// What follows after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The request is done; the next one follows.
    Done,
    /// The request is half done; executing it once more completes it.
    Half,
    /// The request is done, and the connection is to be closed.
    Quit,
}

/// Executes one request and appends its reply; or executes the first half of a yielding increment, without a reply.
#[inline]
pub(crate) fn execute<K: Keyspace>(
    service: &Service<'_, K>,
    client: &mut Client,
    request: &Arguments<'_>,
    replies: &mut Vec<u8>,
) -> Outcome {
    let command = match Command::parse(request) {
        Ok(command) => command,
        Err(error) => {
            write::error(replies, &error.text());
            return Outcome::Done;
        }
    };
    match command {
        Command::Ping(None) => write::simple(replies, "PONG"),
        Command::Ping(Some(message)) | Command::Echo(message) => write::bulk(replies, message),
        Command::Add { name, amount } if K::Counter::YIELDS => {
            return add_in_two_turns(service, client, name, amount, replies);
        }
        Command::Add { name, amount } => add(service, name, amount, replies),
        Command::Get(name) => get(service, name, replies),
        Command::Set { name, value } => set(service, name, value, replies),
        Command::Delete(names) => {
            count(
                replies,
                names.from(1).filter(|name| service.keyspace.remove(name)),
            );
        }
        Command::Exists(names) => {
            count(
                replies,
                names
                    .from(1)
                    .filter(|name| service.keyspace.find(name, |_| ()).is_some()),
            );
        }
        Command::Size => count(replies, 0..service.keyspace.len()),
        Command::Flush => {
            service.keyspace.clear();
            write::simple(replies, "OK");
        }
        Command::Info(sections) => info(service, sections, replies),
        Command::Nothing => write::array(replies, 0),
        Command::ClientId => write::integer(replies, client.id.cast_signed()),
        Command::ClientName => match &client.name {
            Some(name) => write::bulk(replies, name),
            None => write::null(replies),
        },
        Command::SetClientName(name) => {
            client.rename(name);
            write::simple(replies, "OK");
        }
        Command::Accept => write::simple(replies, "OK"),
        Command::Hello { client_name } => {
            if let Some(name) = client_name {
                client.rename(name);
            }
            hello(client, replies);
        }
        Command::Delay { how, time_us } => match service.environment.delay(how, time_us) {
            true => write::simple(replies, "OK"),
            false => write::error(
                replies,
                b"ERR DEBUG and WORK are not allowed: start the server with --allow-debug",
            ),
        },
        Command::Reset => {
            client.rename(b"");
            write::simple(replies, "RESET");
        }
        Command::Quit => {
            write::simple(replies, "OK");
            return Outcome::Quit;
        }
    }
    Outcome::Done
}

const OVERFLOW: &[u8] = b"ERR increment or decrement would overflow";

#[inline]
fn add<K: Keyspace>(service: &Service<'_, K>, name: &[u8], amount: i64, replies: &mut Vec<u8>) {
    match find_or_create(service, name, |counter| counter.add(amount)) {
        Ok(Some(value)) => write::integer(replies, value),
        Ok(None) => write::error(replies, OVERFLOW),
        Err(refusal) => write::error(replies, refusal),
    }
}

/// An increment that yields at the wrong place: the first call reads the value, the second writes that value plus the amount.
fn add_in_two_turns<K: Keyspace>(
    service: &Service<'_, K>,
    client: &mut Client,
    name: &[u8],
    amount: i64,
    replies: &mut Vec<u8>,
) -> Outcome {
    let Some(seen) = client.seen.take() else {
        return match find_or_create(service, name, Counter::get) {
            Ok(value) => {
                client.seen = Some(Box::new(value));
                Outcome::Half
            }
            Err(refusal) => {
                write::error(replies, refusal);
                Outcome::Done
            }
        };
    };
    let written = |sum| find_or_create(service, name, |counter| counter.set(sum)).map(|()| sum);
    match seen.checked_add(amount).map(written) {
        Some(Ok(sum)) => write::integer(replies, sum),
        Some(Err(refusal)) => write::error(replies, refusal),
        None => write::error(replies, OVERFLOW),
    }
    Outcome::Done
}

fn set<K: Keyspace>(service: &Service<'_, K>, name: &[u8], value: i64, replies: &mut Vec<u8>) {
    match find_or_create(service, name, |counter| counter.set(value)) {
        Ok(()) => write::simple(replies, "OK"),
        Err(refusal) => write::error(replies, refusal),
    }
}

fn get<K: Keyspace>(service: &Service<'_, K>, name: &[u8], replies: &mut Vec<u8>) {
    match service.keyspace.find(name, Counter::get) {
        Some(value) => write::bulk(replies, itoa::Buffer::new().format(value).as_bytes()),
        None => write::null(replies),
    }
}

/// Calls `with` on the counter of that name, which is created where there is none; else returns the text of the error reply.
#[inline]
fn find_or_create<K: Keyspace, T>(
    service: &Service<'_, K>,
    name: &[u8],
    with: impl FnOnce(&K::Counter) -> T,
) -> Result<T, &'static [u8]> {
    if name.len() > service.limits.name_bytes {
        return Err(b"ERR the name of a counter is longer than 512 bytes");
    }
    service
        .keyspace
        .find_or_create(name, with)
        .map_err(|Full| &b"ERR too many counters: delete some, or start the server with a greater --max-counters"[..])
}

fn count<T>(replies: &mut Vec<u8>, found: impl Iterator<Item = T>) {
    write::integer(replies, i64::try_from(found.count()).unwrap_or(i64::MAX));
}

fn info<K: Keyspace>(service: &Service<'_, K>, request: Arguments<'_>, replies: &mut Vec<u8>) {
    let sections: Vec<_> = request
        .from(1)
        .map(|section| String::from_utf8_lossy(section).to_ascii_lowercase())
        .collect();
    let counters = format!(
        "# Counter\r\ndiscipline:{}\r\ncounters:{}\r\nmaxcounters:{}\r\ncontended_acquisitions:{}\r\n",
        K::Counter::DISCIPLINE,
        service.keyspace.len(),
        service.limits.counters,
        service.keyspace.contended(),
    );
    let mut parts = service.environment.info();
    parts.push(("counter", counters));
    let everything = sections.is_empty()
        || sections
            .iter()
            .any(|s| matches!(&s[..], "all" | "default" | "everything"));
    let wanted: Vec<_> = parts
        .into_iter()
        .filter(|(name, _)| everything || sections.iter().any(|section| section == name))
        .map(|(_, text)| text)
        .collect();
    write::bulk(replies, wanted.join("\r\n").as_bytes());
}

fn hello(client: &Client, replies: &mut Vec<u8>) {
    write::array(replies, 14);
    let text = |replies: &mut Vec<u8>, key: &str, value: &str| {
        write::bulk(replies, key.as_bytes());
        write::bulk(replies, value.as_bytes());
    };
    text(replies, "server", "baton");
    text(replies, "version", env!("CARGO_PKG_VERSION"));
    write::bulk(replies, b"proto");
    write::integer(replies, 2);
    write::bulk(replies, b"id");
    write::integer(replies, client.id.cast_signed());
    text(replies, "mode", "standalone");
    text(replies, "role", "master");
    write::bulk(replies, b"modules");
    write::array(replies, 0);
}
