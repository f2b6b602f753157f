//! The commands, one match over their names in capitals.

use super::wire::plain_decimal;
use super::{End, Reference};

const NOT_AN_INTEGER: &[u8] = b"ERR value is not an integer or out of range";
const SYNTAX: &[u8] = b"ERR syntax error";

impl Reference {
    pub(super) fn execute(&mut self, words: &[Vec<u8>]) -> End {
        let name = words[0].to_ascii_uppercase();
        let arguments: Vec<&[u8]> = words[1..].iter().map(Vec::as_slice).collect();
        match (&name[..], &arguments[..]) {
            (b"PING", []) => self.say("+PONG"),
            (b"PING" | b"ECHO", [message]) => self.bulk(message),
            (b"INCR", [counter]) => self.add(counter, Some(1)),
            (b"DECR", [counter]) => self.add(counter, Some(-1)),
            (b"INCRBY", [counter, amount]) => self.add(counter, plain_decimal(amount)),
            (b"DECRBY", [_, b"-9223372036854775808"]) => {
                self.error(b"ERR decrement would overflow");
            }
            (b"DECRBY", [counter, amount]) => self.add(counter, plain_decimal(amount).map(|n| -n)),
            (b"GET", [counter]) => match self.counters.get(*counter).copied() {
                Some(value) => self.bulk(value.to_string().as_bytes()),
                None => self.null(),
            },
            (b"SET", [counter, value]) => self.set(counter, plain_decimal(value)),
            (b"SET", [_, _, _, ..]) => self.error(SYNTAX),
            (b"DEL", [_, ..]) => {
                let removed = arguments
                    .iter()
                    .filter(|name| self.counters.remove(**name).is_some())
                    .count();
                self.integer(removed as i64);
            }
            (b"EXISTS", [_, ..]) => {
                let there = arguments
                    .iter()
                    .filter(|name| self.counters.contains_key(**name))
                    .count();
                self.integer(there as i64);
            }
            (b"DBSIZE", []) => self.integer(self.counters.len() as i64),
            (b"FLUSHALL" | b"FLUSHDB", _) => self.flush(&arguments),
            (b"QUIT", _) => {
                self.say("+OK");
                return End::Quit;
            }
            (b"RESET", []) => {
                self.client_name.clear();
                self.resp3 = false;
                self.say("+RESET");
            }
            (b"SELECT", [number]) => match plain_decimal(number) {
                Some(0) => self.say("+OK"),
                Some(_) => self.error(b"ERR DB index is out of range"),
                None => self.error(NOT_AN_INTEGER),
            },
            (b"AUTH", [_]) => self.error(
                b"ERR AUTH <password> called without any password configured for the default user. \
                  Are you sure your configuration is correct?",
            ),
            (b"AUTH", [user, _]) => {
                if self.authenticate(user) {
                    self.say("+OK");
                }
            }
            (b"AUTH", [_, _, ..]) => self.error(SYNTAX),
            (b"COMMAND", _) => self.say("*0"),
            (b"INFO", _) => self.info(&arguments),
            (b"HELLO", _) => self.hello(&arguments),
            (b"DEBUG", [word, time]) if word.eq_ignore_ascii_case(b"SLEEP") => {
                self.hold(seconds_us(time));
            }
            (b"WORK", [time]) => match plain_decimal(time) {
                Some(time_us) => self.hold(Some(time_us as f64)),
                None => self.error(NOT_AN_INTEGER),
            },
            (b"CONFIG" | b"CLIENT" | b"DEBUG", [_, ..]) => self.two_words(&name, &arguments),
            (
                b"PING" | b"ECHO" | b"INCR" | b"DECR" | b"INCRBY" | b"DECRBY" | b"GET" | b"SET"
                | b"DEL" | b"EXISTS" | b"DBSIZE" | b"RESET" | b"SELECT" | b"CONFIG" | b"CLIENT"
                | b"DEBUG" | b"WORK" | b"AUTH",
                _,
            ) => self.wrong_number(&words[0]),
            _ => self.unknown(words),
        }
        End::Waits
    }

    /// No process under test was started with --allow-debug.
    fn hold(&mut self, time_us: Option<f64>) {
        self.error(match time_us {
            Some(0.0..=10_000_000.0) => {
                b"ERR DEBUG and WORK are not allowed: start the server with --allow-debug"
            }
            _ => b"ERR the time is not a number from 0 to 10 seconds",
        });
    }

    /// The counter of that name, if there is one or may be one more.
    fn started(&mut self, name: &[u8]) -> Result<&mut i64, &'static str> {
        if name.len() > self.limits.name_bytes {
            return Err("ERR the name of a counter is longer than 512 bytes");
        }
        if !self.counters.contains_key(name) && self.counters.len() >= self.limits.counters {
            return Err(
                "ERR too many counters: delete some, or start the server with a greater --max-counters",
            );
        }
        Ok(self.counters.entry(name.to_vec()).or_insert(0))
    }

    fn add(&mut self, name: &[u8], amount: Option<i64>) {
        let Some(amount) = amount else {
            return self.error(NOT_AN_INTEGER);
        };
        match self.started(name) {
            Err(refusal) => self.error(refusal.as_bytes()),
            Ok(counter) => match i64::try_from(i128::from(*counter) + i128::from(amount)) {
                Err(_) => self.error(b"ERR increment or decrement would overflow"),
                Ok(sum) => {
                    *counter = sum;
                    self.integer(sum);
                }
            },
        }
    }

    fn set(&mut self, name: &[u8], value: Option<i64>) {
        let Some(value) = value else {
            return self.error(NOT_AN_INTEGER);
        };
        match self.started(name) {
            Err(refusal) => self.error(refusal.as_bytes()),
            Ok(counter) => {
                *counter = value;
                self.say("+OK");
            }
        }
    }

    fn flush(&mut self, arguments: &[&[u8]]) {
        let option = arguments.first().map(|option| option.to_ascii_uppercase());
        match (arguments.len(), option.as_deref()) {
            (0, _) | (1, Some(b"SYNC" | b"ASYNC")) => {
                self.counters.clear();
                self.say("+OK");
            }
            _ => self.error(SYNTAX),
        }
    }

    /// `CONFIG` and `CLIENT`, with at least one word behind them.
    fn two_words(&mut self, name: &[u8], arguments: &[&[u8]]) {
        let second = arguments[0].to_ascii_uppercase();
        match (name, &second[..], &arguments[1..]) {
            (b"CONFIG", b"GET", [_, ..]) => self.say(if self.resp3 { "%0" } else { "*0" }),
            (b"CLIENT", b"ID", []) => self.integer(1),
            (b"CLIENT", b"GETNAME", []) if self.client_name.is_empty() => self.null(),
            (b"CLIENT", b"GETNAME", []) => self.bulk(&self.client_name.clone()),
            (b"CLIENT", b"SETNAME", [client_name]) => {
                if self.is_name(client_name) {
                    self.client_name = client_name.to_vec();
                    self.say("+OK");
                }
            }
            (b"CLIENT", b"SETINFO", [_, _]) => self.say("+OK"),
            (b"CLIENT", b"NO-EVICT" | b"NO-TOUCH", [switch]) => {
                match &switch.to_ascii_uppercase()[..] {
                    b"ON" | b"OFF" => self.say("+OK"),
                    _ => self.error(SYNTAX),
                }
            }
            (b"CONFIG", b"GET", _)
            | (
                b"CLIENT",
                b"ID" | b"GETNAME" | b"SETNAME" | b"SETINFO" | b"NO-EVICT" | b"NO-TOUCH",
                _,
            ) => {
                self.wrong_number(&[name, b"|", arguments[0]].concat());
            }
            _ => self.error(&[b"ERR unknown subcommand '", start(arguments[0]), b"'."].concat()),
        }
    }

    /// Whether that is a name; if not, the peer has been told.
    fn is_name(&mut self, name: &[u8]) -> bool {
        let is_name = name.len() <= 512 && name.iter().all(|byte| (b'!'..=b'~').contains(byte));
        if !is_name {
            self.error(b"ERR Client names cannot contain spaces, newlines or special characters.");
        }
        is_name
    }

    /// Whether the user may come in; if not, the peer has been told.
    fn authenticate(&mut self, user: &[u8]) -> bool {
        if user != b"default" {
            self.error(b"WRONGPASS invalid username-password pair or user is disabled.");
        }
        user == b"default"
    }

    fn hello(&mut self, arguments: &[&[u8]]) {
        let version = match arguments.first().map(|version| plain_decimal(version)) {
            None => self.resp3,
            Some(Some(version @ (2 | 3))) => version == 3,
            Some(Some(_)) => return self.error(b"NOPROTO unsupported protocol version"),
            Some(None) => {
                return self.error(b"ERR Protocol version is not an integer or out of range");
            }
        };
        // Nothing is changed before all options are known to be right.
        let (mut options, mut name) = (arguments.get(1..).unwrap_or_default(), None);
        while let [option, rest @ ..] = options {
            options = match (&option.to_ascii_uppercase()[..], rest) {
                (b"AUTH", [user, _, rest @ ..]) if self.authenticate(user) => rest,
                (b"AUTH", [_, _, ..]) => return,
                (b"SETNAME", [new, rest @ ..]) if self.is_name(new) => {
                    name = Some(*new);
                    rest
                }
                (b"SETNAME", [_, ..]) => return,
                _ => {
                    let text = [b"ERR Syntax error in HELLO option '", start(option), b"'"];
                    return self.error(&text.concat());
                }
            };
        }
        self.resp3 = version;
        if let Some(name) = name {
            self.client_name = name.to_vec();
        }
        let version = env!("CARGO_PKG_VERSION");
        let (map, number) = if self.resp3 { ("%7", 3) } else { ("*14", 2) };
        self.say(&format!(
            "{map}\r\n$6\r\nserver\r\n$5\r\nbaton\r\n$7\r\nversion\r\n${}\r\n{version}\r\n$5\r\nproto\r\n:{number}\r\n\
             $2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0",
            version.len()
        ));
    }

    fn info(&mut self, sections: &[&[u8]]) {
        let is_wanted = |section: &str| {
            let names = [section, "all", "default", "everything"];
            let is_named = |word: &&[u8]| {
                names
                    .iter()
                    .any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
            };
            sections.is_empty() || sections.iter().any(is_named)
        };
        let mut wanted = Vec::new();
        let names = self.counters.len();
        if is_wanted("counter") {
            wanted.push(format!(
                "# Counter\r\ndiscipline:plain\r\ncounters:{names}\r\nmaxcounters:{}\r\ncontended_acquisitions:0\r\n",
                self.limits.counters
            ));
        }
        if is_wanted("keyspace") {
            wanted.push(match names {
                0 => "# Keyspace\r\n".to_owned(),
                _ => format!("# Keyspace\r\ndb0:keys={names},expires=0,avg_ttl=0\r\n"),
            });
        }
        let text = wanted.join("\r\n");
        match self.resp3 {
            true => self.say(&format!("={}\r\ntxt:{text}", text.len() + 4)),
            false => self.bulk(text.as_bytes()),
        }
    }

    fn null(&mut self) {
        self.say(if self.resp3 { "_" } else { "$-1" });
    }

    fn wrong_number(&mut self, name: &[u8]) {
        let name = name.to_ascii_lowercase();
        self.error(
            &[
                b"ERR wrong number of arguments for '",
                &name[..],
                b"' command",
            ]
            .concat(),
        );
    }

    fn unknown(&mut self, words: &[Vec<u8>]) {
        let mut arguments = Vec::new();
        for word in &words[1..] {
            if arguments.len() < 128 {
                let room = 128 - arguments.len();
                arguments.extend([b"'", &word[..word.len().min(room)], b"' "].concat());
            }
        }
        let text = [
            b"ERR unknown command '",
            start(&words[0]),
            b"', with args beginning with: ",
            &arguments[..],
        ];
        self.error(&text.concat());
    }
}

/// As much of a peer's bytes as is repeated to it.
fn start(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(128)]
}

/// Seconds in any form that Rust reads, in microseconds.
fn seconds_us(text: &[u8]) -> Option<f64> {
    let seconds: f64 = str::from_utf8(text).ok()?.parse().ok()?;
    Some(seconds * 1e6)
}
