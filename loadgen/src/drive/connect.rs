//! Connects, many at once but not all at once.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use results::FailureReason;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::talk::conversation::Broken;

/// Connections being made at once by one thread: well under any listener's backlog, so that no SYN is dropped and
/// tried again a second later.
const AT_ONCE: usize = 64;

/// Makes so many connections; those that could not be made are told apart by reason.
///
/// No wait is longer than `timeout`. The first chunk in which nothing succeeds ends it: a dead target is not asked
/// ten thousand times.
pub(crate) async fn connect(
    to: SocketAddr,
    connections: usize,
    timeout: Duration,
) -> (Vec<TcpStream>, Vec<Broken>) {
    let (mut made, mut failed) = (Vec::with_capacity(connections), Vec::new());
    while made.len() + failed.len() < connections {
        let before = made.len();
        let mut attempts = JoinSet::new();
        for _ in 0..AT_ONCE.min(connections - made.len() - failed.len()) {
            attempts.spawn_local(connect_one(to, timeout));
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

async fn connect_one(to: SocketAddr, timeout: Duration) -> Result<TcpStream, Broken> {
    let outcome = tokio::time::timeout(timeout, TcpStream::connect(to)).await;
    let connected = outcome.map_err(|_| overdue(to, timeout))?;
    // A request must leave when it is written, not when the reply to the one before has been acknowledged.
    let ready = connected.and_then(|socket| socket.set_nodelay(true).map(|()| socket));
    ready.map_err(|error| refused(to, &error))
}

/// What a connection is that took too long to make.
pub(crate) fn overdue(to: SocketAddr, timeout: Duration) -> Broken {
    let text = format!("cannot connect to {to}: nothing answered within {timeout:?} (--timeout)");
    Broken {
        reason: FailureReason::TimedOut,
        text,
    }
}

/// What a connection is that could not be made, with what would mend it where the error says so.
pub(crate) fn refused(to: SocketAddr, error: &io::Error) -> Broken {
    let (reason, remedy) = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            (FailureReason::ConnectRefused, "; is the server running?")
        }
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
    Broken {
        reason,
        text: format!("cannot connect to {to}: {error}{remedy}"),
    }
}
