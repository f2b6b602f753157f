//! The requests of a run as bytes, written once and copied ever after.

use service::resp::write_request;

use crate::config::operation::Kind;
use crate::config::target::Protocol;
use crate::config::{Config, Keys};
use crate::protocol::operations::Operation;

/// Every request of a run as it goes over the wire, but for an echoed payload, which is new in each.
#[derive(Debug)]
pub(crate) struct Requests {
    names: Vec<String>,
    incr: Table,
    get: Table,
    ping: Vec<u8>,
    echo_head: Vec<u8>,
    echo_tail: &'static [u8],
    payload_bytes: usize,
}

/// The requests for all keys, one after the other. All are equally long, because all names are.
#[derive(Debug)]
struct Table {
    bytes: Vec<u8>,
    stride: usize,
}

impl Requests {
    /// The requests of a plan. `run` goes into the names of fresh keys, so that they are nobody else's.
    pub(crate) fn new(plan: &Config, run: u64) -> Self {
        let names = match &plan.keys {
            Keys::Named(name) => vec![name.clone()],
            Keys::Fresh(count) => (0..*count).map(|key| fresh_name(run, key)).collect(),
        };
        let payload_bytes = plan.payload_bytes as usize;
        let (echo_head, echo_tail) = match plan.target.protocol {
            Protocol::Resp => (echo_head(payload_bytes), &b"\r\n"[..]),
            Protocol::Echo => (Vec::new(), &b""[..]),
        };
        Self {
            incr: match plan.amount.get() {
                1 => Table::new(&names, |name| request(&["INCR", name])),
                amount => Table::new(&names, |name| {
                    request(&["INCRBY", name, &amount.to_string()])
                }),
            },
            get: Table::new(&names, |name| request(&["GET", name])),
            names,
            ping: request(&["PING"]),
            echo_head,
            echo_tail,
            payload_bytes,
        }
    }

    /// The names of the keys, by number.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// `GET` of the key of that number.
    pub(crate) fn get(&self, key: u32) -> &[u8] {
        self.get.of(key)
    }

    /// Appends the request of an operation; `payload` appends what ECHO carries.
    #[inline]
    pub(crate) fn append(
        &self,
        operation: Operation,
        to: &mut Vec<u8>,
        payload: impl FnOnce(&mut Vec<u8>),
    ) {
        match operation.kind {
            Kind::Incr => to.extend_from_slice(self.incr.of(operation.key)),
            Kind::Get => to.extend_from_slice(self.get.of(operation.key)),
            Kind::Ping => to.extend_from_slice(&self.ping),
            Kind::Echo => {
                to.extend_from_slice(&self.echo_head);
                payload(to);
                to.extend_from_slice(self.echo_tail);
            }
        }
    }

    /// The bytes that the request of an operation of this kind takes.
    pub(crate) fn bytes(&self, kind: Kind) -> usize {
        match kind {
            Kind::Incr => self.incr.stride,
            Kind::Get => self.get.stride,
            Kind::Ping => self.ping.len(),
            Kind::Echo => self.echo_head.len() + self.payload_bytes + self.echo_tail.len(),
        }
    }
}

/// The name of a key that nobody used before this run. All are equally long.
pub(crate) fn fresh_name(run: u64, key: u32) -> String {
    format!("baton:{run:016x}:{key:05}")
}

impl Table {
    fn new(names: &[String], request: impl Fn(&str) -> Vec<u8>) -> Self {
        let bytes: Vec<u8> = names.iter().flat_map(|name| request(name)).collect();
        Self {
            stride: bytes.len() / names.len().max(1),
            bytes,
        }
    }

    #[inline]
    fn of(&self, key: u32) -> &[u8] {
        let start = key as usize * self.stride;
        &self.bytes[start..start + self.stride]
    }
}

/// `*2`, `ECHO`, and the header of a payload of that length.
fn echo_head(payload_bytes: usize) -> Vec<u8> {
    format!("*2\r\n$4\r\nECHO\r\n${payload_bytes}\r\n").into_bytes()
}

fn request(words: &[&str]) -> Vec<u8> {
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    let mut bytes = Vec::new();
    write_request(&mut bytes, &words);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::plan;

    fn bytes(requests: &Requests, kind: Kind, key: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        requests.append(
            Operation {
                kind,
                key,
                sequence: 0,
            },
            &mut bytes,
            |to| to.extend_from_slice(b"abc"),
        );
        assert_eq!(bytes.len(), requests.bytes(kind), "{kind}");
        bytes
    }

    #[test]
    fn requests_are_arrays_of_bulk_strings() {
        let requests = Requests::new(
            &Config {
                payload_bytes: 3,
                keys: Keys::Named("k".into()),
                ..plan()
            },
            0,
        );
        assert_eq!(
            bytes(&requests, Kind::Incr, 0),
            b"*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n"
        );
        assert_eq!(
            bytes(&requests, Kind::Get, 0),
            b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"
        );
        assert_eq!(
            bytes(&requests, Kind::Echo, 0),
            b"*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\n"
        );
        assert_eq!(bytes(&requests, Kind::Ping, 0), b"*1\r\n$4\r\nPING\r\n");
    }

    #[test]
    fn plain_echo_is_the_payload_and_nothing_else() {
        let plan = Config {
            target: "echo://h:7".parse().unwrap(),
            payload_bytes: 3,
            ..plan()
        };
        assert_eq!(bytes(&Requests::new(&plan, 0), Kind::Echo, 0), b"abc");
    }

    #[test]
    fn fresh_keys_carry_the_run_and_differ() {
        let requests = Requests::new(
            &Config {
                keys: Keys::Fresh(12),
                ..plan()
            },
            0xBEEF,
        );
        assert_eq!(requests.names()[11], "baton:000000000000beef:00011");
        let request = bytes(&requests, Kind::Incr, 11);
        assert_eq!(
            request,
            b"*2\r\n$4\r\nINCR\r\n$28\r\nbaton:000000000000beef:00011\r\n"
        );
    }
}
