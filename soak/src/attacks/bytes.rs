//! Attacks that send wrong bytes, or too many right ones.

use std::io::{self, ErrorKind};

use super::{Attack, HOSTILE};
use crate::run::connect;
use testkit::{increments, is_refusal};

/// Random bytes; some begin like a request. They hold no letters, so they form no command.
pub(super) fn garbage(attack: &mut Attack<'_>) -> io::Result<()> {
    let starts = [
        &b""[..],
        b"*",
        b"*1\r\n$",
        b"*3\r\n$3\r\n",
        b"$5\r\n",
        b"\"",
        b"\r\n\r\n",
    ];
    let start = starts[attack.random.usize(..starts.len())];
    let length = attack.random.usize(..4096);
    let bytes: Vec<u8> = (0..length)
        .map(|_| attack.random.u8(..))
        .map(|byte| {
            if byte.is_ascii_alphabetic() {
                byte ^ 0x80
            } else {
                byte
            }
        })
        .collect();
    let mut client = connect(attack.server)?;
    client.try_send(&[start, &bytes].concat())?;
    client.finish();
    match client.try_receive_to_end()? {
        heard if heard.is_empty() || heard.starts_with(b"-ERR ") => Ok(()),
        heard => Err(wrong(&heard, "garbage")),
    }
}

/// An HTTP request gets no reply, and no command in it is executed.
pub(super) fn http(attack: &mut Attack<'_>) -> io::Result<()> {
    let form = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 15\r\n\r\nINCR {HOSTILE}\r\n"
    );
    let request = if attack.random.bool() {
        form
    } else {
        form.replace("POST", "GET")
    };
    let mut client = connect(attack.server)?;
    client.try_send(request.as_bytes())?;
    match client.try_receive_to_end()? {
        heard if heard.is_empty() || is_refusal(&heard) => Ok(()),
        heard => Err(wrong(&heard, "HTTP")),
    }
}

/// The increments after the error are not in the totals: the final check would find them.
pub(super) fn nothing_behind_an_error(attack: &mut Attack<'_>) -> io::Result<()> {
    let mut client = connect(attack.server)?;
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

/// Many empty arguments: six bytes each to send, and more to hold.
pub(super) fn many_empty_arguments(attack: &mut Attack<'_>) -> io::Result<()> {
    let mut client = connect(attack.server)?;
    client.try_send(b"*1048576\r\n")?;
    for _ in 0..attack.random.u32(1..40) {
        client.try_send(&b"$0\r\n\r\n".repeat(1000))?;
    }
    Ok(())
}

/// Everything is written before anything is read.
pub(super) fn pipeline(attack: &mut Attack<'_>) -> io::Result<()> {
    let many = attack.random.u64(1..5000);
    let mut client = connect(attack.server)?;
    attack.totals.hostile.send(many);
    client.try_send(&increments(HOSTILE, many as usize))?;
    for _ in 0..many {
        client.try_integer()?;
        attack.totals.hostile.acknowledge(1);
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
