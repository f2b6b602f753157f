//! The floor of one thread and one epoll: wait, read, write.

use std::error::Error;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsFd;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

/// The listener's token; connections have theirs from 0 on.
const LISTENER: u64 = u64::MAX;

fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, floor::port()?))?;
    listener.set_nonblocking(true)?;
    let poll = epoll::create(CreateFlags::CLOEXEC)?;
    epoll::add(
        &poll,
        &listener,
        EventData::new_u64(LISTENER),
        EventFlags::IN,
    )?;

    let mut peers: Vec<Option<TcpStream>> = Vec::new();
    let mut events: Vec<Event> = Vec::with_capacity(1024);
    let (mut input, mut replies) = (Vec::with_capacity(64 << 10), Vec::with_capacity(512 << 10));
    let mut counter = 0;
    loop {
        events.clear();
        epoll::wait(&poll, spare_capacity(&mut events), None)?;
        for event in &events {
            if event.data.u64() == LISTENER {
                while let Ok((peer, _)) = listener.accept() {
                    peer.set_nonblocking(true)?;
                    peer.set_nodelay(true)?;
                    epoll::add(
                        &poll,
                        &peer,
                        EventData::new_u64(peers.len() as u64),
                        EventFlags::IN,
                    )?;
                    peers.push(Some(peer));
                }
                continue;
            }
            let place = &mut peers[usize::try_from(event.data.u64())?];
            let Some(peer) = place else { continue };
            input.clear();
            if !matches!(
                rustix::io::read(peer.as_fd(), spare_capacity(&mut input)),
                Ok(1..)
            ) {
                *place = None;
                continue;
            }
            replies.clear();
            floor::answer(&input, &mut replies, |more| {
                counter += more;
                counter
            });
            if rustix::io::write(peer.as_fd(), &replies) != Ok(replies.len()) {
                *place = None;
            }
        }
    }
}
