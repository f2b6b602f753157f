//! Small servers whose behaviour is known exactly: what loadgen says of them can be compared with the truth.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use service::Limits;
use service::resp::{Args, Parser, write};

/// A server on a free port of the loopback, a thread for each connection; it lives as long as the test process.
pub fn serve(behaviour: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    serve_on("127.0.0.1:0", behaviour)
}

/// The same on an address of choice, with port 0.
pub fn serve_on(
    address: &str,
    behaviour: impl Fn(TcpStream) + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind(address).unwrap();
    let address = listener.local_addr().unwrap();
    let behaviour = Arc::new(behaviour);
    thread::spawn(move || {
        for peer in listener.incoming().map_while(Result::ok) {
            let behaviour = behaviour.clone();
            thread::spawn(move || behaviour(peer));
        }
    });
    address
}

/// One counter that all connections share, whatever its name. What it says is the truth, unless a test bends it.
#[derive(Default)]
pub struct Counter(AtomicI64);

impl Counter {
    /// Adds one.
    pub fn incr(&self) -> i64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Adds so much.
    pub fn add(&self, amount: i64) -> i64 {
        self.0.fetch_add(amount, Ordering::SeqCst) + amount
    }

    /// Adds one, but for increments beyond `most`, which are lost.
    pub fn incr_up_to(&self, most: i64) -> i64 {
        let next = |value: i64| (value + 1).min(most);
        let before = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |value| {
                Some(next(value))
            });
        before.map_or(most, next)
    }

    /// Reads it.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Forgets this many increments.
    pub fn forget(&self, increments: i64) {
        self.0.fetch_sub(increments, Ordering::SeqCst);
    }
}

/// `:value`.
pub fn integer(value: i64) -> Vec<u8> {
    format!(":{value}\r\n").into_bytes()
}

/// The correct_server reply to a request.
pub fn correct_reply(words: &[Vec<u8>], counter: &Counter) -> Vec<u8> {
    let mut reply = Vec::new();
    match words[0].as_slice() {
        b"INCR" => write::integer(&mut reply, counter.incr()),
        b"GET" => write::bulk(&mut reply, counter.get().to_string().as_bytes()),
        b"ECHO" => write::bulk(&mut reply, &words[1]),
        b"PING" => write::simple(&mut reply, "PONG"),
        _ => write::error(&mut reply, b"ERR unknown command"),
    }
    reply
}

/// Reads requests and writes what `reply` makes of each, until the peer leaves or `reply` has nothing more to say.
pub fn converse(mut peer: impl Read + Write, mut reply: impl FnMut(&[Vec<u8>]) -> Option<Vec<u8>>) {
    let (mut parser, mut args, limits) = (Parser::default(), Args::default(), Limits::default());
    let (mut input, mut chunk) = (Vec::new(), [0; 16 << 10]);
    loop {
        let mut replies = Vec::new();
        while let Some(length) = parser.next(&input, &limits, &mut args).unwrap() {
            let words: Vec<Vec<u8>> = args.of(&input).from(0).map(<[u8]>::to_vec).collect();
            input.drain(..length);
            match reply(&words) {
                Some(bytes) => replies.extend_from_slice(&bytes),
                None => {
                    let _ = peer.write_all(&replies);
                    return;
                }
            }
        }
        if peer.write_all(&replies).is_err() {
            return;
        }
        match peer.read(&mut chunk) {
            Ok(0) => return,
            Ok(bytes) => input.extend_from_slice(&chunk[..bytes]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// A server that tells the truth about one counter.
pub fn correct_server() -> SocketAddr {
    let counter = Counter::default();
    serve(move |peer| converse(peer, |words| Some(correct_reply(words, &counter))))
}

/// A server that says something fixed to everybody, and then nothing.
pub fn says(bytes: &'static [u8]) -> SocketAddr {
    serve(move |mut peer| {
        let mut request = [0; 1024];
        let _ = peer.read(&mut request);
        let _ = peer.write_all(bytes);
        drain(peer);
    })
}

/// Reads until the peer leaves, and answers nothing.
pub fn drain(mut peer: TcpStream) {
    let mut nothing = [0; 4096];
    while peer.read(&mut nothing).is_ok_and(|bytes| bytes > 0) {}
}

/// `$length`, and the text.
pub fn bulk(text: &str) -> Vec<u8> {
    format!("${}\r\n{text}\r\n", text.len()).into_bytes()
}
