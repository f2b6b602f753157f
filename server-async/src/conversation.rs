//! One peer's conversation, as a task: read, serve, write, and between them the task yields.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hosting::{
    Buffers, Closed, Deadline, Limits, Peer, Received, Seat, Waiting, held_bytes, send_some,
};
use service::{Keyspace, Next, Session};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Sleep, sleep};

use crate::Server;

thread_local! {
    /// One pair for all tasks that run on this thread: nobody else runs between two `.await`s, so one turn at a time needs it.
    static BUFFERS: RefCell<Buffers> = const { RefCell::new(Buffers::new()) };
}

/// Serves one peer until it leaves, or has to. `_inside` says, by being dropped, that the task is gone.
pub(crate) async fn converse<K: Keyspace>(
    server: &'static Server<K>,
    peer: Peer<'static, TcpStream>,
    mut seat: Seat<'static>,
    _inside: mpsc::Sender<Infallible>,
) {
    let closed = talk(server, &peer, &mut seat)
        .await
        .unwrap_or_else(Closed::from);
    seat.leave(peer.socket(), peer.told().unwrap_or(closed));
}

async fn talk<K: Keyspace>(
    server: &Server<K>,
    peer: &Peer<'_, TcpStream>,
    seat: &mut Seat<'_>,
) -> io::Result<Closed> {
    let mut session = Session::new(seat.id);
    let (mut input, mut replies) = (Vec::new(), Vec::new());
    let alarm = pin!(sleep(Duration::ZERO));
    let mut patience = Patience::new(&server.host.limits, alarm);

    loop {
        // Yields this task until the peer has sent something.
        if let Some(closed) = patience
            .bound(|context| peer.socket().poll_read_ready(context))
            .await?
        {
            return Ok(closed);
        }
        let last_turn = peer.told().is_some();
        BUFFERS.with_borrow_mut(|buffers| buffers.lend(&mut input, &mut replies));
        match receive_if_ready(seat, peer.socket(), &mut input) {
            Ok(Received::End) => return Ok(Closed::Peer),
            Ok(Received::All | Received::Filled) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        let mut replied = false;
        let ending = loop {
            let next = session.receive(&server.service, &mut input, &mut replies);
            replied |= !replies.is_empty();
            hold(server, peer, seat, &input, &replies);
            // Yields this task until the kernel has taken all of it.
            if !send_all(peer.socket(), &replies, &mut patience).await? {
                return Ok(Closed::Stalled);
            }
            replies.clear();
            match next {
                // Nobody takes a turn from a task: it has to pass the baton by itself.
                Next::Again => yield_now().await,
                Next::Read if last_turn => break Some(Closed::Shutdown),
                Next::Read => break None,
                Next::Close(ending) => break Some(ending.into()),
            }
        };
        if let Some(closed) = ending {
            return Ok(closed);
        }
        BUFFERS.with_borrow_mut(|buffers| buffers.take_back(&mut input, &mut replies));
        hold(server, peer, seat, &input, &replies);
        let waiting = match input.is_empty() {
            true => Waiting::Idle,
            false => Waiting::Request,
        };
        patience.note(waiting, replied);
    }
}

/// Reads once, if the runtime has heard that there is something to read.
#[inline]
fn receive_if_ready(
    seat: &Seat<'_>,
    socket: &TcpStream,
    input: &mut Vec<u8>,
) -> io::Result<Received> {
    let mut received = Err(ErrorKind::WouldBlock.into());
    // What is returned here is for the runtime, which hears "would block" also of a read that left room: there was no more,
    // so the next byte brings an event, and a read in vain is saved.
    let _ = socket.try_io(Interest::READABLE, || {
        received = seat.receive(socket, input);
        match received {
            Ok(Received::All) => Err(ErrorKind::WouldBlock.into()),
            Ok(_) => Ok(()),
            Err(ref error) => Err(error.kind().into()),
        }
    });
    received
}

/// Sends all of it; whether the peer took it in time.
#[inline]
async fn send_all(
    socket: &TcpStream,
    replies: &[u8],
    patience: &mut Patience<'_>,
) -> io::Result<bool> {
    let (mut sent, mut noted) = (0, 0);
    while sent < replies.len() {
        match socket.try_io(Interest::WRITABLE, || send_some(socket, &replies[sent..])) {
            Ok(bytes) => sent += bytes,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                patience.note(Waiting::Replies, sent > noted);
                noted = sent;
                let late = patience.bound(|context| socket.poll_write_ready(context));
                if late.await?.is_some() {
                    return Ok(false);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Counts what the peer's buffers hold. Over the bound of the process, whoever holds the most has to go.
#[inline]
fn hold<K>(
    server: &Server<K>,
    peer: &Peer<'_, TcpStream>,
    seat: &mut Seat<'_>,
    input: &Vec<u8>,
    replies: &Vec<u8>,
) {
    if seat.hold(held_bytes(input) + held_bytes(replies)) {
        peer.show_held(seat.held_bytes());
        if server.host.is_over_memory() {
            peer.throw_out_biggest();
        }
    }
}

/// The time limits of a peer as an alarm of its task, which is moved only where it would ring too late: a request moves none.
struct Patience<'a> {
    limits: &'a Limits,
    deadline: Deadline,
    alarm: Pin<&'a mut Sleep>,
}

/// Where there is no limit, the alarm rings now and then in vain.
const NEVER: Duration = Duration::from_secs(3600);

impl<'a> Patience<'a> {
    fn new(limits: &'a Limits, alarm: Pin<&'a mut Sleep>) -> Self {
        let now = Instant::now();
        let mut patience = Patience {
            limits,
            deadline: Deadline::new(now),
            alarm,
        };
        patience.set_alarm(now);
        patience
    }

    #[inline]
    fn note(&mut self, waiting: Waiting, progressed: bool) {
        let now = Instant::now();
        self.deadline.note(waiting, progressed, now);
        if self.rings_too_late(now) {
            self.set_alarm(now);
        }
    }

    /// Waits until `ready` is, or until the peer's time is up: then what the connection is closed for.
    #[inline]
    async fn bound(
        &mut self,
        mut ready: impl FnMut(&mut Context<'_>) -> Poll<io::Result<()>>,
    ) -> io::Result<Option<Closed>> {
        poll_fn(|context| {
            if let Poll::Ready(ready) = ready(context) {
                return Poll::Ready(ready.map(|()| None));
            }
            loop {
                ready!(self.alarm.as_mut().poll(context));
                let now = Instant::now();
                match self.deadline.left(self.limits, now) {
                    Some((Duration::ZERO, closed)) => return Poll::Ready(Ok(Some(closed))),
                    _ => self.set_alarm(now),
                }
            }
        })
        .await
    }

    fn rings_too_late(&self, now: Instant) -> bool {
        now + self.left(now) < self.alarm.deadline().into_std()
    }

    fn set_alarm(&mut self, now: Instant) {
        let due = now + self.left(now);
        self.alarm.as_mut().reset(due.into());
    }

    fn left(&self, now: Instant) -> Duration {
        let left = self.deadline.left(self.limits, now);
        left.map_or(NEVER, |(left, _)| left)
    }
}
