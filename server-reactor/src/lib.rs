//! How a reactor waits: in one place, for all its connections at once.
//!
//! ```text
//!                ┌──────────────────────────────────────────────────────────────┐
//!                ▼                                                              │
//!  Poll::poll ─ parked until some socket is ready                               │
//!     ├─ listener ready      accept ─▶ a new Connection                         │
//!     ├─ connection 1 ready  read ─▶ Session::receive ─▶ write ─┐               │
//!     ├─ connection 2 ready  read ─▶ Session::receive ─▶ write ─┴─ would block? │
//!     └─ run queue           connections that used up their turn    returns to the loop
//! ```
//!
//! The state of a connection is a struct in a slab (`connection.rs`), because there is no stack to keep it on: every call
//! returns to the loop. In exchange no two requests are ever executed at once, so the counters need no synchronisation,
//! and [`serve`] does not ask for `Sync`:
//!
//! ```no_run
//! # fn host() -> hosting::Host { unimplemented!() }
//! server_reactor::serve::<service::counter::Plain>(&host());
//! ```

mod connection;
mod reactor;

use std::io;

use hosting::{Counters, Host};
use service::keyspace::Local;
use service::{Counter, Keyspace};

use reactor::Reactor;

/// Serves until the host is told to stop; returns the counters after the last connection is closed.
///
/// # Errors
/// When the listener or the poll fails for good.
pub fn serve<C: Counter>(host: &Host) -> io::Result<Counters> {
    let service = host.service(Local::<C>::bounded(host.limits.max_counters));
    Reactor::new(host, &service)?.run()?;
    Ok(service.keyspace.list())
}
