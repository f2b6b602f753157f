//! The listening socket: where, how deep its queue is, and what every accepted connection inherits from it.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

/// Connections the kernel holds ready between two accepts. std and mio hard-code 128, at which a storm of connects
/// meets dropped handshakes and waits a second for each repeat.
const BACKLOG: u32 = 4096;

/// A peer whose host has vanished is found out after this long without a word.
const KEEPALIVE: Duration = Duration::from_secs(300);

/// Bytes that a vanished host does not acknowledge end its connection after this long.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Listens on `address`, and nowhere else.
///
/// # Errors
/// One line that names the address and the flag to change.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    warn_if_the_kernel_lowers_the_backlog();
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
    // On Linux an accepted socket inherits these from its listener: four system calls less for every connection.
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
            "the kernel lowers the backlog of {BACKLOG} to {most}; raise net.core.somaxconn before a storm of connects"
        );
    }
}
