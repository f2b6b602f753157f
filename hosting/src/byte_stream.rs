//! Bytes in and out of a socket: the same system calls in every model, blocking or not.

use std::io;
use std::os::fd::AsFd;

use rustix::buffer::spare_capacity;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags, Shutdown, recv, send, shutdown};

/// The most that a turn reads from one peer, and so the size of an input buffer: then the next peer's turn comes.
pub const READ_BYTES: usize = 64 << 10;

/// Less room than this in an input buffer is not worth a system call.
const LEAST_ROOM_BYTES: usize = 4 << 10;

/// What a read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Some bytes, and room was left: the socket had no more.
    All,
    /// As many bytes as there was room for: there may be more.
    Filled,
    /// The peer has said its last.
    End,
}

/// Reads once, behind what `input` holds. Room is made as bytes arrive, never because a peer announced them.
///
/// # Errors
/// Those of read(2); `WouldBlock` where a nonblocking socket has nothing, or a blocking one had nothing in time.
#[inline]
pub(crate) fn receive(socket: impl AsFd, input: &mut Vec<u8>) -> io::Result<Received> {
    if input.capacity() - input.len() < LEAST_ROOM_BYTES {
        input.reserve(READ_BYTES);
    }
    // Reads into memory that nobody has cleared before: clearing 64 KiB costs more than a small request.
    let received = retry_on_intr(|| rustix::io::read(socket.as_fd(), spare_capacity(input)))?;
    Ok(match received {
        0 => Received::End,
        _ if input.len() == input.capacity() => Received::Filled,
        _ => Received::All,
    })
}

/// Writes once; how many bytes the kernel took.
///
/// # Errors
/// Those of send(2); `WouldBlock` where the kernel has no room, or had none in time.
#[inline]
pub fn send_some(socket: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    Ok(retry_on_intr(|| {
        send(socket.as_fd(), bytes, SendFlags::NOSIGNAL)
    })?)
}

/// Gives back what an exceptionally long request or reply made an empty buffer grow to, unless `worth_keeping` bytes are no less: a stream of
/// long requests would pay for fresh pages with every one.
#[inline]
pub fn release_excess(buffer: &mut Vec<u8>, worth_keeping: usize) {
    if buffer.is_empty() && buffer.capacity() > worth_keeping.max(2 * READ_BYTES) {
        buffer.shrink_to(READ_BYTES);
    }
}

/// What a buffer counts for among all peers' buffers: its bytes, or all its room once it has grown beyond the ordinary.
#[inline]
#[must_use]
pub fn held_bytes(buffer: &Vec<u8>) -> usize {
    if buffer.capacity() > 2 * READ_BYTES {
        buffer.capacity()
    } else {
        buffer.len()
    }
}

/// Sends a FIN and throws away what has arrived unread. Closed with bytes unread, a socket sends a reset instead, which
/// may destroy the last reply on its way. Never blocks.
// Inlined, its buffer would lie on the stack of every thread that waits: a page for each connection.
#[inline(never)]
pub(crate) fn shut_down_and_drain(socket: impl AsFd) {
    // An error says that the peer is gone: nobody is left to be told.
    let _ = shutdown(socket.as_fd(), Shutdown::Write);
    let mut unread = [0; 4096];
    for _ in 0..READ_BYTES / unread.len() {
        match recv(socket.as_fd(), &mut unread, RecvFlags::DONTWAIT) {
            Ok((1.., _)) | Err(Errno::INTR) => {}
            _ => break,
        }
    }
}

/// Sends a short text if the socket takes it at once. Never blocks.
pub(crate) fn send_refusal(socket: impl AsFd, words: &[u8]) {
    // A new socket has room for a line; one that has not belongs to a peer that does not listen.
    let _ = send(
        socket.as_fd(),
        words,
        SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
    );
}
