//! Who is connected: a thread that is parked in a system call can be reached only through its socket, and so can a task that waits for it.

use std::collections::HashMap;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use rustix::net::{Shutdown, shutdown};

use crate::Closed;

/// Every connection that waits by itself, on a thread or as a task. Locked when one comes or goes, never at a request.
#[derive(Debug)]
pub struct Peers<S> {
    inside: Mutex<Inside<S>>,
    gone: Condvar,
}

#[derive(Debug)]
struct Inside<S> {
    connections: HashMap<u64, Arc<Connection<S>>>,
    told_to_leave: bool,
}

/// What others may do to a connection: look how much it holds, and end it.
#[derive(Debug)]
pub struct Connection<S> {
    /// The socket.
    pub socket: S,
    held_bytes: AtomicUsize,
    told: OnceLock<Closed>,
}

/// A connection's place among its peers; it leaves when this is dropped.
#[derive(Debug)]
pub struct Peer<'a, S> {
    peers: &'a Peers<S>,
    id: u64,
    connection: Arc<Connection<S>>,
}

impl<S> Default for Peers<S> {
    fn default() -> Self {
        let inside = Inside {
            connections: HashMap::new(),
            told_to_leave: false,
        };
        Peers {
            inside: Mutex::new(inside),
            gone: Condvar::new(),
        }
    }
}

impl<S: AsFd> Peers<S> {
    /// Takes a connection in.
    pub fn enter(&self, id: u64, socket: S) -> Peer<'_, S> {
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
    pub fn tell_to_leave(&self) {
        let mut inside = self.inside();
        inside.told_to_leave = true;
        inside
            .connections
            .values()
            .for_each(|connection| connection.end(Closed::Shutdown, Shutdown::Read));
    }

    /// Ends also what waits for a peer to take its replies.
    pub fn throw_out(&self) {
        self.inside()
            .connections
            .values()
            .for_each(|connection| connection.end(Closed::Shutdown, Shutdown::Both));
    }

    /// Ends the connection that holds the most buffered bytes.
    pub fn throw_out_biggest(&self) {
        let held = |connection: &&Arc<Connection<S>>| connection.held_bytes.load(Ordering::Relaxed);
        if let Some(biggest) = self.inside().connections.values().max_by_key(held) {
            biggest.end(Closed::Memory, Shutdown::Both);
        }
    }

    /// Whether the order to leave has been given.
    pub fn are_told_to_leave(&self) -> bool {
        self.inside().told_to_leave
    }

    /// Parks this thread until the last peer has left; whether that was before the deadline.
    pub fn wait_until_gone(&self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self
            .gone
            .wait_timeout_while(self.inside(), left, |inside| !inside.connections.is_empty());
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

impl<S> Peers<S> {
    fn inside(&self) -> MutexGuard<'_, Inside<S>> {
        // Every change under this lock is one call into the map: a thread that panicked left nothing half done.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: AsFd> Connection<S> {
    fn end(&self, why: Closed, how: Shutdown) {
        // The first reason counts.
        let _ = self.told.set(why);
        // It fails where the peer is gone already.
        let _ = shutdown(&self.socket, how);
    }
}

impl<S: AsFd> Peer<'_, S> {
    /// The connection itself, which outlives the peer's place.
    pub fn connection(&self) -> Arc<Connection<S>> {
        Arc::clone(&self.connection)
    }

    /// Its socket.
    pub fn socket(&self) -> &S {
        &self.connection.socket
    }

    /// Why somebody else ended this connection, if somebody did.
    pub fn told(&self) -> Option<Closed> {
        self.connection.told.get().copied()
    }

    /// Lets the others see how many bytes this connection holds.
    pub fn show_held(&self, bytes: usize) {
        self.connection.held_bytes.store(bytes, Ordering::Relaxed);
    }

    /// Ends the connection that holds the most buffered bytes, be it this one.
    pub fn throw_out_biggest(&self) {
        self.peers.throw_out_biggest();
    }
}

impl<S> Drop for Peer<'_, S> {
    fn drop(&mut self) {
        let mut inside = self.peers.inside();
        inside.connections.remove(&self.id);
        if inside.connections.is_empty() {
            self.peers.gone.notify_all();
        }
    }
}
