//! A proxy that passes on every byte, but for what it does once to one connection of the load.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use super::fault::{AT, Act};

/// How replies are told apart.
#[derive(Clone, Copy, Debug)]
pub enum Framing {
    /// As RESP says.
    Resp,
    /// Each has so many bytes.
    Fixed(usize),
}

/// A running proxy. It lives as long as the test process.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

/// The lie as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bent {
    /// The how-manieth operation of its connection was told it, from 0.
    pub sequence: usize,
    /// What it was told.
    pub reply: Vec<u8>,
}

#[derive(Debug)]
struct Shared {
    act: Act,
    framing: Framing,
    server: SocketAddr,
    connections: AtomicUsize,
    /// The connection that is told the lie.
    chosen: OnceLock<usize>,
    bent: Mutex<Option<Bent>>,
    /// The reply that waits to be exchanged, and where the other one is to go.
    waiting: Mutex<Option<(Vec<u8>, TcpStream)>>,
}

impl Proxy {
    /// A proxy before `server`.
    pub fn before(server: SocketAddr, framing: Framing, act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            act,
            framing,
            server,
            connections: AtomicUsize::new(0),
            chosen: OnceLock::new(),
            bent: Mutex::new(None),
            waiting: Mutex::new(None),
        });
        let of_all = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                pass_on(client, &of_all);
            }
        });
        Self { address, shared }
    }

    /// What was told instead of the truth.
    ///
    /// # Panics
    /// When nothing was.
    pub fn bent(&self) -> Bent {
        let bent = self.shared.bent.lock().unwrap().clone();
        bent.expect("the proxy was to lie")
    }
}

impl Bent {
    /// The value in the reply `:42`.
    pub fn value(&self) -> i64 {
        let text = std::str::from_utf8(&self.reply).unwrap();
        text.trim_start_matches(':').trim_end().parse().unwrap()
    }
}

impl Shared {
    /// Whether this is the connection to lie to: the first that gets so far, for on a busy machine another may never.
    fn bends(&self, number: usize) -> bool {
        *self.chosen.get_or_init(|| number) == number
    }
}

/// Connects a client with the server, in both directions, until both have ended.
fn pass_on(client: TcpStream, shared: &Arc<Shared>) {
    let server = TcpStream::connect(shared.server).unwrap();
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let number = Arc::new(OnceLock::new());
    let replies = Replies {
        shared: shared.clone(),
        number: number.clone(),
        from: server.try_clone().unwrap(),
        to: client.try_clone().unwrap(),
        passed: 0,
        held: Vec::new(),
    };
    thread::spawn(|| replies.pass());
    let shared = shared.clone();
    thread::spawn(move || pass_requests(client, server, &number, &shared));
}

fn pass_requests(
    mut from: TcpStream,
    mut to: TcpStream,
    number: &OnceLock<usize>,
    shared: &Shared,
) {
    let (mut chunk, mut chunks) = (vec![0; 64 << 10], 0);
    while let Ok(read @ 1..) = from.read(&mut chunk) {
        let is_load = match shared.framing {
            Framing::Resp => chunk.starts_with(b"*2\r\n$4\r\n"),
            Framing::Fixed(length) => read % length == 0,
        };
        // What is asked before and after the load is left alone.
        if chunks == 0 && is_load {
            let _ = number.set(shared.connections.fetch_add(1, Ordering::SeqCst));
        }
        chunks += 1;
        let bends = || number.get().is_some_and(|number| shared.bends(*number));
        if shared.act == Act::Swallow && chunks == AT / 10 && bends() {
            let _ = to.shutdown(Shutdown::Both);
            return reset(&from);
        }
        if to.write_all(&chunk[..read]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// The way back, where the lies are told.
struct Replies {
    shared: Arc<Shared>,
    number: Arc<OnceLock<usize>>,
    from: TcpStream,
    to: TcpStream,
    passed: usize,
    held: Vec<u8>,
}

impl Replies {
    fn pass(mut self) {
        let (mut input, mut chunk) = (Vec::new(), vec![0; 64 << 10]);
        while let Ok(read @ 1..) = self.from.read(&mut chunk) {
            input.extend_from_slice(&chunk[..read]);
            while let Some(length) = self.length(&input) {
                let reply: Vec<u8> = input.drain(..length).collect();
                let Some(bytes) = self.bend(reply) else {
                    return reset(&self.to);
                };
                if self.to.write_all(&bytes).is_err() {
                    return;
                }
            }
        }
        let _ = self.to.shutdown(Shutdown::Write);
    }

    /// The length of the reply at the front, if it is whole. What is not the load's passes as it comes.
    fn length(&self, input: &[u8]) -> Option<usize> {
        let length = match (self.number.get(), self.shared.framing) {
            (None, _) => input.len(),
            (_, Framing::Fixed(length)) => length,
            (_, Framing::Resp) => {
                let line = input.windows(2).position(|two| two == b"\r\n")? + 2;
                let digits = std::str::from_utf8(&input[1..line - 2]).unwrap();
                match (input[0], digits.parse::<usize>()) {
                    (b'$', Ok(bulk)) => line + bulk + 2,
                    _ => line,
                }
            }
        };
        (1..=input.len()).contains(&length).then_some(length)
    }

    /// What the client gets instead of a reply; `None` if its connection is to be reset.
    fn bend(&mut self, reply: Vec<u8>) -> Option<Vec<u8>> {
        let at = self.passed;
        self.passed += 1;
        match (self.shared.act, self.number.get(), at) {
            (act, Some(number), AT..) if self.shared.bends(*number) => {
                self.bend_from_here_on(act, at - AT, reply)
            }
            (Act::Mix, Some(_), AT..) => Some(self.exchange(at, reply)),
            _ => Some(reply),
        }
    }

    fn bend_from_here_on(&mut self, act: Act, since: usize, reply: Vec<u8>) -> Option<Vec<u8>> {
        match (act, since) {
            (Act::Swap, 0) | (Act::Delay, 0..4) => {
                self.held.extend_from_slice(&reply);
                Some(Vec::new())
            }
            (Act::Swap, 1) => {
                self.tell(AT + 1, &self.held);
                Some([reply, std::mem::take(&mut self.held)].concat())
            }
            (Act::Delay, 4) => Some([std::mem::take(&mut self.held), reply].concat()),
            (Act::Duplicate, 0) => {
                self.tell(AT + 1, &reply);
                Some(reply.repeat(2))
            }
            (Act::Drop, 0) => {
                self.tell(AT, &reply);
                Some(Vec::new())
            }
            (Act::Flip, 0) => {
                let flipped = flipped(reply);
                self.tell(AT, &flipped);
                Some(flipped)
            }
            (Act::Garble, 0) => Some([b"+", &reply[1..]].concat()),
            (Act::Mix, 0) => {
                let to = self.to.try_clone().unwrap();
                *self.shared.waiting.lock().unwrap() = Some((reply, to));
                Some(Vec::new())
            }
            (Act::Reset, 0) => None,
            (Act::ResetInTheMiddle, 0) => {
                let _ = self.to.write_all(&reply[..reply.len() / 2]);
                None
            }
            _ => Some(reply),
        }
    }

    /// Another connection: the third reply since that one began to wait is exchanged with it.
    fn exchange(&mut self, at: usize, reply: Vec<u8>) -> Vec<u8> {
        let mut waiting = self.shared.waiting.lock().unwrap();
        if waiting.is_none() {
            return reply;
        }
        self.held.push(0);
        if self.held.len() < 3 {
            return reply;
        }
        let (other, mut to) = waiting.take().unwrap();
        to.write_all(&reply).unwrap();
        self.tell(at, &other);
        other
    }

    fn tell(&self, sequence: usize, reply: &[u8]) {
        *self.shared.bent.lock().unwrap() = Some(Bent {
            sequence,
            reply: reply.to_vec(),
        });
    }
}

/// A value that is a thousand million too high, or a payload with one bit changed.
fn flipped(mut reply: Vec<u8>) -> Vec<u8> {
    if let Some(digits) = reply.strip_prefix(b":") {
        let value: i64 = std::str::from_utf8(digits)
            .unwrap()
            .trim_end()
            .parse()
            .unwrap();
        return format!(":{}\r\n", value + 1_000_000_000).into_bytes();
    }
    let middle = reply.len() / 2;
    reply[middle] ^= 1;
    reply
}

/// Lets the peer see a reset. The other thread of this connection wakes and lets go of the socket too.
fn reset(socket: &TcpStream) {
    set_socket_linger(socket, Some(Duration::ZERO)).unwrap();
    let _ = socket.shutdown(Shutdown::Read);
}
