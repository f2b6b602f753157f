//! The server to load: its address, and the protocol it speaks.

use std::fmt;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::str::FromStr;

use results::Protocol;

/// A server to load: `host:port`, `resp://host:port`, `echo://host:port` or `unix:/path`.
///
/// The host is kept as written and resolved once, before the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The protocol.
    pub protocol: Protocol,
    /// Its address.
    pub address: Address,
}

/// A server's address, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// TCP.
    Tcp {
        /// A name or an address; an IPv6 address has no brackets.
        host: String,
        /// The port; never 0.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

/// Why a text is not a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseTargetError {
    /// `unix:` without a path.
    #[error("'unix:' names no socket; write unix:/path/to/socket")]
    NoSocket,
    /// An unsupported scheme.
    #[error(
        "'{0}://' is not supported; write host:port, resp://host:port, echo://host:port or unix:/path"
    )]
    Scheme(String),
    /// No host, or no port.
    #[error("'{0}' is not a target; write host:port, as in 127.0.0.1:7001 or [::1]:7001")]
    NoAddress(String),
    /// The port is not a number from 1 to 65535: the port, and the whole text.
    #[error("'{0}' in '{1}' is not a port; write a number from 1 to 65535")]
    Port(String, String),
}

impl Target {
    /// Returns a RESP server on this loopback port.
    pub fn loopback(port: u16) -> Self {
        Self {
            protocol: Protocol::Resp,
            address: Address::loopback(port),
        }
    }
}

impl Address {
    pub(super) fn loopback(port: u16) -> Self {
        let host = Ipv4Addr::LOCALHOST.to_string();
        Self::Tcp { host, port }
    }
}

impl FromStr for Target {
    type Err = ParseTargetError;

    fn from_str(text: &str) -> Result<Self, ParseTargetError> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path.is_empty() {
                true => Err(ParseTargetError::NoSocket),
                false => Ok(Self {
                    protocol: Protocol::Resp,
                    address: Address::Unix(path.into()),
                }),
            };
        }
        let (scheme, address) = text.split_once("://").unwrap_or(("resp", text));
        let protocol = match scheme {
            "resp" => Protocol::Resp,
            "echo" => Protocol::Echo,
            _ => return Err(ParseTargetError::Scheme(scheme.to_owned())),
        };
        let (host, port) = address
            .rsplit_once(':')
            .and_then(|(host, port)| Some((unbracketed(host)?, port)))
            .ok_or_else(|| ParseTargetError::NoAddress(text.to_owned()))?;
        match port.parse() {
            Ok(port) if port > 0 => Ok(Self {
                protocol,
                address: Address::Tcp {
                    host: host.to_owned(),
                    port,
                },
            }),
            _ => Err(ParseTargetError::Port(port.to_owned(), text.to_owned())),
        }
    }
}

/// Returns the host without the brackets of an IPv6 address.
fn unbracketed(host: &str) -> Option<&str> {
    let inside = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match inside {
        Some(address) => (!address.is_empty()).then_some(address),
        None => (!host.is_empty() && !host.contains([':', '/', '[', ']', '@'])).then_some(host),
    }
}

impl fmt::Display for Address {
    /// `127.0.0.1:7001`, `[::1]:7001` or `unix:/path`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl fmt::Display for Target {
    /// `resp://127.0.0.1:7001`, which [`FromStr`] parses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match (&self.address, self.protocol) {
            (Address::Unix(_), _) => "",
            (Address::Tcp { .. }, Protocol::Resp) => "resp://",
            (Address::Tcp { .. }, Protocol::Echo) => "echo://",
        };
        write!(f, "{scheme}{}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_displayed_as_it_is_parsed() {
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
    fn an_invalid_target_is_refused_with_a_remedy() {
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
            let error = text.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains("write "), "{text}: {error}");
        }
    }
}
