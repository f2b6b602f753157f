//! One connection, as a task: read, execute, write. In between the task yields.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hosting::{
    Buffers, Closed, Deadline, Limits, Permit, Received, Registered, Waiting, send_some,
};
use service::{Keyspace, Next, Service, Session};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Sleep, sleep};

thread_local! {
    /// One pair for all tasks of this thread: no other task runs between two `.await`s, so one turn at a time needs it.
    static BUFFERS: RefCell<Buffers> = const { RefCell::new(Buffers::new()) };
}

/// Serves one peer until it leaves, or until the server closes the connection. Dropping `_alive` tells that the task has ended.
pub(crate) async fn serve_connection<K: Keyspace>(
    service: &'static Service<'static, K>,
    limits: &'static Limits,
    peer: Registered<'static, TcpStream>,
    mut permit: Permit<'static>,
    _alive: mpsc::Sender<Infallible>,
) {
    let closed = run(service, limits, &peer, &mut permit)
        .await
        .unwrap_or_else(Closed::from);
    permit.close(peer.socket(), peer.close_reason().unwrap_or(closed));
}

async fn run<K: Keyspace>(
    service: &Service<'_, K>,
    limits: &Limits,
    peer: &Registered<'_, TcpStream>,
    permit: &mut Permit<'_>,
) -> io::Result<Closed> {
    let mut session = Session::new(permit.id);
    let (mut input, mut replies) = (Vec::new(), Vec::new());
    let timer = pin!(sleep(Duration::ZERO));
    let mut timeouts = Timeouts::new(limits, timer);

    loop {
        // Yields this task until the peer has sent something.
        if let Some(closed) = timeouts
            .bound(|context| peer.socket().poll_read_ready(context))
            .await?
        {
            return Ok(closed);
        }
        let is_last_turn = peer.close_reason().is_some();
        BUFFERS.with_borrow_mut(|buffers| buffers.lend(&mut input, &mut replies));
        match receive_if_ready(permit, peer.socket(), &mut input) {
            Ok(Received::End) => return Ok(Closed::Peer),
            Ok(Received::All | Received::Filled) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        let mut replied = false;
        let ending = loop {
            let next = session.receive(service, &mut input, &mut replies);
            replied |= !replies.is_empty();
            peer.publish_held_bytes(permit, &input, &replies);
            // Yields this task until the kernel has taken all of it.
            if !send_all(peer.socket(), &replies, &mut timeouts).await? {
                return Ok(Closed::Stalled);
            }
            replies.clear();
            match next {
                // The runtime never interrupts a task: the task has to let the others run.
                Next::Again => yield_now().await,
                Next::Read if is_last_turn => break Some(Closed::Shutdown),
                Next::Read => break None,
                Next::Close(ending) => break Some(ending.into()),
            }
        };
        if let Some(closed) = ending {
            return Ok(closed);
        }
        BUFFERS.with_borrow_mut(|buffers| buffers.take_back(&mut input, &mut replies));
        peer.publish_held_bytes(permit, &input, &replies);
        let waiting = match input.is_empty() {
            true => Waiting::Idle,
            false => Waiting::Request,
        };
        timeouts.update(waiting, replied);
    }
}

/// Reads once, if the runtime knows the socket to be readable.
#[inline]
fn receive_if_ready(
    permit: &Permit<'_>,
    socket: &TcpStream,
    input: &mut Vec<u8>,
) -> io::Result<Received> {
    let mut received = Err(ErrorKind::WouldBlock.into());
    // What the closure returns is for the runtime. A read that left room got all there was. "Would block" then makes the runtime wait
    // for the event of the next byte, which saves a read that would find nothing.
    let _ = socket.try_io(Interest::READABLE, || {
        received = permit.receive(socket, input);
        match received {
            Ok(Received::All) => Err(ErrorKind::WouldBlock.into()),
            Ok(_) => Ok(()),
            Err(ref error) => Err(error.kind().into()),
        }
    });
    received
}

/// Sends all of `replies`; `false` when the peer did not take them in time.
#[inline]
async fn send_all(
    socket: &TcpStream,
    replies: &[u8],
    timeouts: &mut Timeouts<'_>,
) -> io::Result<bool> {
    let (mut sent, mut noted) = (0, 0);
    while sent < replies.len() {
        match socket.try_io(Interest::WRITABLE, || send_some(socket, &replies[sent..])) {
            Ok(bytes) => sent += bytes,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                timeouts.update(Waiting::Replies, sent > noted);
                noted = sent;
                let late = timeouts.bound(|context| socket.poll_write_ready(context));
                if late.await?.is_some() {
                    return Ok(false);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// The peer's time limits, as a timer of its task. The timer is moved only where it would fire too late: a request never moves it.
struct Timeouts<'a> {
    limits: &'a Limits,
    deadline: Deadline,
    timer: Pin<&'a mut Sleep>,
}

/// Without a limit, the timer fires now and then and nothing happens.
const NEVER: Duration = Duration::from_secs(3600);

impl<'a> Timeouts<'a> {
    fn new(limits: &'a Limits, timer: Pin<&'a mut Sleep>) -> Self {
        let now = Instant::now();
        let mut timeouts = Timeouts {
            limits,
            deadline: Deadline::new(now),
            timer,
        };
        timeouts.set_timer(now);
        timeouts
    }

    #[inline]
    fn update(&mut self, waiting: Waiting, progressed: bool) {
        let now = Instant::now();
        self.deadline.update(waiting, progressed, now);
        if now + self.left(now) < self.timer.deadline().into_std() {
            self.set_timer(now);
        }
    }

    /// Waits until the socket is ready (`None`), or until the peer's time is up (what the connection is closed for).
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
                ready!(self.timer.as_mut().poll(context));
                let now = Instant::now();
                match self.deadline.left(self.limits, now) {
                    Some((Duration::ZERO, closed)) => return Poll::Ready(Ok(Some(closed))),
                    _ => self.set_timer(now),
                }
            }
        })
        .await
    }

    fn set_timer(&mut self, now: Instant) {
        let due = now + self.left(now);
        self.timer.as_mut().reset(due.into());
    }

    fn left(&self, now: Instant) -> Duration {
        let left = self.deadline.left(self.limits, now);
        left.map_or(NEVER, |(left, _)| left)
    }
}
