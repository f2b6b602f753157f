//! Who is connected: a thread that is parked in a system call can be reached only through its socket.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use hosting::Closed;

/// Every connection that has a thread. Locked when one comes or goes, never at a request.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    inside: Mutex<Inside>,
    gone: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    connections: HashMap<u64, Arc<Connection>>,
    told_to_leave: bool,
}

/// What others may do to a connection: look how much it holds, and end it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) socket: TcpStream,
    held_bytes: AtomicUsize,
    told: OnceLock<Closed>,
}

/// A connection's place among its peers; it leaves when this is dropped.
#[derive(Debug)]
pub(crate) struct Peer<'a> {
    peers: &'a Peers,
    id: u64,
    connection: Arc<Connection>,
}

impl Peers {
    /// Takes a connection in.
    pub(crate) fn enter(&self, id: u64, socket: TcpStream) -> Peer<'_> {
        let connection = Arc::new(Connection {
            socket,
            held_bytes: AtomicUsize::new(0),
            told: OnceLock::new(),
        });
        let mut inside = self.inside();
        if inside.told_to_leave {
            connection.end(Closed::Shutdown, Shutdown::Read);
        }
        inside.connections.insert(id, Arc::clone(&connection));
        Peer {
            peers: self,
            id,
            connection,
        }
    }

    /// Ends what every thread may be waiting for: a read then brings what has arrived, and after that the end.
    pub(crate) fn tell_to_leave(&self) {
        let mut inside = self.inside();
        inside.told_to_leave = true;
        inside
            .connections
            .values()
            .for_each(|connection| connection.end(Closed::Shutdown, Shutdown::Read));
    }

    /// Ends also what waits for a peer to take its replies.
    pub(crate) fn throw_out(&self) {
        self.inside()
            .connections
            .values()
            .for_each(|connection| connection.end(Closed::Shutdown, Shutdown::Both));
    }

    /// Ends the connection that holds the most buffered bytes.
    pub(crate) fn throw_out_biggest(&self) {
        let held = |connection: &&Arc<Connection>| connection.held_bytes.load(Ordering::Relaxed);
        if let Some(biggest) = self.inside().connections.values().max_by_key(held) {
            biggest.end(Closed::Memory, Shutdown::Both);
        }
    }

    pub(crate) fn are_told_to_leave(&self) -> bool {
        self.inside().told_to_leave
    }

    /// Parks this thread until the last peer has left; whether that was before the deadline.
    pub(crate) fn wait_until_gone(&self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self
            .gone
            .wait_timeout_while(self.inside(), left, |inside| !inside.connections.is_empty());
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // Every change under this lock is one call into the map: a thread that panicked left nothing half done.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    fn end(&self, why: Closed, how: Shutdown) {
        // The first reason counts.
        let _ = self.told.set(why);
        // It fails where the peer is gone already.
        let _ = self.socket.shutdown(how);
    }
}

impl Peer<'_> {
    /// The connection itself, which outlives the peer's place.
    pub(crate) fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.connection)
    }

    pub(crate) fn socket(&self) -> &TcpStream {
        &self.connection.socket
    }

    /// Why somebody else ended this connection, if somebody did.
    pub(crate) fn told(&self) -> Option<Closed> {
        self.connection.told.get().copied()
    }

    /// Lets the others see how many bytes this connection holds.
    pub(crate) fn show_held(&self, bytes: usize) {
        self.connection.held_bytes.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn throw_out_biggest(&self) {
        self.peers.throw_out_biggest();
    }
}

impl Drop for Peer<'_> {
    fn drop(&mut self) {
        let mut inside = self.peers.inside();
        inside.connections.remove(&self.id);
        if inside.connections.is_empty() {
            self.peers.gone.notify_all();
        }
    }
}
