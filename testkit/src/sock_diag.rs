//! `sock_diag(7)`: asks the kernel about the server's end of a connection, so that a test can wait for a read it cannot see.
//!
//! A request that is cut in two only tests the parser when the server reads the pieces apart. Two
//! writes in a row are no proof: the kernel may hand both to one `read`. The acknowledgement is none
//! either, for the kernel sends it, not the program. But this machine holds the server's end of the
//! connection too, and the kernel tells anyone who asks how long its receive queue is.

use std::io;
use std::net::{SocketAddr, SocketAddrV4, TcpStream};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, netlink, recv, send, socket};

use crate::until::comes_true_at_once;

/// `SOCK_DIAG_BY_FAMILY` of `linux/sock_diag.h`: the one message type of this netlink protocol.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST` of `linux/netlink.h`.
const NLM_F_REQUEST: u16 = 1;
/// `AF_INET` and `IPPROTO_TCP`, as one byte each.
const AF_INET: u8 = 2;
const IPPROTO_TCP: u8 = 6;
/// `TCP_LISTEN` of `net/tcp_states.h`.
const LISTEN: u8 = 10;
/// `struct nlmsghdr`, which stands before every request and every answer.
const HEADER_BYTES: usize = 16;
/// What follows the first four bytes of `struct inet_diag_msg` and the identity of the socket: five numbers.
const NUMBERS_OFFSET: usize = HEADER_BYTES + 4 + 48;

/// What the kernel knows of a socket (`struct inet_diag_msg`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    state: u8,
    /// Which timer runs: 2 is that of keepalive.
    pub timer: u8,
    /// When it expires, in milliseconds from now.
    pub timer_ms: u32,
    /// Bytes that have come and are not read; of a listener, connections that are not accepted.
    pub unread: u32,
    /// Bytes that are not sent or not acknowledged; of a listener, how many connections may wait.
    pub unsent: u32,
}

/// Waits until the server has read every byte that `stream` has sent, or is gone.
///
/// # Panics
/// When the server leaves bytes unread for twenty seconds.
pub fn wait_until_read(stream: &TcpStream) {
    let is_read = || server_end(stream).is_none_or(|record| record.unread == 0);
    assert!(
        comes_true_at_once(is_read),
        "the server does not read: {:?}",
        server_end(stream)
    );
}

/// The server's end of `stream`; `None` when it is closed.
pub fn server_end(stream: &TcpStream) -> Option<Record> {
    // After a reset there is no client any more.
    let server = stream.peer_addr().ok()?;
    let us = stream.local_addr().unwrap();
    // Where no connection has these addresses, the kernel answers with the socket that would accept one.
    record(server, us).filter(|record| record.state != LISTEN)
}

/// The socket that accepts connections at this address.
pub fn listener(server: SocketAddr) -> Option<Record> {
    record(server, SocketAddr::from(([0, 0, 0, 0], 0)))
}

fn record(local: SocketAddr, remote: SocketAddr) -> Option<Record> {
    let (SocketAddr::V4(local), SocketAddr::V4(remote)) = (local, remote) else {
        panic!("the suite speaks IPv4 only");
    };
    let answer = ask(&request(local, remote)).expect("the kernel answers sock_diag requests");
    // An error message is shorter than a record: there is no such socket.
    let number = |index: usize| {
        let at = NUMBERS_OFFSET + 4 * index;
        Some(u32::from_ne_bytes(answer.get(at..at + 4)?.try_into().ok()?))
    };
    Some(Record {
        state: *answer.get(HEADER_BYTES + 1)?,
        timer: *answer.get(HEADER_BYTES + 2)?,
        timer_ms: number(0)?,
        unread: number(1)?,
        unsent: number(2)?,
    })
}

/// `struct inet_diag_req_v2`: any state, these addresses, any interface, no cookie.
fn request(local: SocketAddrV4, remote: SocketAddrV4) -> Vec<u8> {
    let mut request = vec![AF_INET, IPPROTO_TCP, 0, 0];
    request.extend(u32::MAX.to_ne_bytes());
    request.extend(local.port().to_be_bytes());
    request.extend(remote.port().to_be_bytes());
    for address in [local.ip(), remote.ip()] {
        request.extend(address.octets());
        request.extend([0; 12]); // the field is as wide as IPv6 needs
    }
    request.extend([0; 4]);
    request.extend([0xff; 8]);
    request
}

/// One request and its answer, each behind a `struct nlmsghdr`: length, type, flags, sequence number, sender.
fn ask(request: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(HEADER_BYTES + request.len()).expect("a request is 72 bytes");
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    message.extend(NLM_F_REQUEST.to_ne_bytes());
    message.extend([0; 8]);
    message.extend(request);

    let kernel = socket(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        Some(netlink::SOCK_DIAG),
    )?;
    send(&kernel, &message, SendFlags::empty())?;
    let mut answer = vec![0; 512];
    let (answer_bytes, _) = recv(&kernel, &mut answer[..], RecvFlags::empty())?;
    answer.truncate(answer_bytes);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    #[test]
    fn bytes_are_unread_until_they_are_read() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let unread = |client: &TcpStream| server_end(client).map(|record| record.unread);
        assert_eq!(unread(&client), Some(0));

        client.write_all(b"thirteen byte").unwrap();
        server.peek(&mut [0]).unwrap(); // returns when the bytes have arrived, and takes none
        assert_eq!(unread(&client), Some(13));

        server.read_exact(&mut [0; 13]).unwrap();
        assert_eq!(unread(&client), Some(0));

        client.write_all(b"unread").unwrap();
        server.peek(&mut [0]).unwrap();
        drop(server); // with bytes unread: a reset, and nothing lingers
        assert_eq!(unread(&client), None);
    }
}
