//! A port for a server that is about to start.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::process;

use crate::protocol::random::SplitMix64;

/// Below are ports of well-known services.
const LOWEST: u16 = 10_000;

/// Tries before giving up: most ports of the range are free on any machine.
const TRIES: u32 = 100;

/// A port that nobody listens on now, other for each `salt` and for each process that asks.
///
/// It lies below the range that the kernel gives to outgoing connections, so none of the load's own sockets can take it
/// before the server does. Two comparisons at once draw from thousands; where they still meet, the server that comes
/// second fails to start, and is started again on another port.
pub(super) fn free(salt: u64) -> Option<u16> {
    let highest = first_ephemeral_port().unwrap_or(32_768).max(LOWEST + 1_000);
    let mut random = SplitMix64::new(u64::from(process::id())).fork(salt);
    let mut draws =
        (0..TRIES).map(|_| LOWEST + (random.next() % u64::from(highest - LOWEST)) as u16);
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
    fn a_port_that_is_taken_is_not_offered() {
        let port = free(1).unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        assert_ne!(free(1), Some(port));
    }
}
