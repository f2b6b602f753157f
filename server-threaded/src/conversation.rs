//! One peer's conversation, on a thread of its own: read, serve, write, and between them the thread is parked.

use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use hosting::{
    Closed, Deadline, Host, Limits, Peer, READ_BYTES, Received, Seat, Waiting, held_bytes,
    release_excess, send_some,
};
use service::{Keyspace, Next, Service, Session};

/// Serves one peer until it leaves, or has to.
pub(crate) fn converse<K: Keyspace>(
    service: &Service<'_, K>,
    host: &Host,
    peer: &Peer<'_, TcpStream>,
    mut seat: Seat<'_>,
) {
    let closed = talk(service, host, peer, &mut seat).unwrap_or_else(Closed::from);
    seat.leave(peer.socket(), peer.told().unwrap_or(closed));
}

fn talk<K: Keyspace>(
    service: &Service<'_, K>,
    host: &Host,
    peer: &Peer<'_, TcpStream>,
    seat: &mut Seat<'_>,
) -> io::Result<Closed> {
    let mut session = Session::new(seat.id);
    let mut input = Vec::with_capacity(READ_BYTES);
    let mut replies = Vec::new();
    let mut patience = Patience::new(peer.socket(), &host.limits)?;

    loop {
        let last_turn = peer.told().is_some();
        // Parks this thread until the peer has sent something.
        match seat.receive(peer.socket(), &mut input) {
            Ok(Received::End) => return Ok(Closed::Peer),
            Ok(Received::All | Received::Filled) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(patience.ran_out()),
            Err(error) => return Err(error),
        }
        let (received, mut replied) = (input.len(), 0);
        let ending = loop {
            let next = session.receive(service, &mut input, &mut replies);
            replied = replies.len().max(replied);
            hold(host, peer, seat, &input, &replies);
            // Parks this thread until the kernel has taken all of it.
            if !send_all(peer.socket(), &replies)? {
                return Ok(Closed::Stalled);
            }
            replies.clear();
            match next {
                Next::Again => {}
                Next::Read if last_turn => break Some(Closed::Shutdown),
                Next::Read => break None,
                Next::Close(ending) => break Some(ending.into()),
            }
        };
        if let Some(closed) = ending {
            return Ok(closed);
        }
        // A turn without replies is one of several that bring a long request: the reply will need the room.
        if replied > 0 {
            release_excess(&mut input, 4 * received);
            release_excess(&mut replies, 4 * replied);
        }
        hold(host, peer, seat, &input, &replies);
        let waiting = match input.is_empty() {
            true => Waiting::Idle,
            false => Waiting::Request,
        };
        if !patience.note(waiting, replied > 0)? {
            return Ok(patience.ran_out());
        }
    }
}

/// Sends all of it; whether the peer took it in time.
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

/// Counts what the peer's buffers hold. Over the bound of the process, whoever holds the most has to go.
#[inline]
fn hold(
    host: &Host,
    peer: &Peer<'_, TcpStream>,
    seat: &mut Seat<'_>,
    input: &Vec<u8>,
    replies: &Vec<u8>,
) {
    if seat.hold(held_bytes(input) + held_bytes(replies)) {
        peer.show_held(seat.held_bytes());
        if host.is_over_memory() {
            peer.throw_out_biggest();
        }
    }
}

/// The time limits of a peer as the timeouts of its socket: a parked thread can watch no clock.
struct Patience<'a> {
    socket: &'a TcpStream,
    limits: &'a Limits,
    deadline: Deadline,
    waiting: Waiting,
}

impl<'a> Patience<'a> {
    fn new(socket: &'a TcpStream, limits: &'a Limits) -> io::Result<Self> {
        socket.set_read_timeout(limits.idle)?;
        socket.set_write_timeout(limits.stall)?;
        Ok(Patience {
            socket,
            limits,
            deadline: Deadline::new(Instant::now()),
            waiting: Waiting::Idle,
        })
    }

    /// Bounds the next read; whether there is time left for one. From idle to idle, the ordinary turn, the timeout stands as it is and no clock is read.
    #[inline]
    fn note(&mut self, waiting: Waiting, answered: bool) -> io::Result<bool> {
        if waiting == Waiting::Idle && self.waiting == Waiting::Idle {
            return Ok(true);
        }
        let now = Instant::now();
        self.waiting = waiting;
        self.deadline.note(waiting, answered, now);
        let left = self.deadline.left(self.limits, now).map(|(left, _)| left);
        if left == Some(Duration::ZERO) {
            return Ok(false); // a timeout of zero would be none at all
        }
        self.socket.set_read_timeout(left)?;
        Ok(true)
    }

    /// What the time ran out for.
    fn ran_out(&self) -> Closed {
        if self.waiting == Waiting::Idle {
            Closed::Idle
        } else {
            Closed::RequestDeadline
        }
    }
}
