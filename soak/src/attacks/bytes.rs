//! Visitors who send the wrong bytes, or too many of the right ones.

use std::io::{self, ErrorKind};

use super::{HOSTILE, Visit};
use crate::run::connect;
use testkit::{increments, is_refusal};

/// Any bytes; some begin like a request. No letters, so that none of them counts under a name of its own.
pub(super) fn garbage(visit: &mut Visit<'_>) -> io::Result<()> {
    let starts = [
        &b""[..],
        b"*",
        b"*1\r\n$",
        b"*3\r\n$3\r\n",
        b"$5\r\n",
        b"\"",
        b"\r\n\r\n",
    ];
    let start = starts[visit.random.usize(..starts.len())];
    let length = visit.random.usize(..4096);
    let bytes: Vec<u8> = (0..length)
        .map(|_| visit.random.u8(..))
        .map(|byte| {
            if byte.is_ascii_alphabetic() {
                byte ^ 0x80
            } else {
                byte
            }
        })
        .collect();
    let mut client = connect(visit.server)?;
    client.try_send(&[start, &bytes].concat())?;
    client.finish();
    match client.try_receive_to_end()? {
        heard if heard.is_empty() || heard.starts_with(b"-ERR ") => Ok(()),
        heard => Err(wrong(&heard, "garbage")),
    }
}

/// A page in a browser gets no answer, and nothing it says is done.
pub(super) fn http(visit: &mut Visit<'_>) -> io::Result<()> {
    let form = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 15\r\n\r\nINCR {HOSTILE}\r\n"
    );
    let request = if visit.random.bool() {
        form
    } else {
        form.replace("POST", "GET")
    };
    let mut client = connect(visit.server)?;
    client.try_send(request.as_bytes())?;
    match client.try_receive_to_end()? {
        heard if heard.is_empty() || is_refusal(&heard) => Ok(()),
        heard => Err(wrong(&heard, "HTTP")),
    }
}

/// The count behind the error is not in the books: executed, it would be one too many.
pub(super) fn nothing_behind_an_error(visit: &mut Visit<'_>) -> io::Result<()> {
    let mut client = connect(visit.server)?;
    client.try_send(&[b"*x\r\n", &increments(HOSTILE, 10)[..]].concat())?;
    let heard = client.try_receive_to_end()?;
    if heard == b"-ERR Protocol error: invalid multibulk length\r\n"
        || heard.is_empty()
        || is_refusal(&heard)
    {
        Ok(())
    } else {
        Err(wrong(&heard, "an error"))
    }
}

/// The cheapest bytes to send and the dearest to keep: an argument of six bytes needs a place of its own.
pub(super) fn many_empty_arguments(visit: &mut Visit<'_>) -> io::Result<()> {
    let mut client = connect(visit.server)?;
    client.try_send(b"*1048576\r\n")?;
    for _ in 0..visit.random.u32(1..40) {
        client.try_send(&b"$0\r\n\r\n".repeat(1000))?;
    }
    Ok(())
}

/// Everything is written before anything is read.
pub(super) fn pipeline(visit: &mut Visit<'_>) -> io::Result<()> {
    let many = visit.random.u64(1..5000);
    let mut client = connect(visit.server)?;
    visit.ledger.hostile.send(many);
    client.try_send(&increments(HOSTILE, many as usize))?;
    for _ in 0..many {
        client.try_integer()?;
        visit.ledger.hostile.acknowledge(1);
    }
    Ok(())
}

fn wrong(heard: &[u8], what: &str) -> io::Error {
    let start = heard[..heard.len().min(80)].escape_ascii();
    io::Error::new(
        ErrorKind::InvalidData,
        format!("{what} is answered by {start}"),
    )
}
