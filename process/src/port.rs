//! A port for a server that is about to start.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

/// Below are the ports of well-known services.
const LOWEST: u16 = 10_000;

/// Tries before giving up: most ports of the range are free on any machine.
const TRIES: u32 = 100;

/// A port of 127.0.0.1 on which no process listens now.
///
/// It lies below the range that the kernel gives to outgoing connections, so no socket of a load can take it before the
/// server does. Another program may: then the server ends at once, and is started again on another port.
pub(crate) fn free() -> Option<u16> {
    let end = first_ephemeral_port().unwrap_or(32_768);
    let end = end.max(LOWEST + 1_000);
    let mut draws = (0..TRIES).map(|_| fastrand::u16(LOWEST..end));
    draws.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
}

fn first_ephemeral_port() -> Option<u16> {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    range.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_offered() {
        fastrand::seed(1);
        let port = free().unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        fastrand::seed(1);
        assert_ne!(free(), Some(port));
    }
}
