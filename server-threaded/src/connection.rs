//! One connection, on a thread of its own: read, execute, write. In between the thread is parked.

use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use hosting::{
    Closed, Deadline, Limits, Permit, READ_BYTES, Received, Registered, Waiting, release_excess,
    send_some,
};
use service::{Keyspace, Next, Service, Session};

/// Serves one peer until it leaves, or until the server closes the connection.
pub(crate) fn serve_connection<K: Keyspace>(
    service: &Service<'_, K>,
    limits: &Limits,
    peer: &Registered<'_, TcpStream>,
    mut permit: Permit<'_>,
) {
    let closed = run(service, limits, peer, &mut permit).unwrap_or_else(Closed::from);
    permit.close(peer.socket(), peer.close_reason().unwrap_or(closed));
}

fn run<K: Keyspace>(
    service: &Service<'_, K>,
    limits: &Limits,
    peer: &Registered<'_, TcpStream>,
    permit: &mut Permit<'_>,
) -> io::Result<Closed> {
    let mut session = Session::new(permit.id);
    let mut input = Vec::with_capacity(READ_BYTES);
    let mut replies = Vec::new();
    let mut timeouts = Timeouts::new(peer.socket(), limits)?;

    loop {
        let is_last_turn = peer.close_reason().is_some();
        // Parks this thread until the peer has sent something.
        match permit.receive(peer.socket(), &mut input) {
            Ok(Received::End) => return Ok(Closed::Peer),
            Ok(Received::All | Received::Filled) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(timeouts.expired()),
            Err(error) => return Err(error),
        }
        let (received, mut replied) = (input.len(), 0);
        let ending = loop {
            let next = session.receive(service, &mut input, &mut replies);
            replied = replies.len().max(replied);
            peer.publish_held_bytes(permit, &input, &replies);
            // Parks this thread until the kernel has taken all of it.
            if !send_all(peer.socket(), &replies)? {
                return Ok(Closed::Stalled);
            }
            replies.clear();
            match next {
                Next::Again => {}
                Next::Read if is_last_turn => break Some(Closed::Shutdown),
                Next::Read => break None,
                Next::Close(ending) => break Some(ending.into()),
            }
        };
        if let Some(closed) = ending {
            return Ok(closed);
        }
        // A turn without replies is one of several that bring a long request: its reply will need the memory.
        if replied > 0 {
            release_excess(&mut input, 4 * received);
            release_excess(&mut replies, 4 * replied);
        }
        peer.publish_held_bytes(permit, &input, &replies);
        let waiting = match input.is_empty() {
            true => Waiting::Idle,
            false => Waiting::Request,
        };
        if !timeouts.update(waiting, replied > 0)? {
            return Ok(timeouts.expired());
        }
    }
}

/// Sends all of `replies`; `false` when the peer did not take them in time.
#[inline]
fn send_all(socket: &TcpStream, replies: &[u8]) -> io::Result<bool> {
    let mut sent = 0;
    while sent < replies.len() {
        match send_some(socket, &replies[sent..]) {
            Ok(bytes) => sent += bytes,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// The peer's time limits, as timeouts of its socket: a parked thread cannot watch a clock.
struct Timeouts<'a> {
    socket: &'a TcpStream,
    limits: &'a Limits,
    deadline: Deadline,
    waiting: Waiting,
}

impl<'a> Timeouts<'a> {
    fn new(socket: &'a TcpStream, limits: &'a Limits) -> io::Result<Self> {
        socket.set_read_timeout(limits.idle_timeout)?;
        socket.set_write_timeout(limits.stall_timeout)?;
        Ok(Timeouts {
            socket,
            limits,
            deadline: Deadline::new(Instant::now()),
            waiting: Waiting::Idle,
        })
    }

    /// Sets the timeout of the next read; `false` when no time is left for one. From idle to idle, the usual turn, the timeout stays
    /// as it is and no clock is read.
    #[inline]
    fn update(&mut self, waiting: Waiting, progressed: bool) -> io::Result<bool> {
        if waiting == Waiting::Idle && self.waiting == Waiting::Idle {
            return Ok(true);
        }
        let now = Instant::now();
        self.waiting = waiting;
        self.deadline.update(waiting, progressed, now);
        let left = self.deadline.left(self.limits, now).map(|(left, _)| left);
        if left == Some(Duration::ZERO) {
            return Ok(false); // for the socket, a timeout of zero means no timeout
        }
        self.socket.set_read_timeout(left)?;
        Ok(true)
    }

    /// What the connection is closed for when a read has timed out.
    fn expired(&self) -> Closed {
        match self.waiting {
            Waiting::Idle => Closed::Idle,
            _ => Closed::RequestDeadline,
        }
    }
}
