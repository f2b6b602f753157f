//! Connects, many at once but not all at once.

use std::io;
use std::ops::Range;
use std::time::Duration;

use results::FailureReason;
use tokio::task::JoinSet;

use crate::protocol::exchange::ConnectionError;
use crate::target::endpoint::{Endpoint, Socket};

/// Connections being made at once by one thread: well under any listener's backlog, so that no SYN is dropped and
/// tried again a second later.
const AT_ONCE: usize = 64;

/// Makes the connections of those numbers; those that could not be made are told apart by reason.
///
/// No wait is longer than `timeout`. The first chunk in which nothing succeeds ends it: a dead target is not asked
/// ten thousand times.
pub(crate) async fn connect(
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
    let connected = outcome.map_err(|_| overdue(&to, timeout))?;
    connected.map_err(|error| refused(&to, &error))
}

/// What a connection is that took too long to make.
pub(crate) fn overdue(to: &Endpoint, timeout: Duration) -> ConnectionError {
    let text = format!("cannot connect to {to}: nothing answered within {timeout:?} (--timeout)");
    ConnectionError {
        reason: FailureReason::TimedOut,
        text,
    }
}

/// What a connection is that could not be made, with what would mend it where the error says so.
pub(crate) fn refused(to: &Endpoint, error: &io::Error) -> ConnectionError {
    let (reason, remedy) = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            (FailureReason::ConnectRefused, "; is the server running?")
        }
        io::ErrorKind::NotFound => (FailureReason::ConnectRefused, "; there is no such socket"),
        io::ErrorKind::AddrNotAvailable => (
            FailureReason::ConnectFailed,
            "; every local port to that address is taken, lower -c",
        ),
        _ if error.raw_os_error() == Some(nix::errno::Errno::EMFILE as i32) => (
            FailureReason::ConnectFailed,
            "; raise the limit with 'ulimit -n', or lower -c",
        ),
        _ => (FailureReason::ConnectFailed, ""),
    };
    ConnectionError {
        reason,
        text: format!("cannot connect to {to}: {error}{remedy}"),
    }
}
