//! One connection, as a struct: read, execute, write. In between it returns to the loop.

use std::io::{self, ErrorKind};
use std::time::Instant;

use hosting::{
    Buffers, Closed, Deadline, Limits, Permit, Received, Waiting, held_bytes, send_some,
};
use mio::event::Event;
use mio::net::TcpStream;
use service::{Keyspace, Next, Service, Session};

/// A socket and the state of its connection. It holds no buffer while it is idle: a buffer that a turn leaves empty goes back to the
/// [`Buffers`].
pub(crate) struct Connection<'a> {
    socket: TcpStream,
    session: Session,
    permit: Permit<'a>,
    /// Bytes received and not executed yet.
    input: Vec<u8>,
    /// Replies; the first `sent` bytes of them have left.
    replies: Vec<u8>,
    sent: usize,
    deadline: Deadline,
    /// Edge-triggered: an event tells it once, so it is kept until a system call would block.
    readable: bool,
    writable: bool,
    /// The peer's FIN lies behind its bytes. No further event tells so, however short the read of those bytes was.
    has_fin: bool,
    /// Requests in `input` are executed before more bytes are read.
    has_requests: bool,
    /// Too many replies wait: nothing is executed until the peer has taken most of them.
    is_full: bool,
    /// The server stops: the next read is the last.
    is_last_turn: bool,
    /// Nothing more is read: the connection is closed for this reason once the last reply is sent.
    ending: Option<Closed>,
}

/// What a connection waits for after its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Its socket to be ready again.
    ForEvent,
    /// Its next turn: it has more to do, and the others come first.
    ForTurn,
    /// Nothing: it is to be closed.
    Over(Closed),
}

impl<'a> Connection<'a> {
    pub(crate) fn new(socket: TcpStream, permit: Permit<'a>, now: Instant) -> Self {
        Connection {
            socket,
            session: Session::new(permit.id),
            permit,
            input: Vec::new(),
            replies: Vec::new(),
            sent: 0,
            deadline: Deadline::new(now),
            readable: false,
            writable: true,
            has_fin: false,
            has_requests: false,
            is_full: false,
            is_last_turn: false,
            ending: None,
        }
    }

    #[inline]
    pub(crate) fn mark_ready(&mut self, event: &Event) {
        self.readable |= event.is_readable() || event.is_error();
        self.writable |= event.is_writable();
        self.has_fin |= event.is_read_closed();
    }

    /// Takes a turn: sends what waits, reads once, executes, sends.
    #[inline]
    pub(crate) fn turn<K: Keyspace>(
        &mut self,
        service: &Service<'_, K>,
        buffers: &mut Buffers,
        now: Instant,
    ) -> Wait {
        buffers.lend(&mut self.input, &mut self.replies);
        let wait = self
            .run_turn(service, now)
            .unwrap_or_else(|error| Wait::Over(error.into()));
        buffers.take_back(&mut self.input, &mut self.replies);
        wait
    }

    /// Counts what the buffers hold; whether the count changed, so that the sum over all connections may exceed its bound.
    #[inline]
    pub(crate) fn count_held_bytes(&mut self) -> bool {
        self.permit
            .set_held_bytes(held_bytes(&self.input) + held_bytes(&self.replies))
    }

    fn run_turn<K: Keyspace>(
        &mut self,
        service: &Service<'_, K>,
        now: Instant,
    ) -> io::Result<Wait> {
        let waited = self.replies.len() - self.sent;
        self.send()?;
        let mut progressed = self.replies.len() - self.sent < waited;
        self.is_full &= self.replies.len() - self.sent >= service.limits.reply_low_bytes;

        if !self.is_full && (self.has_requests || self.may_read()) {
            if !self.has_requests {
                self.read()?;
            }
            self.forget_sent();
            let waiting = self.replies.len();
            let executed = self
                .session
                .receive(service, &mut self.input, &mut self.replies);
            progressed |= self.replies.len() > waiting;
            self.has_requests = executed == Next::Again;
            if let Next::Close(ending) = executed {
                self.ending = Some(ending.into());
                self.has_requests = false;
            }
            self.send()?;
            self.is_full = self.replies.len() - self.sent >= service.limits.reply_high_bytes;
        }
        self.update_deadline(progressed, now);
        Ok(self.wait())
    }

    /// Reads once. Where no byte has arrived, it returns to the loop.
    #[inline]
    fn read(&mut self) -> io::Result<()> {
        match self.permit.receive(&self.socket, &mut self.input) {
            // The read left room, so it got all there was. Waiting for the event of the next byte saves a read that would find nothing.
            Ok(Received::All) => self.readable = self.has_fin,
            Ok(Received::Filled) => {}
            Ok(Received::End) => self.end(Closed::Peer),
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.readable = false,
            Err(error) => return Err(error),
        }
        if self.is_last_turn {
            self.end(Closed::Shutdown);
        }
        Ok(())
    }

    /// Sends what waits. Where the kernel takes no more, it returns to the loop.
    #[inline]
    fn send(&mut self) -> io::Result<()> {
        while self.sent < self.replies.len() && self.writable {
            match send_some(&self.socket, &self.replies[self.sent..]) {
                Ok(bytes) => self.sent += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.writable = false,
                Err(error) => return Err(error),
            }
        }
        if self.sent == self.replies.len() {
            self.replies.clear();
            self.sent = 0;
        }
        Ok(())
    }

    /// Removes what is sent from `replies`, because the session counts all of it. Little work: after a partial write the kernel takes
    /// no more for a while, and of a full buffer three quarters are sent.
    #[inline]
    fn forget_sent(&mut self) {
        if self.sent > 0 {
            self.replies.drain(..self.sent);
            self.sent = 0;
        }
    }

    /// Reads no more; requests that have arrived whole are still executed.
    fn end(&mut self, why: Closed) {
        self.readable = false;
        self.ending.get_or_insert(why);
    }

    fn wait(&self) -> Wait {
        let has_more = self.has_requests || self.may_read();
        match self.ending {
            _ if has_more && !self.is_full => Wait::ForTurn,
            Some(closed) if !has_more && self.replies.is_empty() => Wait::Over(closed),
            _ => Wait::ForEvent,
        }
    }

    fn may_read(&self) -> bool {
        self.readable && self.ending.is_none()
    }

    fn update_deadline(&mut self, progressed: bool, now: Instant) {
        let waiting = match () {
            () if !self.replies.is_empty() => Waiting::Replies,
            () if self.input.is_empty() => Waiting::Idle,
            () => Waiting::Request,
        };
        self.deadline.update(waiting, progressed, now);
    }

    /// What the connection is closed for, if its time is up.
    pub(crate) fn expired(&self, limits: &Limits, now: Instant) -> Option<Closed> {
        self.deadline
            .left(limits, now)
            .filter(|(left, _)| left.is_zero())
            .map(|(_, closed)| closed)
    }

    /// The server stops: one more turn for what has arrived, then the connection is closed.
    pub(crate) fn begin_shutdown(&mut self) {
        self.is_last_turn = true;
        self.readable = true;
    }

    pub(crate) fn held_bytes(&self) -> usize {
        self.permit.held_bytes()
    }

    pub(crate) fn close(self, why: Closed) {
        self.permit.close(&self.socket, why);
    }
}
