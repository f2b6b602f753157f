//! What is measured: an address, and the language that is spoken there.

use std::fmt;
use std::str::FromStr;

use crate::plan::operation::Kind;

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

/// A server to drive: `host:port`, `resp://host:port` or `echo://host:port`.
///
/// The host is kept as it was written; it is resolved once, before the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The language to speak.
    pub protocol: Protocol,
    /// A name or an address; an IPv6 address without its brackets.
    pub host: String,
    /// The TCP port; never 0.
    pub port: u16,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (scheme, address) = text.split_once("://").unwrap_or(("resp", text));
        let protocol = match scheme {
            "resp" => Protocol::Resp,
            "echo" => Protocol::Echo,
            _ => {
                return Err(format!(
                    "'{scheme}://' is not spoken here; write host:port, resp://host:port or echo://host:port"
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
                host: host.to_owned(),
                port,
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
    /// `127.0.0.1:7001` or `[::1]:7001`.
    pub fn address(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Display for Target {
    /// `resp://127.0.0.1:7001`: what [`FromStr`] reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.protocol {
            Protocol::Resp => "resp",
            Protocol::Echo => "echo",
        };
        write!(f, "{scheme}://{}", self.address())
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
        ] {
            let error = text.parse::<Target>().unwrap_err();
            assert!(error.contains("write "), "{text}: {error}");
        }
    }
}
