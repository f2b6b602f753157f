//! The connections of a server whose threads or tasks wait on their own. A thread that is parked in a system call can be reached only
//! through its socket; so can a task that waits for its socket.

use std::collections::HashMap;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use rustix::net::{Shutdown, shutdown};

use crate::{Closed, Permit, held_bytes};

/// All connections. It is locked when one comes or goes, never at a request.
#[derive(Debug)]
pub struct Registry<S> {
    state: Mutex<State<S>>,
    emptied: Condvar,
}

#[derive(Debug)]
struct State<S> {
    connections: HashMap<u64, Arc<Entry<S>>>,
    is_shutting_down: bool,
}

/// What other threads may do to a connection: read how much it holds, and shut it down.
#[derive(Debug)]
pub struct Entry<S> {
    /// The socket.
    pub socket: S,
    held_bytes: AtomicUsize,
    close_reason: OnceLock<Closed>,
}

/// A connection in the registry. Dropping this removes it.
#[derive(Debug)]
pub struct Registered<'a, S> {
    registry: &'a Registry<S>,
    id: u64,
    entry: Arc<Entry<S>>,
}

impl<S> Default for Registry<S> {
    fn default() -> Self {
        let state = State {
            connections: HashMap::new(),
            is_shutting_down: false,
        };
        Registry {
            state: Mutex::new(state),
            emptied: Condvar::new(),
        }
    }
}

impl<S: AsFd> Registry<S> {
    /// Adds a connection.
    pub fn register(&self, id: u64, socket: S) -> Registered<'_, S> {
        let entry = Arc::new(Entry {
            socket,
            held_bytes: AtomicUsize::new(0),
            close_reason: OnceLock::new(),
        });
        let mut state = self.lock();
        if state.is_shutting_down {
            entry.shut_down(Closed::Shutdown, Shutdown::Read);
        }
        state.connections.insert(id, Arc::clone(&entry));
        Registered {
            registry: self,
            id,
            entry,
        }
    }

    /// Ends every read: a read then returns the bytes that have arrived, and after them the end of the stream.
    pub fn shut_down_reads(&self) {
        let mut state = self.lock();
        state.is_shutting_down = true;
        state.shut_down(Shutdown::Read);
    }

    /// Ends every write too: a connection whose peer takes no replies waits no longer.
    pub fn shut_down(&self) {
        self.lock().shut_down(Shutdown::Both);
    }

    /// Closes the connection that holds the most buffered bytes.
    fn close_largest(&self) {
        let held = |entry: &&Arc<Entry<S>>| entry.held_bytes.load(Ordering::Relaxed);
        if let Some(largest) = self.lock().connections.values().max_by_key(held) {
            largest.shut_down(Closed::Memory, Shutdown::Both);
        }
    }

    /// Whether [`Registry::shut_down_reads`] has been called.
    pub fn is_shutting_down(&self) -> bool {
        self.lock().is_shutting_down
    }

    /// Parks this thread until the last connection is gone; `false` when the deadline came first.
    pub fn wait_until_empty(&self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self
            .emptied
            .wait_timeout_while(self.lock(), left, |state| !state.connections.is_empty());
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

impl<S> Registry<S> {
    fn lock(&self) -> MutexGuard<'_, State<S>> {
        // Every change under this lock is one call into the map: a thread that panicked left nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: AsFd> State<S> {
    fn shut_down(&self, how: Shutdown) {
        for entry in self.connections.values() {
            entry.shut_down(Closed::Shutdown, how);
        }
    }
}

impl<S: AsFd> Entry<S> {
    fn shut_down(&self, why: Closed, how: Shutdown) {
        // The first reason counts.
        let _ = self.close_reason.set(why);
        // It fails where the peer is gone already.
        let _ = shutdown(&self.socket, how);
    }
}

impl<S: AsFd> Registered<'_, S> {
    /// The entry, which outlives this registration.
    pub fn entry(&self) -> Arc<Entry<S>> {
        Arc::clone(&self.entry)
    }

    /// The connection's socket.
    pub fn socket(&self) -> &S {
        &self.entry.socket
    }

    /// Why another thread shut this connection down, if one did.
    pub fn close_reason(&self) -> Option<Closed> {
        self.entry.close_reason.get().copied()
    }

    /// Counts what this connection's buffers hold. When all buffers together exceed the bound of the process, this closes the
    /// connection that holds the most, possibly this one.
    #[inline]
    pub fn publish_held_bytes(&self, permit: &mut Permit<'_>, input: &Vec<u8>, replies: &Vec<u8>) {
        if permit.set_held_bytes(held_bytes(input) + held_bytes(replies)) {
            let held = permit.held_bytes();
            self.entry.held_bytes.store(held, Ordering::Relaxed);
            if permit.host.is_over_memory() {
                self.registry.close_largest();
            }
        }
    }
}

impl<S> Drop for Registered<'_, S> {
    fn drop(&mut self) {
        let mut state = self.registry.lock();
        state.connections.remove(&self.id);
        if state.connections.is_empty() {
            self.registry.emptied.notify_all();
        }
    }
}
