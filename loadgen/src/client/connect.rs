//! Opens the connections, a limited number at a time.

use std::ops::Range;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::protocol::exchange::ConnectionError;
use crate::target::endpoint::{Endpoint, Socket};

/// Connections that one thread opens at a time: well under any listener's backlog, so that no SYN is dropped and sent
/// again a second later.
const AT_ONCE: usize = 64;

/// Opens the connections with these numbers; returns those that succeeded, and why the others failed.
///
/// Gives each attempt `timeout`. Stops after the first chunk in which every attempt fails, so that a dead target does not get
/// ten thousand attempts.
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
