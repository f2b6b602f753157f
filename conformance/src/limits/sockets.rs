//! What a server asks of the kernel for its sockets, as the kernel shows it.

use std::fs;

use crate::health_check::Witness;
use crate::target::Target;
use testkit::sock_diag::{listener, server_end};

/// As many connections may wait to be accepted as the server asked for, or the kernel allows.
pub fn the_backlog_is_deep(target: &Target) {
    let server = target.start_limited(&[]);
    let most = fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let most: u32 = most.trim().parse().unwrap();
    let backlog = listener(server.address()).map(|record| record.unsent);
    assert!(
        backlog >= Some(most.min(4096)),
        "{backlog:?} connections may wait"
    );
    Witness::of(&server).testify(server);
}

/// A peer whose host has vanished is found out: the keepalive timer runs, and for no more than five minutes.
pub fn vanished_peers_are_looked_for(target: &Target) {
    const KEEPALIVE: u8 = 2;
    let server = target.start_limited(&[]);
    let witness = Witness::of(&server);
    let mut peer = server.connect();
    peer.ask("PING\r\n", "+PONG\r\n");
    let record = server_end(peer.stream()).unwrap();
    assert!(
        record.timer == KEEPALIVE && record.timer_ms <= 300_000,
        "{record:?}"
    );
    witness.testify(server);
}
