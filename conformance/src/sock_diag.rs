//! `sock_diag(7)`: asks the kernel how many bytes lie unread at the server, so that a test can wait for a read it cannot see.
//!
//! A request that is cut in two only tests the parser when the server reads the pieces apart. Two writes in a row are
//! no proof: the kernel may hand both to one `read`. The acknowledgement is none either, for the kernel sends it, not the
//! program. But this machine holds the server's end of the connection too, and the kernel tells anyone who asks how
//! long its receive queue is.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, netlink, recv, send, socket};

/// How long a server may leave a byte unread before the test calls it hung.
const READ_DEADLINE: Duration = Duration::from_secs(10);

/// `SOCK_DIAG_BY_FAMILY` of `linux/sock_diag.h`: the one message type of this netlink protocol.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST` of `linux/netlink.h`.
const NLM_F_REQUEST: u16 = 1;
/// `AF_INET` and `IPPROTO_TCP`, as one byte each.
const AF_INET: u8 = 2;
const IPPROTO_TCP: u8 = 6;
/// `struct nlmsghdr`, which stands before every request and every answer.
const HEADER_BYTES: usize = 16;
/// Where `idiag_rqueue` lies in `struct inet_diag_msg`: behind four bytes, the 48 of the identity and one timer.
const UNREAD_OFFSET: usize = HEADER_BYTES + 4 + 48 + 4;

/// Waits until the server has read every byte that `stream` has sent, or is gone.
///
/// # Panics
/// When the server leaves bytes unread for ten seconds, or the kernel has no `inet_diag`.
pub fn wait_until_read(stream: &TcpStream) {
    let give_up = Instant::now() + READ_DEADLINE;
    while let Some(1..) = unread_by_server(stream).expect("the kernel answers sock_diag requests") {
        assert!(
            Instant::now() < give_up,
            "the server left bytes unread for {READ_DEADLINE:?}"
        );
        // The server needs a core to read, and this machine may have only this one.
        std::thread::yield_now();
    }
}

/// The bytes in the receive queue of the server's end of `stream`; `None` when that end is closed.
///
/// # Errors
/// What the netlink socket reports; an address that is not IPv4.
pub fn unread_by_server(stream: &TcpStream) -> io::Result<Option<u32>> {
    let server = match stream.peer_addr() {
        Err(error) if error.kind() == io::ErrorKind::NotConnected => return Ok(None), // it was reset
        address => address?,
    };
    // The record is that of the other end: the server's address is the local one there.
    let (SocketAddr::V4(server), SocketAddr::V4(us)) = (server, stream.local_addr()?) else {
        return Err(io::Error::other("the suite speaks IPv4 only"));
    };

    let mut request = vec![AF_INET, IPPROTO_TCP, 0, 0];
    request.extend(u32::MAX.to_ne_bytes()); // any state
    request.extend(server.port().to_be_bytes());
    request.extend(us.port().to_be_bytes());
    for address in [server.ip(), us.ip()] {
        request.extend(as_wide_as_ipv6(*address));
    }
    request.extend([0; 4]); // any interface
    request.extend([0xff; 8]); // INET_DIAG_NOCOOKIE: whichever socket has these addresses

    let netlink = socket(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        Some(netlink::SOCK_DIAG),
    )?;
    send(&netlink, &with_header(&request), SendFlags::empty())?;
    let mut answer = [0; 512];
    let (answer_bytes, _) = recv(&netlink, &mut answer[..], RecvFlags::empty())?;

    // An error message is shorter than a socket's record: this connection has no server end any more.
    let answer = &answer[..answer_bytes];
    Ok(answer
        .get(UNREAD_OFFSET..UNREAD_OFFSET + 4)
        .and_then(|unread| unread.try_into().ok())
        .map(u32::from_ne_bytes))
}

/// An address field is as wide as IPv6 needs.
fn as_wide_as_ipv6(address: Ipv4Addr) -> [u8; 16] {
    let mut field = [0; 16];
    field[..4].copy_from_slice(&address.octets());
    field
}

/// `struct nlmsghdr`: length, type, flags, sequence number, sender.
fn with_header(request: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER_BYTES + request.len()).expect("a request is 72 bytes");
    let mut message = Vec::with_capacity(HEADER_BYTES + request.len());
    message.extend(length.to_ne_bytes());
    message.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    message.extend(NLM_F_REQUEST.to_ne_bytes());
    message.extend([0; 8]);
    message.extend(request);
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    #[test]
    fn unread_bytes_are_counted_until_they_are_read() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        assert_eq!(unread_by_server(&client).unwrap(), Some(0));

        client.write_all(b"seventy-seven").unwrap();
        server.peek(&mut [0]).unwrap(); // returns when the bytes have arrived, and takes none
        assert_eq!(unread_by_server(&client).unwrap(), Some(13));

        server.read_exact(&mut [0; 13]).unwrap();
        assert_eq!(unread_by_server(&client).unwrap(), Some(0));
    }
}
