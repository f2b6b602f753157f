//! Connects, many at once but not all at once.

use std::ops::Range;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::protocol::exchange::ConnectionError;
use crate::target::endpoint::{Endpoint, Socket};

/// Connections being made at once by one thread: well under any listener's backlog, so that no SYN is dropped and
/// tried again a second later.
const AT_ONCE: usize = 64;

/// Makes the connections of those numbers; returns those that were made, and why the others failed.
///
/// No wait is longer than `timeout`. Stops after the first chunk in which nothing succeeds: a dead target is not asked
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
            let to = to.clone();
            attempts.spawn_local(async move { to.connect(number, timeout).await });
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
