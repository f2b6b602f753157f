//! What is measured: an address, and the language that is spoken there.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::config::operation::Kind;

/// The language of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// RESP2, the Redis protocol.
    Resp,
    /// Plain echo (RFC 862): every byte comes back, and nothing else.
    Echo,
}

impl Protocol {
    /// What is asked of such a server unless something else is wanted.
    pub fn usual_operation(self) -> Kind {
        match self {
            Self::Resp => Kind::Incr,
            Self::Echo => Kind::Echo,
        }
    }
}

/// A server to drive: `host:port`, `resp://host:port`, `echo://host:port` or `unix:/path`.
///
/// The host is kept as it was written; it is resolved once, before the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The language to speak.
    pub protocol: Protocol,
    /// Where it listens.
    pub place: Place,
}

/// Where a server listens, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On the network.
    Tcp {
        /// A name or an address; an IPv6 address without its brackets.
        host: String,
        /// The port; never 0.
        port: u16,
    },
    /// In the file system.
    Unix(PathBuf),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path.is_empty() {
                true => Err("'unix:' names no socket; write unix:/path/to/socket".to_owned()),
                false => Ok(Self {
                    protocol: Protocol::Resp,
                    place: Place::Unix(path.into()),
                }),
            };
        }
        let (scheme, address) = text.split_once("://").unwrap_or(("resp", text));
        let protocol = match scheme {
            "resp" => Protocol::Resp,
            "echo" => Protocol::Echo,
            _ => {
                return Err(format!(
                    "'{scheme}://' is not spoken here; write host:port, resp://host:port, echo://host:port or unix:/path"
                ));
            }
        };
        let (host, port) = address
            .rsplit_once(':')
            .and_then(|(host, port)| Some((unbracketed(host)?, port)))
            .ok_or_else(|| {
                format!(
                    "'{text}' is not a target; write host:port, as in 127.0.0.1:7001 or [::1]:7001"
                )
            })?;
        match port.parse() {
            Ok(port) if port > 0 => Ok(Self {
                protocol,
                place: Place::Tcp {
                    host: host.to_owned(),
                    port,
                },
            }),
            _ => Err(format!(
                "'{port}' in '{text}' is not a port; write a number from 1 to 65535"
            )),
        }
    }
}

/// The host without the brackets that keep an IPv6 address apart from its port.
fn unbracketed(host: &str) -> Option<&str> {
    let inside = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match inside {
        Some(address) => (!address.is_empty()).then_some(address),
        None => (!host.is_empty() && !host.contains([':', '/', '[', ']', '@'])).then_some(host),
    }
}

impl Target {
    /// `127.0.0.1:7001`, `[::1]:7001` or `unix:/path`.
    pub fn address(&self) -> String {
        match &self.place {
            Place::Tcp { host, port } if host.contains(':') => format!("[{host}]:{port}"),
            Place::Tcp { host, port } => format!("{host}:{port}"),
            Place::Unix(path) => format!("unix:{}", path.display()),
        }
    }
}

impl fmt::Display for Target {
    /// `resp://127.0.0.1:7001`: what [`FromStr`] reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match (&self.place, self.protocol) {
            (Place::Unix(_), _) => "",
            (Place::Tcp { .. }, Protocol::Resp) => "resp://",
            (Place::Tcp { .. }, Protocol::Echo) => "echo://",
        };
        write!(f, "{scheme}{}", self.address())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_written_as_it_is_read() {
        for (text, written) in [
            ("127.0.0.1:7001", "resp://127.0.0.1:7001"),
            ("localhost:6379", "resp://localhost:6379"),
            ("resp://[::1]:7001", "resp://[::1]:7001"),
            ("echo://10.0.0.1:7", "echo://10.0.0.1:7"),
            ("unix:/run/redis.sock", "unix:/run/redis.sock"),
        ] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_no_target_is_refused_with_a_remedy() {
        for text in [
            "",
            "7001",
            "localhost",
            ":7001",
            "localhost:",
            "localhost:0",
            "localhost:70000",
            "::1:7001",
            "http://localhost:80",
            "resp://",
            "user@host:1",
            "host:1/2",
            "[]:1",
            "unix:",
        ] {
            let error = text.parse::<Target>().unwrap_err();
            assert!(error.contains("write "), "{text}: {error}");
        }
    }
}
