//! Turns without sockets, for a profiler: what a request costs above the system calls.
//!
//! `valgrind --tool=callgrind target/release/examples/turns 64 1000` counts the instructions of 1000 turns of 64 INCR each.

use service::counter::Plain;
use service::keyspace::{Keyspace, Local};
use service::{Environment, Limits, Protocol, Service, Session};

#[derive(Debug)]
struct Nothing;

impl Environment for Nothing {
    fn executed(&self, _: u64, _: u64) {}
    fn info(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|argument| argument.parse().unwrap_or(64));
    let (depth, turns) = (
        arguments.next().unwrap_or(64),
        arguments.next().unwrap_or(1000),
    );
    let request = b"*2\r\n$4\r\nINCR\r\n$7\r\ncounter\r\n".repeat(depth);

    let keyspace = Local::<Plain>::bounded(10);
    let service = Service {
        keyspace,
        limits: Limits::default(),
        protocol: Protocol::Resp,
        environment: &Nothing,
    };
    let mut session = Session::new(1);
    let (mut input, mut replies) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        input.extend_from_slice(&request);
        session.receive(&service, &mut input, &mut replies);
        replies.clear();
    }
    println!("{:?}", service.keyspace.list());
}
