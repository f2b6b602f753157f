//! Attacks that close at the wrong moment, or open too many connections.

use std::io;
use std::time::{Duration, Instant};

use super::{Attack, HOSTILE};
use crate::run::{MAX_CONNECTIONS, connect};
use testkit::{echo, increments, is_refusal};

pub(super) fn connect_and_vanish(attack: &mut Attack<'_>) -> io::Result<()> {
    connect(attack.server).map(drop)
}

pub(super) fn reset_in_mid_request(attack: &mut Attack<'_>) -> io::Result<()> {
    let request = increments(HOSTILE, 1);
    let cut = attack.random.usize(..request.len());
    let mut client = connect(attack.server)?;
    client.try_send(&request[..cut])?;
    client.reset();
    Ok(())
}

/// Resets after the first byte of a reply that fills every buffer, so the server is still sending it.
pub(super) fn reset_in_mid_reply(attack: &mut Attack<'_>) -> io::Result<()> {
    let mut client = connect(attack.server)?;
    client.read_reluctantly()?;
    // The write may stop because the buffers are full: the server is then sending a reply as well.
    let _ = client.try_send(&echo(&vec![b'x'; 1 << 20]).repeat(3));
    client.try_byte()?;
    client.reset();
    Ok(())
}

/// Closes with replies unread: the server writes to a closed client.
pub(super) fn pipeline_and_leave(attack: &mut Attack<'_>) -> io::Result<()> {
    let many = attack.random.usize(1..2000);
    let mut client = connect(attack.server)?;
    attack.totals.hostile.send(many as u64);
    client.try_send(&increments(HOSTILE, many))
}

/// Every reply must arrive before the server closes.
pub(super) fn half_close(attack: &mut Attack<'_>) -> io::Result<()> {
    let many = attack.random.u64(1..3000);
    let mut client = connect(attack.server)?;
    attack.totals.hostile.send(many);
    client.try_send(&increments(HOSTILE, many as usize))?;
    client.finish();
    let mut last = 0;
    for _ in 0..many {
        let value = client.try_integer()?;
        attack.totals.hostile.acknowledge(1);
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

/// More connections than the limit: the last is refused.
pub(super) fn one_too_many(attack: &mut Attack<'_>) -> io::Result<()> {
    let mut inside = Vec::new();
    let give_up = Instant::now() + Duration::from_secs(5);
    while inside.len() < MAX_CONNECTIONS && Instant::now() < give_up {
        inside.push(connect(attack.server)?);
    }
    // Other attacks open and close connections, so the server may have room again.
    let mut last = connect(attack.server)?;
    last.try_send(b"QUIT\r\n")?;
    let heard = last.try_receive_to_end()?;
    if heard.is_empty() || heard == b"+OK\r\n" || is_refusal(&heard) {
        Ok(())
    } else {
        Err(wrong(format!(
            "the connection over the limit received {}",
            heard.escape_ascii()
        )))
    }
}

fn wrong(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}
