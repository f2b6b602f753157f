//! The loop: waits for events, hands out turns, and never waits anywhere else.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use hosting::{Acceptor, Buffers, Closed, Host, Trouble};
use mio::event::Event;
use mio::net::{TcpListener, TcpStream, UnixStream};
use mio::{Events, Interest, Poll, Token};
use service::{Keyspace, Service};
use slab::Slab;

use crate::connection::{Connection, Wait};

const LISTENER: Token = Token(usize::MAX);
const SIGNALS: Token = Token(usize::MAX - 1);

/// Events taken from the kernel at once.
const EVENTS: usize = 1024;

/// Connections accepted at once; then those that are there have their turn.
const ACCEPTS: usize = 64;

/// One thread's sockets and the order in which it attends to them.
pub(crate) struct Reactor<'a, K> {
    host: &'a Host,
    service: &'a Service<'a, K>,
    poll: Poll,
    listener: TcpListener,
    /// Kept registered: an order to stop is an event like any other.
    _signals: UnixStream,
    acceptor: Acceptor<'a>,
    /// When to try to accept again without an event: the listener's edge is spent, its queue is not.
    accept_at: Option<Instant>,
    connections: Slab<Connection<'a>>,
    /// Connections that have more to do and wait for their next turn. A token may outlive its connection: then its turn finds nothing to do.
    turns: VecDeque<usize>,
    buffers: Buffers,
    look_at: Instant,
    /// When the connections that are left are closed, after an order to stop.
    end_at: Option<Instant>,
}

impl<'a, K: Keyspace> Reactor<'a, K> {
    pub(crate) fn new(host: &'a Host, service: &'a Service<'a, K>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::from_std(host.pollable_listener()?);
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        let signals = host.signals.arrival.try_clone()?;
        signals.set_nonblocking(true)?;
        let mut signals = UnixStream::from_std(signals);
        poll.registry()
            .register(&mut signals, SIGNALS, Interest::READABLE)?;
        Ok(Reactor {
            host,
            service,
            poll,
            listener,
            _signals: signals,
            acceptor: Acceptor::new(host),
            accept_at: None,
            connections: Slab::new(),
            turns: VecDeque::new(),
            buffers: Buffers::default(),
            look_at: Instant::now(),
            end_at: None,
        })
    }

    /// Runs until the order to stop has come and the last connection has gone.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS);
        let mut now = Instant::now();
        loop {
            // The one place where this thread waits.
            match self.poll.poll(&mut events, self.patience(now)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            now = Instant::now();
            // Those in the queue first: they have waited longer than what the poll brings.
            for _ in 0..self.turns.len() {
                if let Some(key) = self.turns.pop_front() {
                    self.take_turn(key, now);
                }
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept_at = Some(now),
                    SIGNALS => self.stop(now),
                    Token(key) => self.attend(key, event, now),
                }
            }
            if self.accept_at.is_some_and(|at| at <= now) {
                self.accept(now)?;
            }
            self.look_for_the_late(now);
            if let Some(end_at) = self.end_at
                && (self.connections.is_empty() || end_at <= now)
            {
                return Ok(());
            }
        }
    }

    /// How long the poll may wait: not at all while somebody waits for a turn, and no longer than until the next deadline is due.
    fn patience(&self, now: Instant) -> Option<Duration> {
        if !self.turns.is_empty() {
            return Some(Duration::ZERO);
        }
        let look_at = (!self.connections.is_empty() && self.host.limits.look_every().is_some())
            .then_some(self.look_at);
        let first = [look_at, self.accept_at, self.end_at]
            .into_iter()
            .flatten()
            .min()?;
        Some(first.saturating_duration_since(now))
    }

    /// Accepts some of those who wait. What is left waits for the next round, after the others' turns.
    fn accept(&mut self, now: Instant) -> io::Result<()> {
        self.accept_at = Some(now);
        for _ in 0..ACCEPTS {
            let error = match self.listener.accept() {
                Ok((socket, _)) => {
                    self.admit(socket, now)?;
                    continue;
                }
                Err(error) => error,
            };
            match self.acceptor.trouble(&error) {
                Trouble::GoOn => continue,
                Trouble::NothingThere => self.accept_at = None,
                Trouble::BackOff(wait) => self.accept_at = Some(now + wait),
                Trouble::Stop if self.end_at.is_some() => self.accept_at = None,
                Trouble::Stop => return Err(error),
            }
            break;
        }
        Ok(())
    }

    fn admit(&mut self, mut socket: TcpStream, now: Instant) -> io::Result<()> {
        let Some(seat) = self.acceptor.admit(&socket) else {
            return Ok(());
        };
        let place = self.connections.vacant_entry();
        // Once for good, both ways and edge-triggered: nothing is registered again while the connection lives.
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll
            .registry()
            .register(&mut socket, Token(place.key()), interest)?;
        place.insert(Connection::new(socket, seat, now));
        Ok(())
    }

    /// An event says that a connection may read or write again.
    #[inline]
    fn attend(&mut self, key: usize, event: &Event, now: Instant) {
        if let Some(connection) = self.connections.get_mut(key) {
            connection.is_ready(event);
            self.take_turn(key, now);
        }
    }

    #[inline]
    fn take_turn(&mut self, key: usize, now: Instant) {
        let Some(connection) = self.connections.get_mut(key) else {
            return;
        };
        let wait = connection.turn(self.service, &self.host.limits, &mut self.buffers, now);
        let changed = connection.hold();
        match wait {
            Wait::ForEvent => {}
            Wait::ForTurn => self.turns.push_back(key),
            Wait::Over(closed) => self.close(key, closed),
        }
        if changed && self.host.is_over_memory() {
            self.close_biggest();
        }
    }

    fn close(&mut self, key: usize, why: Closed) {
        self.connections.remove(key).close(why);
    }

    /// Over the bound of the process, whoever holds the most has to go.
    fn close_biggest(&mut self) {
        if let Some((key, _)) = self
            .connections
            .iter()
            .max_by_key(|(_, connection)| connection.held_bytes())
        {
            self.close(key, Closed::Memory);
        }
    }

    /// Now and then, all connections are asked whether their time is up: cheaper than a timer for each, which every request would move.
    fn look_for_the_late(&mut self, now: Instant) {
        let Some(every) = self.host.limits.look_every() else {
            return;
        };
        if now < self.look_at {
            return;
        }
        self.look_at = now + every;
        let late = |(key, connection): (usize, &Connection<'_>)| {
            Some((key, connection.is_late(&self.host.limits, now)?))
        };
        let late: Vec<_> = self.connections.iter().filter_map(late).collect();
        for (key, why) in late {
            self.close(key, why);
        }
    }

    /// The order to stop: nobody comes in, and everybody gets the replies to what has arrived.
    fn stop(&mut self, now: Instant) {
        if self.end_at.is_some() {
            return;
        }
        self.end_at = Some(now + self.host.limits.shutdown);
        self.host.stop_listening();
        for (key, connection) in &mut self.connections {
            connection.leave();
            self.turns.push_back(key);
        }
    }
}
