//! One peer's conversation, as a struct: read, serve, write, and between them it returns to the loop.

use std::io::{self, ErrorKind};
use std::time::Instant;

use hosting::{Buffers, Closed, Deadline, Limits, Received, Seat, Waiting, held_bytes, send_some};
use mio::event::Event;
use mio::net::TcpStream;
use service::{Keyspace, Next, Service, Session};

/// A socket with the conversation on it. It holds no buffer while it is idle: what a turn leaves empty goes back to the [`Buffers`].
pub(crate) struct Connection<'a> {
    socket: TcpStream,
    session: Session,
    seat: Seat<'a>,
    /// Bytes that came and are not executed.
    input: Vec<u8>,
    /// Replies that the peer has not taken.
    replies: Vec<u8>,
    /// How many bytes of `replies` have left.
    sent: usize,
    deadline: Deadline,
    /// Edge-triggered: an event says it once, so it is remembered until the system call says otherwise.
    readable: bool,
    writable: bool,
    /// The peer's FIN lies behind its bytes. No other event will say so, however short the read of those bytes was.
    has_fin: bool,
    /// Requests that wait are executed before more are read.
    has_requests: bool,
    /// Too many replies wait: no more is executed until the peer has taken most of them.
    is_full: bool,
    /// The server stops: this turn is the last that reads.
    is_leaving: bool,
    /// Nothing more will be read: the connection is closed for this as soon as the last reply has left.
    ending: Option<Closed>,
}

/// What a connection waits for after its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// That its socket is ready again.
    ForEvent,
    /// Its next turn: it has more to do, but the others come first.
    ForTurn,
    /// Nothing.
    Over(Closed),
}

impl<'a> Connection<'a> {
    pub(crate) fn new(socket: TcpStream, seat: Seat<'a>, now: Instant) -> Self {
        Connection {
            socket,
            session: Session::new(seat.id),
            seat,
            input: Vec::new(),
            replies: Vec::new(),
            sent: 0,
            deadline: Deadline::new(now),
            readable: false,
            writable: true,
            has_fin: false,
            has_requests: false,
            is_full: false,
            is_leaving: false,
            ending: None,
        }
    }

    #[inline]
    pub(crate) fn is_ready(&mut self, event: &Event) {
        self.readable |= event.is_readable() || event.is_error();
        self.writable |= event.is_writable();
        self.has_fin |= event.is_read_closed();
    }

    /// A turn: sends what waits, reads once, executes, sends.
    #[inline]
    pub(crate) fn turn<K: Keyspace>(
        &mut self,
        service: &Service<'_, K>,
        limits: &Limits,
        buffers: &mut Buffers,
        now: Instant,
    ) -> Wait {
        buffers.lend(&mut self.input, &mut self.replies);
        let wait = self
            .talk(service, limits, now)
            .unwrap_or_else(|error| Wait::Over(error.into()));
        buffers.take_back(&mut self.input, &mut self.replies);
        wait
    }

    /// Counts what the buffers hold now; whether that is worth a look at all peers' together.
    #[inline]
    pub(crate) fn hold(&mut self) -> bool {
        self.seat
            .hold(held_bytes(&self.input) + held_bytes(&self.replies))
    }

    fn talk<K: Keyspace>(
        &mut self,
        service: &Service<'_, K>,
        limits: &Limits,
        now: Instant,
    ) -> io::Result<Wait> {
        let waited = self.replies.len() - self.sent;
        self.send()?;
        let mut progressed = self.replies.len() - self.sent < waited;
        self.is_full &= self.replies.len() - self.sent >= limits.service.reply_low_bytes;

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
            self.is_full = self.replies.len() - self.sent >= limits.service.reply_high_bytes;
        }
        self.note(progressed, now);
        Ok(self.wait())
    }

    /// Reads once. Without a byte there it returns to the loop.
    #[inline]
    fn read(&mut self) -> io::Result<()> {
        match self.seat.receive(&self.socket, &mut self.input) {
            // There was room for more, so there was no more: the next byte brings an event. A read in vain is saved.
            Ok(Received::All) => self.readable = self.has_fin,
            Ok(Received::Filled) => {}
            Ok(Received::End) => self.end(Closed::Peer),
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.readable = false,
            Err(error) => return Err(error),
        }
        if self.is_leaving {
            self.end(Closed::Shutdown);
        }
        Ok(())
    }

    /// Sends what waits. Without room in the kernel it returns to the loop.
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

    /// Makes what waits the whole of `replies`, as the session counts it. Little work: after a write in part the kernel takes no
    /// more for a while, and from a full buffer three quarters have left.
    #[inline]
    fn forget_sent(&mut self) {
        if self.sent > 0 {
            self.replies.drain(..self.sent);
            self.sent = 0;
        }
    }

    /// Reads no more; what has wholly arrived is still executed.
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

    fn note(&mut self, progressed: bool, now: Instant) {
        let waiting = match () {
            () if !self.replies.is_empty() => Waiting::Replies,
            () if self.input.is_empty() => Waiting::Idle,
            () => Waiting::Request,
        };
        self.deadline.note(waiting, progressed, now);
    }

    /// What the connection is closed for if its time is up.
    pub(crate) fn is_late(&self, limits: &Limits, now: Instant) -> Option<Closed> {
        self.deadline
            .left(limits, now)
            .filter(|(left, _)| left.is_zero())
            .map(|(_, closed)| closed)
    }

    /// The server stops: one turn more, for what has arrived, and then the end.
    pub(crate) fn leave(&mut self) {
        self.is_leaving = true;
        self.readable = true;
    }

    pub(crate) fn held_bytes(&self) -> usize {
        self.seat.held_bytes()
    }

    pub(crate) fn close(self, why: Closed) {
        self.seat.leave(&self.socket, why);
    }
}
