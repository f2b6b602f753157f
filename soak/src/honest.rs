//! Clients that keep to the protocol: every reply is checked, every acknowledged increment is counted.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::run::{SHORTEST_TIMEOUT, connect};
use crate::totals::Totals;
use testkit::{Client, echo, increments};

/// The counter that all honest clients share.
pub(crate) const SHARED: &str = "shared";

/// The pause between two requests, which leaves the processors to the others.
const PAUSE: Duration = Duration::from_millis(2);

/// One honest client. It owns a counter, so it knows what every reply must say.
pub(crate) struct Honest<'a> {
    pub(crate) name: String,
    /// Increments of its own counter that were acknowledged.
    pub(crate) own: i64,
    /// Increments that were sent and not acknowledged: the server may have executed them.
    pub(crate) in_doubt: i64,
    /// When the last request but one was sent. The server's timeout for an idle client began with its reply, or later.
    spoke: Instant,
    /// The last value of the shared counter that it received.
    shared: i64,
    totals: &'a Totals,
    random: Rng,
}

impl<'a> Honest<'a> {
    pub(crate) fn new(number: u64, totals: &'a Totals, seed: u64) -> Self {
        Honest {
            name: format!("honest-{number}"),
            own: 0,
            in_doubt: 0,
            spoke: Instant::now(),
            shared: 0,
            totals,
            random: Rng::with_seed(seed ^ number << 32),
        }
    }

    /// Sends requests until the server ends. An earlier error is a failure, unless this client was not scheduled for so long
    /// that a timeout of the server may have expired.
    pub(crate) fn work(mut self, server: SocketAddr) -> Self {
        while !self.totals.is_ending() {
            let Some(mut client) = enter(server) else {
                thread::sleep(PAUSE);
                continue;
            };
            self.spoke = Instant::now();
            let Err(error) = self
                .settle(&mut client)
                .and_then(|()| self.send_requests(&mut client))
            else {
                continue;
            };
            let was_silent = self.spoke.elapsed() > SHORTEST_TIMEOUT / 2;
            let is_wrong = error.kind() == io::ErrorKind::InvalidData;
            if !self.totals.is_ending() && (is_wrong || !was_silent) {
                self.totals.fail(format!("{}: {error}", self.name));
                // Its own count is in doubt from here on, so this client stops.
                return self;
            }
        }
        self
    }

    /// Finds out which of the increments in doubt were executed.
    fn settle(&mut self, client: &mut Client) -> io::Result<()> {
        if self.in_doubt == 0 {
            return Ok(());
        }
        client.try_send(format!("INCRBY {} 0\r\n", self.name).as_bytes())?;
        let value = client.try_integer()?;
        if !(self.own..=self.own + self.in_doubt).contains(&value) {
            let text = format!(
                "counted {value}, acknowledged {}, in doubt {}",
                self.own, self.in_doubt
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        self.own = value;
        self.in_doubt = 0;
        Ok(())
    }

    /// Up to two thousand requests, then QUIT.
    fn send_requests(&mut self, client: &mut Client) -> io::Result<()> {
        for _ in 0..self.random.u32(1..2000) {
            let speaks = Instant::now();
            match self.random.u32(0..10) {
                0..4 => self.count(client)?,
                4..7 => self.count_together(client)?,
                7 => self.look(client)?,
                8 => self.echo(client)?,
                _ => self.count_in_a_pipeline(client)?,
            }
            self.spoke = speaks;
            self.totals.answered.fetch_add(1, Ordering::Relaxed);
            thread::sleep(PAUSE);
        }
        client.try_send(b"QUIT\r\n")?;
        client.try_expect(b"+OK\r\n")
    }

    fn count(&mut self, client: &mut Client) -> io::Result<()> {
        self.count_many(client, 1)
    }

    fn count_in_a_pipeline(&mut self, client: &mut Client) -> io::Result<()> {
        let many = self.random.i64(2..200);
        self.count_many(client, many)
    }

    fn count_many(&mut self, client: &mut Client, many: i64) -> io::Result<()> {
        self.in_doubt = many;
        client.try_send(&increments(&self.name, many as usize))?;
        for _ in 0..many {
            client.try_expect(format!(":{}\r\n", self.own + 1).as_bytes())?;
            self.own += 1;
            self.in_doubt -= 1;
        }
        Ok(())
    }

    /// Increments the shared counter, sometimes in a pipeline: updates get lost where two threads loop tightly.
    fn count_together(&mut self, client: &mut Client) -> io::Result<()> {
        let many = [1, 1, 1000][self.random.usize(0..3)];
        self.totals.shared.send(many);
        client.try_send(&increments(SHARED, many as usize))?;
        for _ in 0..many {
            let value = client.try_integer()?;
            self.totals.shared.acknowledge(1);
            if value <= self.shared {
                let text = format!("the shared counter went from {} to {value}", self.shared);
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            self.shared = value;
        }
        Ok(())
    }

    fn look(&mut self, client: &mut Client) -> io::Result<()> {
        client.try_send(format!("GET {}\r\n", self.name).as_bytes())?;
        if self.own == 0 {
            return client.try_expect(b"$-1\r\n");
        }
        let value = self.own.to_string();
        client.try_expect(format!("${}\r\n{value}\r\n", value.len()).as_bytes())
    }

    fn echo(&mut self, client: &mut Client) -> io::Result<()> {
        let length = 1 << self.random.u32(0..17);
        let payload: Vec<u8> = (0..length).map(|_| self.random.u8(..)).collect();
        client.try_send(&echo(&payload))?;
        client.try_expect(format!("${length}\r\n").as_bytes())?;
        client.try_expect(&payload)?;
        client.try_expect(b"\r\n")
    }
}

/// A connection that the server has accepted; `None` while it is full.
fn enter(server: SocketAddr) -> Option<Client> {
    let mut client = connect(server).ok()?;
    client.try_send(b"PING\r\n").ok()?;
    client.try_expect(b"+PONG\r\n").ok()?;
    Some(client)
}
