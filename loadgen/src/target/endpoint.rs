//! A server's resolved address, and a socket that is connected to it.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use results::FailureReason;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream, UnixStream};
use tokio::time::timeout;

use crate::protocol::exchange::ConnectionError;

/// A resolved address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// TCP over IPv4 or IPv6.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl Endpoint {
    /// Whether the server must run on this machine.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().is_loopback(),
            Self::Unix(_) => true,
        }
    }

    /// Makes connection number `number` of the run, within `limit`.
    pub(crate) async fn connect(
        &self,
        number: u32,
        limit: Duration,
    ) -> Result<Socket, ConnectionError> {
        let connect = async {
            match self {
                Self::Tcp(address) => connect_tcp(*address, number).await.map(Socket::Tcp),
                Self::Unix(path) => UnixStream::connect(path).await.map(Socket::Unix),
            }
        };
        match timeout(limit, connect).await {
            Ok(outcome) => outcome.map_err(|error| cannot_connect(self, &error)),
            Err(_) => Err(ConnectionError {
                reason: FailureReason::TimedOut,
                text: format!(
                    "cannot connect to {self}: nothing answered within {limit:?} (--timeout)"
                ),
            }),
        }
    }
}

/// Connections per source address: fewer than Linux's default ephemeral ports (28,232), which distinguish them.
const PER_SOURCE: u32 = 20_000;

/// Further source addresses to try if one has no free port: its range may be small, or in use by others.
const MORE_SOURCES: u32 = 100;

/// The source address is another one, and the server accepts the connection.
fn sources(target: IpAddr, number: u32) -> impl Iterator<Item = Option<Ipv4Addr>> {
    let beyond = match target.is_ipv4() && target.is_loopback() {
        true => number / PER_SOURCE..number / PER_SOURCE + 1 + MORE_SOURCES,
        false => 0..1,
    };
    beyond.map(|beyond| {
        (beyond > 0).then(|| Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + beyond))
    })
}

async fn connect_tcp(address: SocketAddr, number: u32) -> io::Result<TcpStream> {
    let mut failure = io::ErrorKind::AddrNotAvailable.into();
    for source in sources(address.ip(), number) {
        let outcome = connect_from(source, address).await;
        // No port is left: connect(2) says the first, bind(2) the second.
        match outcome.as_ref().map_err(io::Error::kind) {
            Err(io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse) => {
                failure = outcome.err().unwrap_or(failure);
            }
            _ => return outcome,
        }
    }
    Err(failure)
}

async fn connect_from(source: Option<Ipv4Addr>, address: SocketAddr) -> io::Result<TcpStream> {
    let socket = match source {
        None => TcpStream::connect(address).await?,
        Some(source) => {
            let socket = TcpSocket::new_v4()?;
            socket.bind((source, 0).into())?;
            socket.connect(address).await?
        }
    };
    // A request must leave when it is written, not when the reply to the one before has been acknowledged.
    socket.set_nodelay(true)?;
    Ok(socket)
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// The error of a connection that could not be made, with the remedy where the kernel's error tells it.
pub(super) fn cannot_connect(to: &Endpoint, error: &io::Error) -> ConnectionError {
    let (reason, remedy) = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            (FailureReason::ConnectRefused, "; is the server running?")
        }
        io::ErrorKind::NotFound => (FailureReason::ConnectRefused, "; there is no such socket"),
        io::ErrorKind::AddrNotAvailable => (
            FailureReason::ConnectFailed,
            "; every local port to that address is taken, lower -c",
        ),
        _ if error.raw_os_error() == Some(nix::errno::Errno::EMFILE as i32) => (
            FailureReason::ConnectFailed,
            "; raise the limit with 'ulimit -n', or lower -c",
        ),
        _ => (FailureReason::ConnectFailed, ""),
    };
    ConnectionError {
        reason,
        text: format!("cannot connect to {to}: {error}{remedy}"),
    }
}

/// A connected socket of either kind.
#[derive(Debug)]
pub(crate) enum Socket {
    /// TCP.
    Tcp(TcpStream),
    /// Unix.
    Unix(UnixStream),
}

impl AsyncRead for Socket {
    #[inline]
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        free: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_read(cx, free),
            Self::Unix(socket) => Pin::new(socket).poll_read(cx, free),
        }
    }
}

impl AsyncWrite for Socket {
    #[inline]
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_write(cx, bytes),
            Self::Unix(socket) => Pin::new(socket).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Neither kind holds anything back.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_shutdown(cx),
            Self::Unix(socket) => Pin::new(socket).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_connections_than_ports_use_more_addresses() {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let first = |number| sources(loopback, number).next().unwrap();
        assert_eq!(first(19_999), None);
        assert_eq!(first(20_000), Some(Ipv4Addr::new(127, 0, 0, 2)));
        assert_eq!(first(999_999), Some(Ipv4Addr::new(127, 0, 0, 50)));
        let others: Vec<_> = sources(loopback, 0).skip(1).take(2).flatten().collect();
        assert_eq!(others, [[127, 0, 0, 2].into(), Ipv4Addr::new(127, 0, 0, 3)]);
        let elsewhere: Vec<_> = sources([192, 0, 2, 1].into(), 50_000).collect();
        assert_eq!(elsewhere, [None]);
    }

    /// The address really is another, and the server really is reached.
    #[test]
    fn a_connection_comes_from_the_address_it_was_given() {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let endpoint = Endpoint::Tcp(listener.local_addr().unwrap());
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        let connecting = endpoint.connect(40_000, Duration::from_secs(60));
        let _socket = runtime.block_on(connecting).unwrap();
        let (_, from) = listener.accept().unwrap();
        assert_eq!(from.ip(), IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3)));
    }
}
