//! A second implementation of `docs/protocol.md`, as simple as possible: everything in memory, everything copied, nothing resumed. Too
//! slow for a server, and simple enough to check by reading.

mod commands;
mod wire;

use std::collections::BTreeMap;

use service::Limits;

use wire::Found;

/// One peer alone with a server.
pub(super) struct Reference {
    pub(super) counters: BTreeMap<Vec<u8>, i64>,
    pub(super) replies: Vec<u8>,
    client_name: Vec<u8>,
    resp3: bool,
    limits: Limits,
}

/// How a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Everything is answered, or a request is unfinished.
    Waits,
    Quit,
    Broken,
    Http,
}

impl Reference {
    pub(super) fn new(limits: Limits) -> Self {
        Reference {
            counters: BTreeMap::new(),
            replies: Vec::new(),
            client_name: Vec::new(),
            resp3: false,
            limits,
        }
    }

    /// Answers everything that a peer ever says.
    pub(super) fn answer(&mut self, stream: &[u8]) -> End {
        let mut rest = stream;
        loop {
            match wire::first_request(rest, &self.limits) {
                Found::Nothing => return End::Waits,
                Found::Http => return End::Http,
                Found::Broken(why) => {
                    self.error(format!("ERR Protocol error: {why}").as_bytes());
                    return End::Broken;
                }
                Found::Request { words, length } => {
                    rest = &rest[length..];
                    if !words.is_empty() && self.execute(&words) == End::Quit {
                        return End::Quit;
                    }
                }
            }
        }
    }

    fn say(&mut self, text: &str) {
        self.replies.extend_from_slice(text.as_bytes());
        self.replies.extend_from_slice(b"\r\n");
    }

    fn integer(&mut self, value: i64) {
        self.say(&format!(":{value}"));
    }

    fn bulk(&mut self, bytes: &[u8]) {
        self.say(&format!("${}", bytes.len()));
        self.replies.extend_from_slice(bytes);
        self.replies.extend_from_slice(b"\r\n");
    }

    fn error(&mut self, text: &[u8]) {
        self.replies.push(b'-');
        for &byte in text {
            self.replies.push(if byte == b'\r' || byte == b'\n' {
                b' '
            } else {
                byte
            });
        }
        self.replies.extend_from_slice(b"\r\n");
    }
}
