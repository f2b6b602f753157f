//! How a thread per connection waits: in the system call, parked by the kernel until its peer has something to say.
//!
//! ```text
//!  main thread      accept ──▶ spawn ──▶ accept ──▶ …
//!  thread of peer 1            read ─▶ Session::receive ─▶ write ─▶ read …      parked in read or write
//!  thread of peer 2                    read ─▶ Session::receive ─▶ write …
//!  signal thread    parked until SIGTERM; then it wakes the others
//! ```
//!
//! The state of a conversation is three locals on a stack (`conversation.rs`). Nothing here decides who runs next: the
//! scheduler does. Hence `Sync` in the signature of [`serve`]: two threads may be inside the same counter at once, and a
//! plain one is refused by the compiler:
//!
//! ```compile_fail,E0277
//! # fn host() -> hosting::Host { unimplemented!() }
//! server_threaded::serve::<service::counter::Plain>(&host());
//! ```
//!
//! while a racy one, wrong as it is, compiles:
//!
//! ```no_run
//! # fn host() -> hosting::Host { unimplemented!() }
//! server_threaded::serve::<service::counter::Racy>(&host());
//! ```

mod conversation;

use std::io;
use std::net::TcpStream;
use std::thread::{self, Builder, Scope};
use std::time::Instant;

use hosting::{Acceptor, Counters, Host, Peers, Refused, Trouble};
use service::keyspace::Shared;
use service::{Counter, Keyspace, Service};

use conversation::converse;

/// A conversation needs little: the buffers are on the heap. The default of 2 MiB times ten thousand would be address space for nothing.
const STACK_BYTES: usize = 256 << 10;

/// Serves until the host is told to stop; returns the counters as the last peer left them.
///
/// # Errors
/// When the listener fails for good.
pub fn serve<C: Counter + Sync>(host: &Host) -> io::Result<Counters> {
    let service = host.service(Shared::<C>::holding(host.limits.service.counters));
    let peers = Peers::default();
    thread::scope(|scope| {
        scope.spawn(|| end_on_signal(host, &peers));
        let accepted = accept_peers(host, &service, &peers, scope);
        host.signals.raise();
        accepted
    })?;
    Ok(service.keyspace.list())
}

/// Gives every peer a thread of its own, until the listener is shut down.
fn accept_peers<'scope, 'env, K: Keyspace + Sync>(
    host: &'env Host,
    service: &'scope Service<'env, K>,
    peers: &'scope Peers<TcpStream>,
    scope: &'scope Scope<'scope, 'env>,
) -> io::Result<()> {
    let mut acceptor = Acceptor::new(host);
    loop {
        // Parks this thread until somebody connects.
        let socket = match host.listener.accept() {
            Ok((socket, _)) => socket,
            Err(error) => match acceptor.trouble(&error) {
                Trouble::NothingThere | Trouble::GoOn => continue,
                Trouble::BackOff(wait) => {
                    thread::sleep(wait);
                    continue;
                }
                Trouble::Stop if peers.are_told_to_leave() => return Ok(()),
                Trouble::Stop => return Err(error),
            },
        };
        let Some(seat) = acceptor.admit(&socket) else {
            continue;
        };
        let peer = peers.enter(seat.id, socket);
        let connection = peer.connection();
        let thread = Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, move || converse(service, host, &peer, seat));
        if thread.is_err() {
            // The closure is gone, and with it the seat and the peer's place among the others.
            host.refuse(&connection.socket, Refused::NoThread);
        }
    }
}

/// Waits for the order to stop, then wakes every thread: no call that parks one ends by itself.
fn end_on_signal(host: &Host, peers: &Peers<TcpStream>) {
    // Parks this thread until the order comes. An error of the pipe is an order too: better to stop than never to be able to.
    let _ = host.signals.wait();
    let deadline = Instant::now() + host.limits.shutdown;
    peers.tell_to_leave();
    host.stop_listening();
    if !peers.wait_until_gone(deadline) {
        peers.throw_out();
    }
}
