//! Connects, many at once but not all at once.

use std::ops::Range;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::protocol::exchange::ConnectionError;
use crate::target::endpoint::{Endpoint, Socket, cannot_connect, connect_timed_out};

/// Connections being made at once by one thread: well under any listener's backlog, so that no SYN is dropped and
/// tried again a second later.
const AT_ONCE: usize = 64;

/// Makes the connections of those numbers; those that could not be made are told apart by reason.
///
/// No wait is longer than `timeout`. The first chunk in which nothing succeeds ends it: a dead target is not asked
/// ten thousand times.
pub(super) async fn connect(
    to: &Endpoint,
    mut numbers: Range<u32>,
    timeout: Duration,
) -> (Vec<Socket>, Vec<ConnectionError>) {
    let (mut made, mut failed) = (Vec::with_capacity(numbers.len()), Vec::new());
    while !numbers.is_empty() {
        let before = made.len();
        let mut attempts = JoinSet::new();
        for number in numbers.by_ref().take(AT_ONCE) {
            attempts.spawn_local(connect_one(to.clone(), number, timeout));
        }
        for outcome in attempts.join_all().await {
            match outcome {
                Ok(socket) => made.push(socket),
                Err(broken) => failed.push(broken),
            }
        }
        if made.len() == before {
            break;
        }
    }
    (made, failed)
}

pub(super) async fn connect_one(
    to: Endpoint,
    number: u32,
    timeout: Duration,
) -> Result<Socket, ConnectionError> {
    let outcome = tokio::time::timeout(timeout, to.connect(number)).await;
    let connected = outcome.map_err(|_| connect_timed_out(&to, timeout))?;
    connected.map_err(|error| cannot_connect(&to, &error))
}
