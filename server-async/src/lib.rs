//! How tasks wait: each is written as a thread would be, and all of them are parked together in one poll, as a reactor is.
//!
//! ```text
//!  root          accept ──▶ spawn ──▶ accept ──▶ …                 until SIGTERM
//!  task 1                   read ─▶ Session::receive ─▶ write ─▶ read …      yields in read or write
//!  task 2                           read ─▶ Session::receive ─▶ write …
//!  the runtime   parks its threads in one epoll, and wakes the tasks whose sockets are ready
//! ```
//!
//! The state of a connection is what lives across an `.await` (`connection.rs`): the compiler makes the struct of it that the
//! reactor writes by hand. With `--runtime multi` tasks run on several threads at once; with `current` there is one thread. The
//! types are the same, so the compiler asks for `Sync` in both cases and refuses a plain counter, even where one thread runs:
//!
//! ```compile_fail,E0277
//! # fn host() -> &'static hosting::Host { unimplemented!() }
//! server_async::serve::<service::counter::Plain>(host());
//! ```
//!
//! No type can refuse a task that yields in the middle of an increment. This compiles, and loses updates on one thread:
//!
//! ```no_run
//! # fn host() -> &'static hosting::Host { unimplemented!() }
//! server_async::serve::<service::counter::Yielding>(host());
//! ```

mod connection;

use std::convert::Infallible;
use std::io;

use hosting::{AcceptError, Acceptor, Counters, Host, Registry, Runtime};
use service::keyspace::Shared;
use service::{Counter, Keyspace, Service};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::runtime::{self, Builder};
use tokio::sync::mpsc;
use tokio::task::{spawn, yield_now};
use tokio::time::{Instant, sleep, timeout_at};

use connection::serve_connection;

/// Connections accepted in a row; then those that are open have their turn.
const ACCEPTS: usize = 64;

/// What all tasks share. A task may outlive the function that spawned it, so what it borrows has to live for ever.
#[derive(Debug)]
struct Server<K: 'static> {
    host: &'static Host,
    service: Service<'static, K>,
    registry: Registry<TcpStream>,
}

/// Serves until the host is told to stop; returns the counters after the last connection is closed.
///
/// # Errors
/// When the runtime cannot be started, or when the listener fails for good.
pub fn serve<C: Counter + Sync>(host: &'static Host) -> io::Result<Counters> {
    let server: &'static _ = Box::leak(Box::new(Server {
        host,
        service: host.service(Shared::<C>::bounded(host.limits.max_counters)),
        registry: Registry::default(),
    }));
    let runtime = runtime(host)?;
    let served = runtime.block_on(run(server));
    // A task that has not ended by now is dropped where it waits.
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

/// Accepts connections until the signal to stop comes, then waits until they are closed.
async fn run<K: Keyspace + Send + Sync>(server: &'static Server<K>) -> io::Result<()> {
    // Nothing is ever sent: the channel closes when the last task has dropped its sender.
    let (alive, mut all_ended) = mpsc::channel(1);
    let accepted = tokio::select! {
        accepted = accept_peers(server, &alive) => accepted,
        signalled = wait_for_signal(server.host) => signalled,
    };
    let deadline = Instant::now() + server.host.limits.shutdown_timeout;
    server.registry.shut_down_reads();
    server.host.stop_listening();
    drop(alive);
    // After the deadline the server stops anyway.
    let _ = timeout_at(deadline, all_ended.recv()).await;
    accepted
}

async fn wait_for_signal(host: &Host) -> io::Result<()> {
    let arrival = host.signals.arrival.try_clone()?;
    arrival.set_nonblocking(true)?;
    // Yields this task until the signal comes.
    UnixStream::from_std(arrival)?.readable().await
}

/// Starts a task for each connection.
async fn accept_peers<K: Keyspace + Send + Sync>(
    server: &'static Server<K>,
    alive: &mpsc::Sender<Infallible>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(server.host.pollable_listener()?)?;
    let mut acceptor = Acceptor::new(server.host);
    for accepts in 1_usize.. {
        if accepts.is_multiple_of(ACCEPTS) {
            yield_now().await;
        }
        // Yields this task until a peer connects.
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => match acceptor.classify(&error) {
                AcceptError::NonePending | AcceptError::Transient => continue,
                AcceptError::BackOff(wait) => {
                    sleep(wait).await;
                    continue;
                }
                AcceptError::ListenerClosed => return Err(error),
            },
        };
        let Some(permit) = acceptor.admit(&socket) else {
            continue;
        };
        let peer = server.registry.register(permit.id, socket);
        let (service, limits) = (&server.service, &server.host.limits);
        let alive = alive.clone();
        spawn(serve_connection(service, limits, peer, permit, alive));
    }
    Ok(())
}
