//! A permit to serve one connection: it counts the connection against the limits until it is dropped.

use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::Ordering;

use crate::byte_stream;
use crate::{Closed, Host, Received, Refused};

/// The permit of one connection. Dropping it makes room for another; [`Permit::close`] also counts the reason.
#[derive(Debug)]
pub struct Permit<'a> {
    pub(crate) host: &'a Host,
    /// The connection's number, from 1 on; no other connection of this process gets it.
    pub id: u64,
    held_bytes: u32,
}

/// Buffered bytes are counted in steps of this size. Less is not counted, so an ordinary turn leaves the count alone.
const STEP_BYTES: usize = 16 << 10;

impl Host {
    /// A permit for one more connection.
    ///
    /// # Errors
    /// [`Refused`] when a limit is reached; then [`Host::refuse`] the connection.
    pub(crate) fn admit(&self) -> Result<Permit<'_>, Refused> {
        let id = self.statistics.received();
        if self.held_bytes.load(Ordering::Relaxed) > self.limits.max_memory / 10 * 9 {
            return Err(Refused::Memory);
        }
        let one_more =
            |connected| (connected < self.limits.max_connections).then_some(connected + 1);
        match self
            .connected
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
        {
            Ok(_) => Ok(Permit {
                host: self,
                id,
                held_bytes: 0,
            }),
            Err(_) => Err(Refused::MaxClients),
        }
    }

    /// Sends the reply that says why a connection is refused; the caller then drops it. Never blocks.
    pub fn refuse(&self, socket: impl AsFd, why: Refused) {
        self.statistics.refused(why);
        if self.protocol == service::Protocol::Resp {
            byte_stream::send_refusal(&socket, why.reply());
        }
        byte_stream::shut_down_and_drain(&socket);
    }
}

impl Permit<'_> {
    /// Reads once and appends to `input`. Memory grows as bytes arrive, never because a peer announced them.
    ///
    /// # Errors
    /// Those of read(2); `WouldBlock` where a nonblocking socket has no bytes, or where the timeout of a blocking one passed.
    #[inline]
    pub fn receive(&self, socket: impl AsFd, input: &mut Vec<u8>) -> io::Result<Received> {
        self.host.instruments.receive(self.id, socket, input)
    }

    /// Counts the bytes in the connection's buffers; whether the count changed, so that [`Host::is_over_memory`] may have.
    #[inline]
    pub fn set_held_bytes(&mut self, bytes: usize) -> bool {
        let held_bytes = u32::try_from(bytes / STEP_BYTES * STEP_BYTES).unwrap_or(u32::MAX);
        if held_bytes == self.held_bytes {
            return false;
        }
        self.host
            .held_bytes
            .fetch_add(held_bytes as usize, Ordering::Relaxed);
        self.host
            .held_bytes
            .fetch_sub(self.held_bytes as usize, Ordering::Relaxed);
        self.held_bytes = held_bytes;
        true
    }

    /// The bytes in the connection's buffers, in whole steps.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes as usize
    }

    /// Counts the connection as closed for that reason, and ends its stream; the caller then drops the socket.
    pub fn close(self, socket: impl AsFd, why: Closed) {
        self.host.statistics.closed(why);
        // A peer that still reads gets its last replies, and then a FIN.
        if !matches!(why, Closed::Peer | Closed::Reset) {
            byte_stream::shut_down_and_drain(socket);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.set_held_bytes(0);
        self.host.connected.fetch_sub(1, Ordering::Relaxed);
    }
}
