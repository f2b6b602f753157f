//! The floor of a thread per connection: read, write.

use std::error::Error;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::Builder;

use rustix::buffer::spare_capacity;

static COUNTER: AtomicU64 = AtomicU64::new(0);

fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, floor::port()?))?;
    loop {
        let (peer, _) = listener.accept()?;
        peer.set_nodelay(true)?;
        Builder::new()
            .stack_size(256 << 10)
            .spawn(move || serve(&peer))?;
    }
}

fn serve(peer: &TcpStream) {
    let (mut input, mut replies) = (Vec::with_capacity(64 << 10), Vec::new());
    loop {
        input.clear();
        if !matches!(
            rustix::io::read(peer.as_fd(), spare_capacity(&mut input)),
            Ok(1..)
        ) {
            return;
        }
        replies.clear();
        floor::answer(&input, &mut replies, |more| {
            COUNTER.fetch_add(more, Ordering::Relaxed) + more
        });
        if rustix::io::write(peer.as_fd(), &replies) != Ok(replies.len()) {
            return;
        }
    }
}
