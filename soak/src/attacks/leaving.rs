//! Visitors who leave at the wrong moment, or come in too great a number.

use std::io;
use std::time::{Duration, Instant};

use super::{HOSTILE, Visit};
use crate::run::{MAX_CONNECTIONS, connect};
use testkit::{echo, increments, is_refusal};

pub(super) fn connect_and_vanish(visit: &mut Visit<'_>) -> io::Result<()> {
    connect(visit.server).map(drop)
}

pub(super) fn reset_in_mid_request(visit: &mut Visit<'_>) -> io::Result<()> {
    let request = increments(HOSTILE, 1);
    let cut = visit.random.usize(..request.len());
    let mut client = connect(visit.server)?;
    client.try_send(&request[..cut])?;
    client.reset();
    Ok(())
}

/// The first byte of a reply that fills every buffer says that the server is in the middle of it.
pub(super) fn reset_in_mid_reply(visit: &mut Visit<'_>) -> io::Result<()> {
    let mut client = connect(visit.server)?;
    client.read_reluctantly()?;
    // The write may end for want of room: then the server is in mid-reply all the more.
    let _ = client.try_send(&echo(&vec![b'x'; 1 << 20]).repeat(3));
    client.try_byte()?;
    client.reset();
    Ok(())
}

/// Closes with replies unread: the server writes to a closed client.
pub(super) fn pipeline_and_leave(visit: &mut Visit<'_>) -> io::Result<()> {
    let many = visit.random.usize(1..2000);
    let mut client = connect(visit.server)?;
    visit.ledger.hostile.send(many as u64);
    client.try_send(&increments(HOSTILE, many))
}

/// All replies, then the end.
pub(super) fn half_close(visit: &mut Visit<'_>) -> io::Result<()> {
    let many = visit.random.u64(1..3000);
    let mut client = connect(visit.server)?;
    visit.ledger.hostile.send(many);
    client.try_send(&increments(HOSTILE, many as usize))?;
    client.finish();
    let mut last = 0;
    for _ in 0..many {
        let value = client.try_integer()?;
        visit.ledger.hostile.acknowledge(1);
        if value <= last {
            return Err(wrong(format!("the counter went from {last} to {value}")));
        }
        last = value;
    }
    match client.try_receive_to_end()? {
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
        inside.push(connect(visit.server)?);
    }
    // Other visitors come and go; of those who came first some are inside, and the house is full or has just been.
    let mut last = connect(visit.server)?;
    last.try_send(b"QUIT\r\n")?;
    let heard = last.try_receive_to_end()?;
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
