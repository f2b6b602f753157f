//! Executes commands: what each does to the counters, and what it replies.

use crate::command::{Command, Version};
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
        Command::Get(name) => match service.keyspace.find(name, Counter::get) {
            Some(value) => write::bulk(replies, itoa::Buffer::new().format(value).as_bytes()),
            None => null(client, replies),
        },
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
        Command::Info(sections) => {
            let text = info(service, sections);
            match client.version() {
                Version::Two => write::bulk(replies, text.as_bytes()),
                Version::Three => write::verbatim(replies, text.as_bytes()),
            }
        }
        Command::Commands => write::array(replies, 0),
        Command::Config => map(client, replies, 0),
        Command::ClientId => write::integer(replies, client.id.cast_signed()),
        Command::ClientName => match client.name() {
            b"" => null(client, replies),
            name => write::bulk(replies, name),
        },
        Command::SetClientName(name) => {
            client.rename(name);
            write::simple(replies, "OK");
        }
        Command::Accept => write::simple(replies, "OK"),
        Command::Hello {
            version,
            client_name,
        } => {
            if let Some(version) = version {
                client.speak(version);
            }
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
            client.reset();
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

/// No value, in the client's version of the protocol.
fn null(client: &Client, replies: &mut Vec<u8>) {
    match client.version() {
        Version::Two => write::null(replies),
        Version::Three => write::null3(replies),
    }
}

/// The header of a map, which is a flat array in RESP2.
fn map(client: &Client, replies: &mut Vec<u8>, pairs: usize) {
    match client.version() {
        Version::Two => write::array(replies, 2 * pairs),
        Version::Three => write::map(replies, pairs),
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

/// INFO's text. A section costs what it shows: only one that is wanted counts over all names.
fn info<K: Keyspace>(service: &Service<'_, K>, request: Arguments<'_>) -> String {
    let sections: Vec<_> = request
        .from(1)
        .map(|section| String::from_utf8_lossy(section).to_ascii_lowercase())
        .collect();
    let is_wanted = |name: &str| {
        let names = [name, "all", "default", "everything"];
        sections.is_empty() || sections.iter().any(|section| names.contains(&&section[..]))
    };
    let parts = service.environment.info().into_iter();
    let parts = parts.filter(|(name, _)| is_wanted(name));
    let mut wanted: Vec<_> = parts.map(|(_, text)| text).collect();
    if is_wanted("counter") {
        wanted.push(format!(
            "# Counter\r\ndiscipline:{}\r\ncounters:{}\r\nmaxcounters:{}\r\ncontended_acquisitions:{}\r\n",
            K::Counter::DISCIPLINE,
            service.keyspace.len(),
            service.limits.counters,
            service.keyspace.contended(),
        ));
    }
    if is_wanted("keyspace") {
        let names = match service.keyspace.len() {
            0 => String::new(),
            names => format!("db0:keys={names},expires=0,avg_ttl=0\r\n"),
        };
        wanted.push(format!("# Keyspace\r\n{names}"));
    }
    wanted.join("\r\n")
}

fn hello(client: &Client, replies: &mut Vec<u8>) {
    map(client, replies, 7);
    let text = |replies: &mut Vec<u8>, key: &str, value: &str| {
        write::bulk(replies, key.as_bytes());
        write::bulk(replies, value.as_bytes());
    };
    text(replies, "server", "baton");
    text(replies, "version", env!("CARGO_PKG_VERSION"));
    write::bulk(replies, b"proto");
    let version = match client.version() {
        Version::Two => 2,
        Version::Three => 3,
    };
    write::integer(replies, version);
    write::bulk(replies, b"id");
    write::integer(replies, client.id.cast_signed());
    text(replies, "mode", "standalone");
    text(replies, "role", "master");
    write::bulk(replies, b"modules");
    write::array(replies, 0);
}
