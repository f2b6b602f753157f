//! Requests that the load generator does not send, one at a time.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use testkit::Client;

/// Longer than any request takes.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Connects to a server of this machine.
pub(crate) fn connect(port: u16) -> io::Result<Client> {
    Client::try_connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), TIMEOUT)
}

/// Connects and asks for a section of INFO.
pub(crate) fn info(port: u16, section: &str) -> io::Result<String> {
    connect(port)?.try_ask(&format!("INFO {section}"))
}
