//! What a server counts: requests, and connections received, refused and closed, by reason.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use service::Ending;

/// Why a connection was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// `--max-connections` are open.
    MaxClients,
    /// No file descriptor is left.
    NoDescriptors,
    /// The system could not start a thread.
    NoThread,
    /// All buffers together are near `--max-memory`.
    Memory,
}

impl Refused {
    const ALL: [(Refused, &'static str); 4] = [
        (Refused::MaxClients, "max_clients"),
        (Refused::NoDescriptors, "no_descriptors"),
        (Refused::NoThread, "no_thread"),
        (Refused::Memory, "memory"),
    ];

    /// The reply that the connection gets before it is closed.
    pub(crate) fn reply(self) -> &'static [u8] {
        match self {
            Refused::MaxClients | Refused::NoDescriptors | Refused::NoThread => {
                b"-ERR max number of clients reached\r\n"
            }
            Refused::Memory => b"-ERR out of memory for clients, try again later\r\n",
        }
    }
}

/// Why a connection was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The peer closed it.
    Peer,
    /// The peer reset it, or was gone when a reply was sent.
    Reset,
    /// No request within `--idle-timeout`.
    Idle,
    /// A request was not complete within `--request-timeout`.
    RequestDeadline,
    /// The peer took no replies within `--stall-timeout`.
    Stalled,
    /// The bytes were not requests.
    ProtocolError,
    /// The peer spoke HTTP.
    Http,
    /// The peer sent QUIT.
    Quit,
    /// It held the most when all buffers together exceeded `--max-memory`.
    Memory,
    /// The server stopped.
    Shutdown,
    /// Another error of its socket.
    Error,
}

impl Closed {
    const ALL: [(Closed, &'static str); 11] = [
        (Closed::Peer, "peer"),
        (Closed::Reset, "reset"),
        (Closed::Idle, "idle"),
        (Closed::RequestDeadline, "request_deadline"),
        (Closed::Stalled, "stalled"),
        (Closed::ProtocolError, "protocol_error"),
        (Closed::Http, "http"),
        (Closed::Quit, "quit"),
        (Closed::Memory, "memory"),
        (Closed::Shutdown, "shutdown"),
        (Closed::Error, "error"),
    ];
}

impl From<Ending> for Closed {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Quit => Closed::Quit,
            Ending::ProtocolError => Closed::ProtocolError,
            Ending::Http => Closed::Http,
        }
    }
}

impl From<io::Error> for Closed {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Closed::Reset,
            // TCP_USER_TIMEOUT: the peer's host no longer acknowledges.
            io::ErrorKind::TimedOut => Closed::Stalled,
            _ => Closed::Error,
        }
    }
}

/// Counts since the start. Relaxed everywhere: they are read one by one and order nothing.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    received: AtomicU64,
    requests: AtomicU64,
    refused: [AtomicU64; Refused::ALL.len()],
    closed: [AtomicU64; Closed::ALL.len()],
}

impl Statistics {
    /// Counts a connection and returns its number, from 1 on.
    pub(crate) fn received(&self) -> u64 {
        self.received.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn executed(&self, requests: u64) {
        self.requests.fetch_add(requests, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self, why: Refused) {
        self.refused[why as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn closed(&self, why: Closed) {
        self.closed[why as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// INFO's lines: one for every reason, even when its count is 0.
    pub(crate) fn lines(&self) -> String {
        let now = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let rejected: u64 = self.refused.iter().map(now).sum();
        let mut lines = format!(
            "total_connections_received:{}\r\ntotal_commands_processed:{}\r\nrejected_connections:{rejected}\r\n",
            now(&self.received),
            now(&self.requests),
        );
        for (why, name) in Refused::ALL {
            lines += &format!("refused_{name}:{}\r\n", now(&self.refused[why as usize]));
        }
        for (why, name) in Closed::ALL {
            lines += &format!("closed_{name}:{}\r\n", now(&self.closed[why as usize]));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_counted_under_its_own_name() {
        let statistics = Statistics::default();
        for (times, (why, _)) in Closed::ALL.into_iter().enumerate() {
            (0..times).for_each(|_| statistics.closed(why));
        }
        for (times, (why, _)) in Refused::ALL.into_iter().enumerate() {
            (0..times).for_each(|_| statistics.refused(why));
        }
        let lines = statistics.lines();
        for (times, (_, name)) in Closed::ALL.into_iter().enumerate() {
            assert!(
                lines.contains(&format!("closed_{name}:{times}\r\n")),
                "{name}: {lines}"
            );
        }
        assert!(
            lines.contains("refused_memory:3\r\n") && lines.contains("rejected_connections:6\r\n"),
            "{lines}"
        );
    }
}
