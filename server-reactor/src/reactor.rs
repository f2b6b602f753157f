//! The loop: waits for events, gives each connection its turn, and never waits anywhere else.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use hosting::{AcceptError, Acceptor, Buffers, Closed, Host};
use mio::event::Event;
use mio::net::{TcpListener, TcpStream, UnixStream};
use mio::{Events, Interest, Poll, Token};
use service::{Keyspace, Service};
use slab::Slab;

use crate::connection::{Connection, Wait};

const LISTENER: Token = Token(usize::MAX);
const SIGNALS: Token = Token(usize::MAX - 1);

/// Events taken from the kernel in one call.
const EVENTS: usize = 1024;

/// Connections accepted in a row; then those that are open have their turn.
const ACCEPTS: usize = 64;

/// One thread's sockets and the order of their turns.
pub(crate) struct Reactor<'a, K> {
    host: &'a Host,
    service: &'a Service<'a, K>,
    poll: Poll,
    listener: TcpListener,
    /// Kept registered: the signal to stop is an event like any other.
    _signals: UnixStream,
    acceptor: Acceptor<'a>,
    /// When to accept again without an event: the listener's edge is used up, its queue is not empty.
    accept_at: Option<Instant>,
    connections: Slab<Connection<'a>>,
    /// Connections that have more to do and wait for their next turn. A key may outlive its connection: then the turn does nothing.
    turns: VecDeque<usize>,
    buffers: Buffers,
    /// When to look for expired connections.
    check_at: Instant,
    /// After the signal to stop: when the connections that are left are closed.
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
            check_at: Instant::now(),
            end_at: None,
        })
    }

    /// Runs until the signal to stop has come and the last connection is closed.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS);
        let mut now = Instant::now();
        loop {
            // The one place where this thread waits.
            match self.poll.poll(&mut events, self.poll_timeout(now)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            now = Instant::now();
            // The queue first: its connections have waited longer than those of the new events.
            for _ in 0..self.turns.len() {
                if let Some(key) = self.turns.pop_front() {
                    self.take_turn(key, now);
                }
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept_at = Some(now),
                    SIGNALS => self.stop(now),
                    Token(key) => self.on_event(key, event, now),
                }
            }
            if self.accept_at.is_some_and(|at| at <= now) {
                self.accept(now)?;
            }
            self.close_expired(now);
            if let Some(end_at) = self.end_at
                && (self.connections.is_empty() || end_at <= now)
            {
                return Ok(());
            }
        }
    }

    /// How long the poll may wait: not at all while a connection waits for its turn, else until the next deadline.
    fn poll_timeout(&self, now: Instant) -> Option<Duration> {
        if !self.turns.is_empty() {
            return Some(Duration::ZERO);
        }
        let check_at = (!self.connections.is_empty() && self.host.limits.check_every().is_some())
            .then_some(self.check_at);
        let first = [check_at, self.accept_at, self.end_at]
            .into_iter()
            .flatten()
            .min()?;
        Some(first.saturating_duration_since(now))
    }

    /// Accepts some of the pending connections. The rest wait for the next round, after the others' turns.
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
            match self.acceptor.classify(&error) {
                AcceptError::Transient => continue,
                AcceptError::NonePending => self.accept_at = None,
                AcceptError::BackOff(wait) => self.accept_at = Some(now + wait),
                AcceptError::ListenerClosed if self.end_at.is_some() => self.accept_at = None,
                AcceptError::ListenerClosed => return Err(error),
            }
            break;
        }
        Ok(())
    }

    fn admit(&mut self, mut socket: TcpStream, now: Instant) -> io::Result<()> {
        let Some(permit) = self.acceptor.admit(&socket) else {
            return Ok(());
        };
        let place = self.connections.vacant_entry();
        // Once, for both directions, edge-triggered: nothing is registered again while the connection lives.
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll
            .registry()
            .register(&mut socket, Token(place.key()), interest)?;
        place.insert(Connection::new(socket, permit, now));
        Ok(())
    }

    /// A connection may read or write again.
    #[inline]
    fn on_event(&mut self, key: usize, event: &Event, now: Instant) {
        if let Some(connection) = self.connections.get_mut(key) {
            connection.mark_ready(event);
            self.take_turn(key, now);
        }
    }

    #[inline]
    fn take_turn(&mut self, key: usize, now: Instant) {
        let Some(connection) = self.connections.get_mut(key) else {
            return;
        };
        let wait = connection.turn(self.service, &mut self.buffers, now);
        let changed = connection.count_held_bytes();
        match wait {
            Wait::ForEvent => {}
            Wait::ForTurn => self.turns.push_back(key),
            Wait::Over(closed) => self.close(key, closed),
        }
        if changed && self.host.is_over_memory() {
            self.close_largest();
        }
    }

    fn close(&mut self, key: usize, why: Closed) {
        self.connections.remove(key).close(why);
    }

    /// All buffers together exceed the bound of the process: closes the connection that holds the most.
    fn close_largest(&mut self) {
        if let Some((key, _)) = self
            .connections
            .iter()
            .max_by_key(|(_, connection)| connection.held_bytes())
        {
            self.close(key, Closed::Memory);
        }
    }

    /// Now and then, closes every connection whose time is up. A timer for each would cost more: every request would move it.
    fn close_expired(&mut self, now: Instant) {
        let Some(every) = self.host.limits.check_every() else {
            return;
        };
        if now < self.check_at {
            return;
        }
        self.check_at = now + every;
        let expired = |(key, connection): (usize, &Connection<'_>)| {
            Some((key, connection.expired(&self.host.limits, now)?))
        };
        let expired: Vec<_> = self.connections.iter().filter_map(expired).collect();
        for (key, why) in expired {
            self.close(key, why);
        }
    }

    /// The signal to stop: accepts no more, and gives each connection one more turn for what has arrived.
    fn stop(&mut self, now: Instant) {
        if self.end_at.is_some() {
            return;
        }
        self.end_at = Some(now + self.host.limits.shutdown_timeout);
        self.host.stop_listening();
        for (key, connection) in &mut self.connections {
            connection.begin_shutdown();
            self.turns.push_back(key);
        }
    }
}
