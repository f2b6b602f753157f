//! A proxy that forwards every byte, and injects one fault into one connection of the load.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use testkit::until;

use super::fault::{AT, Fault};
use super::framing::Framing;

/// A running proxy. Its threads end with the test process.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

/// The wrong reply that the client received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injected {
    /// The zero-based index, on its connection, of the operation that received it.
    pub sequence: usize,
    /// Its bytes.
    pub reply: Vec<u8>,
}

/// What the direction to the server knows of a connection that carries load.
#[derive(Debug, Default)]
struct Load {
    number: OnceLock<usize>,
    /// Complete requests that the client has sent.
    requests: AtomicUsize,
}

#[derive(Debug)]
struct Shared {
    fault: Fault,
    framing: Framing,
    server: SocketAddr,
    connections: AtomicUsize,
    /// The connection that receives the fault.
    chosen: OnceLock<usize>,
    injected: Mutex<Option<Injected>>,
    /// The reply that waits to be exchanged, and the connection that receives the other one.
    waiting: Mutex<Option<(Vec<u8>, TcpStream)>>,
}

impl Proxy {
    /// Starts a proxy in front of `server`.
    pub fn before(server: SocketAddr, framing: Framing, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            fault,
            framing,
            server,
            connections: AtomicUsize::new(0),
            chosen: OnceLock::new(),
            injected: Mutex::new(None),
            waiting: Mutex::new(None),
        });
        let for_connections = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                pass_on(client, &for_connections);
            }
        });
        Self { address, shared }
    }

    /// The reply that was injected.
    ///
    /// # Panics
    /// When no fault was injected.
    pub fn injected(&self) -> Injected {
        let injected = self.shared.injected.lock().unwrap().clone();
        injected.expect("the proxy injected a fault")
    }
}

impl Injected {
    /// The value of an integer reply such as `:42`.
    pub fn value(&self) -> i64 {
        let text = std::str::from_utf8(&self.reply).unwrap();
        text.trim_start_matches(':').trim_end().parse().unwrap()
    }
}

impl Shared {
    /// Whether this connection receives the fault. The first to get so far does: on a busy machine another may never.
    fn is_chosen(&self, number: usize) -> bool {
        *self.chosen.get_or_init(|| number) == number
    }
}

/// Forwards bytes between a client and the server, in both directions, until both close.
fn pass_on(client: TcpStream, shared: &Arc<Shared>) {
    let server = TcpStream::connect(shared.server).unwrap();
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let load = Arc::new(Load::default());
    let replies = Replies {
        shared: shared.clone(),
        load: load.clone(),
        from: server.try_clone().unwrap(),
        to: client.try_clone().unwrap(),
        passed: 0,
        held: Vec::new(),
    };
    thread::spawn(|| replies.pass());
    let shared = shared.clone();
    thread::spawn(move || pass_requests(client, server, &load, &shared));
}

fn pass_requests(mut from: TcpStream, mut to: TcpStream, load: &Load, shared: &Shared) {
    let (mut chunk, mut chunks) = (vec![0; 64 << 10], 0);
    let (mut all_bytes, mut request_bytes) = (0, 1);
    while let Ok(read @ 1..) = from.read(&mut chunk) {
        let is_load = shared.framing.begins_load(&chunk[..read]);
        // Connections that carry no load, such as those for INFO, get no number and no fault.
        if chunks == 0 && is_load {
            let _ = load
                .number
                .set(shared.connections.fetch_add(1, Ordering::SeqCst));
            request_bytes = shared.framing.request_length(&chunk[..read]);
        }
        chunks += 1;
        all_bytes += read;
        load.requests
            .store(all_bytes / request_bytes, Ordering::SeqCst);
        let is_chosen = || {
            load.number
                .get()
                .is_some_and(|number| shared.is_chosen(*number))
        };
        if shared.fault == Fault::ResetBeforeRequest && chunks == AT / 10 && is_chosen() {
            let _ = to.shutdown(Shutdown::Both);
            return reset(&from);
        }
        if to.write_all(&chunk[..read]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// The direction from the server to the client, where faults are injected.
struct Replies {
    shared: Arc<Shared>,
    load: Arc<Load>,
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
                let Some(bytes) = self.replace(reply) else {
                    return reset(&self.to);
                };
                if self.to.write_all(&bytes).is_err() {
                    return;
                }
            }
        }
        let _ = self.to.shutdown(Shutdown::Write);
    }

    /// The length of the first reply, if it is complete. Bytes that are not part of the load are forwarded as they come.
    fn length(&self, input: &[u8]) -> Option<usize> {
        let length = match self.load.number.get() {
            None => input.len(),
            Some(_) => self.shared.framing.reply_length(input)?,
        };
        (1..=input.len()).contains(&length).then_some(length)
    }

    /// The bytes to forward instead of a reply; `None` resets the connection.
    fn replace(&mut self, reply: Vec<u8>) -> Option<Vec<u8>> {
        let at = self.passed;
        self.passed += 1;
        match (self.shared.fault, self.load.number.get(), at) {
            (fault, Some(number), AT..) if self.shared.is_chosen(*number) => {
                self.inject(fault, at - AT, reply)
            }
            (Fault::CrossConnections, Some(_), AT..) => Some(self.exchange(at, reply)),
            _ => Some(reply),
        }
    }

    fn inject(&mut self, fault: Fault, since: usize, reply: Vec<u8>) -> Option<Vec<u8>> {
        match (fault, since) {
            (Fault::Swap, 0) | (Fault::Delay, 0..4) => {
                self.held.extend_from_slice(&reply);
                Some(Vec::new())
            }
            (Fault::Swap, 1) => {
                self.record(AT + 1, &self.held);
                Some([reply, std::mem::take(&mut self.held)].concat())
            }
            (Fault::Delay, 4) => Some([std::mem::take(&mut self.held), reply].concat()),
            (Fault::Duplicate | Fault::DuplicateInPipeline, 0) => {
                until("the next request is in flight", || {
                    fault == Fault::Duplicate || self.load.requests.load(Ordering::SeqCst) >= AT + 2
                });
                self.record(AT + 1, &reply);
                Some(reply.repeat(2))
            }
            (Fault::Drop, 0) => {
                self.record(AT, &reply);
                Some(Vec::new())
            }
            (Fault::Corrupt, 0) => {
                let corrupted = corrupted(reply);
                self.record(AT, &corrupted);
                Some(corrupted)
            }
            (Fault::ChangeType, 0) => Some([b"+", &reply[1..]].concat()),
            (Fault::CrossConnections, 0) => {
                let to = self.to.try_clone().unwrap();
                *self.shared.waiting.lock().unwrap() = Some((reply, to));
                Some(Vec::new())
            }
            (Fault::Reset, 0) => None,
            (Fault::ResetMidReply, 0) => {
                let _ = self.to.write_all(&reply[..reply.len() / 2]);
                None
            }
            _ => Some(reply),
        }
    }

    /// On another connection: exchanges the third reply since then with the one that waits.
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
        self.record(at, &other);
        other
    }

    fn record(&self, sequence: usize, reply: &[u8]) {
        *self.shared.injected.lock().unwrap() = Some(Injected {
            sequence,
            reply: reply.to_vec(),
        });
    }
}

/// Adds a thousand million to a value, or changes one bit of a payload.
fn corrupted(mut reply: Vec<u8>) -> Vec<u8> {
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

/// Resets the connection. The thread of the other direction wakes and drops the socket too.
fn reset(socket: &TcpStream) {
    set_socket_linger(socket, Some(Duration::ZERO)).unwrap();
    let _ = socket.shutdown(Shutdown::Read);
}
