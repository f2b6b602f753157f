//! How a thread per connection waits: in the system call. The kernel parks the thread until its peer sends something.
//!
//! ```text
//!  main thread      accept ──▶ spawn ──▶ accept ──▶ …
//!  thread of peer 1            read ─▶ Session::receive ─▶ write ─▶ read …      parked in read or write
//!  thread of peer 2                    read ─▶ Session::receive ─▶ write …
//!  signal thread    parked until SIGTERM; then it wakes the others
//! ```
//!
//! The state of a connection is three locals on a stack (`connection.rs`). Nothing here decides who runs next: the
//! scheduler does. Hence `Sync` in the signature of [`serve`]: two threads may be inside the same counter at once, and the
//! compiler refuses a plain one:
//!
//! ```compile_fail,E0277
//! # fn host() -> hosting::Host { unimplemented!() }
//! server_threaded::serve::<service::counter::Plain>(&host());
//! ```
//!
//! A racy one compiles, although it is wrong:
//!
//! ```no_run
//! # fn host() -> hosting::Host { unimplemented!() }
//! server_threaded::serve::<service::counter::Racy>(&host());
//! ```

mod connection;

use std::io;
use std::net::TcpStream;
use std::thread::{self, Builder, Scope};
use std::time::Instant;

use hosting::{AcceptError, Acceptor, Counters, Host, Refused, Registry};
use service::keyspace::Shared;
use service::{Counter, Keyspace, Service};

use connection::serve_connection;

/// A connection needs little stack: its buffers are on the heap. Ten thousand times the default of 2 MiB would waste address space.
const STACK_BYTES: usize = 256 << 10;

/// Serves until the host is told to stop; returns the counters after the last connection is closed.
///
/// # Errors
/// When the listener fails for good.
pub fn serve<C: Counter + Sync>(host: &Host) -> io::Result<Counters> {
    let service = host.service(Shared::<C>::bounded(host.limits.max_counters));
    let registry = Registry::default();
    thread::scope(|scope| {
        scope.spawn(|| stop_on_signal(host, &registry));
        let accepted = accept_peers(host, &service, &registry, scope);
        host.signals.raise();
        accepted
    })?;
    Ok(service.keyspace.list())
}

/// Starts a thread for each connection, until the listener is shut down.
fn accept_peers<'scope, 'env, K: Keyspace + Sync>(
    host: &'env Host,
    service: &'scope Service<'env, K>,
    registry: &'scope Registry<TcpStream>,
    scope: &'scope Scope<'scope, 'env>,
) -> io::Result<()> {
    let mut acceptor = Acceptor::new(host);
    loop {
        // Parks this thread until a peer connects.
        let socket = match host.listener.accept() {
            Ok((socket, _)) => socket,
            Err(error) => match acceptor.classify(&error) {
                AcceptError::NonePending | AcceptError::Transient => continue,
                AcceptError::BackOff(wait) => {
                    thread::sleep(wait);
                    continue;
                }
                AcceptError::ListenerClosed if registry.is_shutting_down() => return Ok(()),
                AcceptError::ListenerClosed => return Err(error),
            },
        };
        let Some(permit) = acceptor.admit(&socket) else {
            continue;
        };
        let peer = registry.register(permit.id, socket);
        let entry = peer.entry();
        let thread = Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, move || {
                serve_connection(service, &host.limits, &peer, permit);
            });
        if thread.is_err() {
            // The closure is dropped, and with it the permit and the registration.
            host.refuse(&entry.socket, Refused::NoThread);
        }
    }
}

/// Waits for the signal to stop, then wakes every thread: no call that parks one returns by itself.
fn stop_on_signal(host: &Host, registry: &Registry<TcpStream>) {
    // Parks this thread until the signal comes. If this read fails, stop too: otherwise no signal could stop the server.
    let _ = host.signals.wait();
    let deadline = Instant::now() + host.limits.shutdown_timeout;
    registry.shut_down_reads();
    host.stop_listening();
    if !registry.wait_until_empty(deadline) {
        registry.shut_down();
    }
}
