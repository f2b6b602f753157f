//! The requests of a run as bytes, encoded once and then copied.

use results::{Operation, Protocol, Workload};
use service::resp::write_request;

use super::requests::Request;
use crate::config::Config;

/// Every request of a run in its wire format. Only an ECHO's payload differs each time and is appended.
#[derive(Debug)]
pub(crate) struct Encoder {
    names: Vec<String>,
    incr: Table,
    get: Table,
    ping: Vec<u8>,
    echo_head: Vec<u8>,
    echo_tail: &'static [u8],
    payload_bytes: usize,
}

/// The requests for all keys, one after the other. All have the same length, because all names do.
#[derive(Debug)]
struct Table {
    bytes: Vec<u8>,
    stride: usize,
}

impl Encoder {
    /// The requests of a run. `run` is part of the names of fresh keys, so that no other run uses them.
    pub(crate) fn new(config: &Config, run: u64) -> Self {
        let workload = &config.workload;
        let names = match &config.key {
            Some(name) => vec![name.clone()],
            None => (0..workload.keys as u32)
                .map(|key| fresh_name(run, key))
                .collect(),
        };
        let payload_bytes = workload.payload_bytes as usize;
        let (echo_head, echo_tail) = match config.target.protocol {
            Protocol::Resp => (echo_head(payload_bytes), &b"\r\n"[..]),
            Protocol::Echo => (Vec::new(), &b""[..]),
        };
        Self {
            incr: Table::new(&names, |name| match increment(&config.workload) {
                1 => request(&["INCR", name]),
                by => request(&["INCRBY", name, &by.to_string()]),
            }),
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

    /// `GET` of key number `key`.
    pub(crate) fn get(&self, key: u32) -> &[u8] {
        self.get.of(key)
    }

    /// Appends a request; `payload` appends an ECHO's payload.
    #[inline]
    pub(crate) fn append(
        &self,
        request: Request,
        to: &mut Vec<u8>,
        payload: impl FnOnce(&mut Vec<u8>),
    ) {
        match request.operation {
            Operation::Incr { .. } => to.extend_from_slice(self.incr.of(request.key)),
            Operation::Get => to.extend_from_slice(self.get.of(request.key)),
            Operation::Ping => to.extend_from_slice(&self.ping),
            Operation::Echo => {
                to.extend_from_slice(&self.echo_head);
                payload(to);
                to.extend_from_slice(self.echo_tail);
            }
        }
    }

    /// The length of the request of an operation, in bytes.
    pub(crate) fn bytes(&self, operation: Operation) -> usize {
        match operation {
            Operation::Incr { .. } => self.incr.stride,
            Operation::Get => self.get.stride,
            Operation::Ping => self.ping.len(),
            Operation::Echo => self.echo_head.len() + self.payload_bytes + self.echo_tail.len(),
        }
    }
}

/// The name of a key that no earlier run used. All names have the same length.
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

/// The amount that each increment of a workload adds; 1 if it has none.
fn increment(workload: &Workload) -> i64 {
    let mut operations = workload.operations.iter().map(|share| share.operation);
    operations
        .find_map(|operation| match operation {
            Operation::Incr { by } => Some(by.get()),
            Operation::Get | Operation::Echo | Operation::Ping => None,
        })
        .unwrap_or(1)
}

/// `*2`, `ECHO`, and the header of a payload of this length.
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
    use crate::config::tests::builder;

    fn bytes(encoder: &Encoder, operation: Operation, key: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let request = Request {
            operation,
            key,
            sequence: 0,
        };
        encoder.append(request, &mut bytes, |to| to.extend_from_slice(b"abc"));
        assert_eq!(bytes.len(), encoder.bytes(operation), "{operation}");
        bytes
    }

    #[test]
    fn requests_are_arrays_of_bulk_strings() {
        let builder = builder().payload_bytes(3).key("k".to_owned());
        let encoder = Encoder::new(&builder.clone().build().unwrap(), 0);
        for (operation, expected) in [
            (Operation::INCR, "*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n"),
            (Operation::Get, "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"),
            (Operation::Echo, "*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\n"),
            (Operation::Ping, "*1\r\n$4\r\nPING\r\n"),
        ] {
            assert_eq!(bytes(&encoder, operation, 0), expected.as_bytes());
        }
        let by: Operation = "incr by 5".parse().unwrap();
        let encoder = Encoder::new(&builder.operations(by.alone()).build().unwrap(), 0);
        let expected = b"*3\r\n$6\r\nINCRBY\r\n$1\r\nk\r\n$1\r\n5\r\n";
        assert_eq!(bytes(&encoder, by, 0), expected);
    }

    #[test]
    fn plain_echo_is_the_payload_and_nothing_else() {
        let builder = Config::builder("echo://h:7".parse().unwrap()).payload_bytes(3);
        let encoder = Encoder::new(&builder.build().unwrap(), 0);
        assert_eq!(bytes(&encoder, Operation::Echo, 0), b"abc");
    }

    #[test]
    fn fresh_keys_carry_the_run_and_differ() {
        let encoder = Encoder::new(&builder().keys(12).build().unwrap(), 0xBEEF);
        assert_eq!(encoder.names()[11], "baton:000000000000beef:00011");
        assert_eq!(
            bytes(&encoder, Operation::INCR, 11),
            b"*2\r\n$4\r\nINCR\r\n$28\r\nbaton:000000000000beef:00011\r\n"
        );
    }
}
