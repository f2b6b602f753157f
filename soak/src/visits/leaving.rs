//! Visitors who leave at the wrong moment, or come in too great a number.

use std::io;
use std::time::{Duration, Instant};

use super::{HOSTILE, Visit};
use crate::peer::{Peer, echo, increments, is_refusal};
use crate::run::MAX_CONNECTIONS;

pub(super) fn connect_and_vanish(visit: &mut Visit<'_>) -> io::Result<()> {
    Peer::connect(visit.server).map(drop)
}

pub(super) fn reset_in_mid_request(visit: &mut Visit<'_>) -> io::Result<()> {
    let request = increments(HOSTILE, 1);
    let cut = visit.random.usize(..request.len());
    let mut peer = Peer::connect(visit.server)?;
    peer.send(&request[..cut])?;
    peer.reset()
}

/// The first byte of a reply that fills every buffer says that the server is in the middle of it.
pub(super) fn reset_in_mid_reply(visit: &mut Visit<'_>) -> io::Result<()> {
    let mut peer = Peer::connect(visit.server)?;
    peer.read_reluctantly()?;
    // The write may end for want of room: then the server is in mid-reply all the more.
    let _ = peer.send(&echo(&vec![b'x'; 1 << 20]).repeat(3));
    peer.byte()?;
    peer.reset()
}

/// Closes with replies unread: the server writes to a closed peer.
pub(super) fn pipeline_and_leave(visit: &mut Visit<'_>) -> io::Result<()> {
    let many = visit.random.usize(1..2000);
    let mut peer = Peer::connect(visit.server)?;
    visit.ledger.hostile.send(many as u64);
    peer.send(&increments(HOSTILE, many))
}

/// All replies, then the end.
pub(super) fn half_close(visit: &mut Visit<'_>) -> io::Result<()> {
    let many = visit.random.u64(1..3000);
    let mut peer = Peer::connect(visit.server)?;
    visit.ledger.hostile.send(many);
    peer.send(&increments(HOSTILE, many as usize))?;
    peer.finish()?;
    let mut last = 0;
    for _ in 0..many {
        let value = peer.integer()?;
        visit.ledger.hostile.acknowledge(1);
        if value <= last {
            return Err(wrong(format!("the counter went from {last} to {value}")));
        }
        last = value;
    }
    match peer.until_closed()? {
        rest if rest.is_empty() => Ok(()),
        rest => Err(wrong(format!(
            "{} behind the last reply",
            rest.escape_ascii()
        ))),
    }
}

/// More connections than there are places: the last is told so.
pub(super) fn one_too_many(visit: &mut Visit<'_>) -> io::Result<()> {
    let mut inside = Vec::new();
    let give_up = Instant::now() + Duration::from_secs(5);
    while inside.len() < MAX_CONNECTIONS && Instant::now() < give_up {
        inside.push(Peer::connect(visit.server)?);
    }
    // Other visitors come and go; of those who came first some are inside, and the house is full or has just been.
    let mut last = Peer::connect(visit.server)?;
    last.send(b"QUIT\r\n")?;
    let heard = last.until_closed()?;
    if heard.is_empty() || heard == b"+OK\r\n" || is_refusal(&heard) {
        Ok(())
    } else {
        Err(wrong(format!(
            "one too many is told {}",
            heard.escape_ascii()
        )))
    }
}

fn wrong(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}
