//! The listening socket: its address, its backlog, and the options that every accepted connection inherits.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

/// Connections that the kernel queues between two accepts. std and mio hard-code 128: with that, a storm of connects loses handshakes,
/// and each is repeated only after a second.
const BACKLOG: u32 = 4096;

/// After this long without a byte, the kernel probes whether the peer's host is still there.
const KEEPALIVE: Duration = Duration::from_secs(300);

/// A connection whose bytes stay unacknowledged for this long is closed: the peer's host is gone.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Listens on `address`, and nowhere else.
///
/// # Errors
/// One line that names the address and the flag to use.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    warn_if_the_kernel_lowers_the_backlog();
    if address.ip().is_multicast() {
        let why = format!(
            "{} is a multicast address: nobody can connect to it; choose another with --bind",
            address.ip()
        );
        return Err(io::Error::other(why));
    }
    try_listen(address).map_err(|error| {
        let remedy = match error.kind() {
            io::ErrorKind::AddrInUse => "choose another with --port, or any free one with --port 0",
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 are privileged, choose a higher one with --port"
            }
            io::ErrorKind::AddrNotAvailable => {
                "no interface of this machine has that address, choose another with --bind"
            }
            _ => "see --bind and --port",
        };
        io::Error::new(
            error.kind(),
            format!("cannot listen on {address}: {error}: {remedy}"),
        )
    })
}

fn try_listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    // On Linux an accepted socket inherits these from its listener: four system calls fewer for every connection.
    socket.set_tcp_nodelay(true)?;
    socket.set_keepalive(true)?;
    SockRef::from(&socket).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE))?;
    socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG.cast_signed())?;
    Ok(socket.into())
}

fn warn_if_the_kernel_lowers_the_backlog() {
    let text = fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
    if let Ok(most) = text.trim().parse::<u32>()
        && most < BACKLOG
    {
        eprintln!(
            "warning: the kernel limits the backlog to {most} connections instead of {BACKLOG}; to open thousands of connections at once, \
             raise net.core.somaxconn"
        );
    }
}
