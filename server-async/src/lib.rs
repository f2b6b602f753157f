//! How tasks wait: each writes its conversation down as a thread would, and all together are parked in one poll, as a reactor is.
//!
//! ```text
//!  root          accept ──▶ spawn ──▶ accept ──▶ …                 until SIGTERM
//!  task 1                   read ─▶ Session::receive ─▶ write ─▶ read …      yields in read or write
//!  task 2                           read ─▶ Session::receive ─▶ write …
//!  the runtime   parks its threads in one epoll, and wakes the tasks whose sockets are ready
//! ```
//!
//! The state of a conversation is what lives across an `.await` (`conversation.rs`): the compiler makes the struct of it that the
//! reactor writes by hand. With `--runtime multi` a task runs on any thread, two at once; with `current` there is one. The type is
//! the same, so the compiler asks for the same: `Sync`, and a plain counter is refused, although one thread would not need to be told:
//!
//! ```compile_fail,E0277
//! # fn host() -> &'static hosting::Host { unimplemented!() }
//! server_async::serve::<service::counter::Plain>(host());
//! ```
//!
//! What no type can refuse is the baton passed on in the middle of an increment. This compiles, and loses updates on one thread:
//!
//! ```no_run
//! # fn host() -> &'static hosting::Host { unimplemented!() }
//! server_async::serve::<service::counter::Yielding>(host());
//! ```

mod conversation;

use std::convert::Infallible;
use std::io;

use hosting::{Acceptor, Counters, Host, Peers, Runtime, Trouble};
use service::keyspace::Shared;
use service::{Counter, Keyspace, Service};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::runtime::{self, Builder};
use tokio::sync::mpsc;
use tokio::task::{spawn, yield_now};
use tokio::time::{Instant, sleep, timeout_at};

use conversation::converse;

/// Connections accepted at once; then those that are there have their turn.
const ACCEPTS: usize = 64;

/// What all tasks share. A task may outlive whoever spawned it, so what it borrows has to live for ever.
#[derive(Debug)]
struct Server<K: 'static> {
    host: &'static Host,
    service: Service<'static, K>,
    peers: Peers<TcpStream>,
}

/// Serves until the host is told to stop; returns the counters as the last peer left them.
///
/// # Errors
/// When the runtime cannot be started, or the listener fails for good.
pub fn serve<C: Counter + Sync>(host: &'static Host) -> io::Result<Counters> {
    let server: &'static _ = Box::leak(Box::new(Server {
        host,
        service: host.service(Shared::<C>::holding(host.limits.service.counters)),
        peers: Peers::default(),
    }));
    let runtime = runtime(host)?;
    let served = runtime.block_on(serve_peers(server));
    // Whoever has not left by now is dropped where it waits.
    drop(runtime);
    served?;
    Ok(server.service.keyspace.list())
}

fn runtime(host: &Host) -> io::Result<runtime::Runtime> {
    let mut builder = match host.runtime {
        Some(Runtime::Current) => Builder::new_current_thread(),
        Some(Runtime::Multi) | None => Builder::new_multi_thread(),
    };
    builder.enable_io().enable_time().build()
}

/// Lets peers in until the order to stop comes, then waits until they are gone.
async fn serve_peers<K: Keyspace + Send + Sync>(server: &'static Server<K>) -> io::Result<()> {
    // Nothing is ever sent: the channel ends when the last task has dropped its end of it.
    let (inside, mut all_gone) = mpsc::channel(1);
    let accepted = tokio::select! {
        accepted = accept_peers(server, &inside) => accepted,
        ordered = order_to_stop(server.host) => ordered,
    };
    let deadline = Instant::now() + server.host.limits.shutdown;
    server.peers.tell_to_leave();
    server.host.stop_listening();
    drop(inside);
    // Late or not, this is the end.
    let _ = timeout_at(deadline, all_gone.recv()).await;
    accepted
}

async fn order_to_stop(host: &Host) -> io::Result<()> {
    let arrival = host.signals.arrival.try_clone()?;
    arrival.set_nonblocking(true)?;
    // Yields this task until the order comes.
    UnixStream::from_std(arrival)?.readable().await
}

/// Gives every peer a task of its own.
async fn accept_peers<K: Keyspace + Send + Sync>(
    server: &'static Server<K>,
    inside: &mpsc::Sender<Infallible>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(server.host.pollable_listener()?)?;
    let mut acceptor = Acceptor::new(server.host);
    for accepts in 1_usize.. {
        if accepts.is_multiple_of(ACCEPTS) {
            yield_now().await;
        }
        // Yields this task until somebody connects.
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => match acceptor.trouble(&error) {
                Trouble::NothingThere | Trouble::GoOn => continue,
                Trouble::BackOff(wait) => {
                    sleep(wait).await;
                    continue;
                }
                Trouble::Stop => return Err(error),
            },
        };
        let Some(seat) = acceptor.admit(&socket) else {
            continue;
        };
        let peer = server.peers.enter(seat.id, socket);
        spawn(converse(server, peer, seat, inside.clone()));
    }
    Ok(())
}
