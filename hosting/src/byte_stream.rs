//! Bytes in and out of a socket: the same system calls in every model, blocking or not.

use std::io;
use std::os::fd::AsFd;

use rustix::buffer::spare_capacity;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags, Shutdown, recv, send, shutdown};

/// The most that a turn reads from one peer, and so the size of an input buffer. Then the next connection has its turn.
pub const READ_BYTES: usize = 64 << 10;

/// An input buffer with less room than this grows before the read: fewer bytes are not worth a system call.
const MIN_ROOM_BYTES: usize = 4 << 10;

/// What a read returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Some bytes, and room was left: the socket has no more.
    All,
    /// As many bytes as there was room for: there may be more.
    Filled,
    /// The end of the stream: the peer sends no more.
    End,
}

/// Reads once and appends to `input`. Memory grows as bytes arrive, never because a peer announced them.
///
/// # Errors
/// Those of read(2); `WouldBlock` where a nonblocking socket has no bytes, or where the timeout of a blocking one passed.
#[inline]
pub(crate) fn receive(socket: impl AsFd, input: &mut Vec<u8>) -> io::Result<Received> {
    if input.capacity() - input.len() < MIN_ROOM_BYTES {
        input.reserve(READ_BYTES);
    }
    // Reads into memory that was not cleared first: clearing 64 KiB costs more than a small request.
    let received = retry_on_intr(|| rustix::io::read(socket.as_fd(), spare_capacity(input)))?;
    Ok(match received {
        0 => Received::End,
        _ if input.len() == input.capacity() => Received::Filled,
        _ => Received::All,
    })
}

/// Writes once; returns how many bytes the kernel took.
///
/// # Errors
/// Those of send(2); `WouldBlock` where the kernel has no room, or where the timeout passed before it had.
#[inline]
pub fn send_some(socket: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    Ok(retry_on_intr(|| {
        send(socket.as_fd(), bytes, SendFlags::NOSIGNAL)
    })?)
}

/// Shrinks an empty buffer that a very long request or reply made grow, unless `worth_keeping` bytes need that size: a stream of long
/// requests would pay for fresh pages with every one.
#[inline]
pub fn release_excess(buffer: &mut Vec<u8>, worth_keeping: usize) {
    if buffer.is_empty() && buffer.capacity() > worth_keeping.max(2 * READ_BYTES) {
        buffer.shrink_to(READ_BYTES);
    }
}

/// The bytes that a buffer counts for in the memory limit: its length, or all its capacity once that is beyond the ordinary.
#[inline]
#[must_use]
pub fn held_bytes(buffer: &Vec<u8>) -> usize {
    if buffer.capacity() > 2 * READ_BYTES {
        buffer.capacity()
    } else {
        buffer.len()
    }
}

/// Sends a FIN and discards what has arrived unread. A socket that is closed with unread bytes sends a reset instead, which may destroy
/// the last reply on its way. Never blocks.
// Not inlined: its buffer would lie on the stack of every thread that waits, a page for each connection.
#[inline(never)]
pub(crate) fn shut_down_and_drain(socket: impl AsFd) {
    // On an error the peer is gone, and needs no FIN.
    let _ = shutdown(socket.as_fd(), Shutdown::Write);
    let mut unread = [0; 4096];
    for _ in 0..READ_BYTES / unread.len() {
        match recv(socket.as_fd(), &mut unread, RecvFlags::DONTWAIT) {
            Ok((1.., _)) | Err(Errno::INTR) => {}
            _ => break,
        }
    }
}

/// Sends one short reply if the socket takes it at once. Never blocks.
pub(crate) fn send_refusal(socket: impl AsFd, reply: &[u8]) {
    // A new socket has room for one line.
    let _ = send(
        socket.as_fd(),
        reply,
        SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
    );
}
