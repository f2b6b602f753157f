//! What a server asks of the kernel for its sockets, as the kernel shows it.

use std::fs;

use crate::health_check::HealthCheck;
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
    HealthCheck::start(&server).finish(server);
}

/// A client whose host has vanished is found out: the keepalive timer runs, and for no more than five minutes.
pub fn vanished_clients_are_detected(target: &Target) {
    const KEEPALIVE: u8 = 2;
    let server = target.start_limited(&[]);
    let health = HealthCheck::start(&server);
    let mut client = server.connect();
    client.ask("PING\r\n", "+PONG\r\n");
    let record = server_end(client.stream()).unwrap();
    assert!(
        record.timer == KEEPALIVE && record.timer_ms <= 300_000,
        "{record:?}"
    );
    health.finish(server);
}
