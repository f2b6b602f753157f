//! Replies: written by a server, read by a client.

use memchr::memchr;
use thiserror::Error;

use super::parse_i64;

/// Appends `:N`.
#[inline]
pub fn integer(out: &mut Vec<u8>, value: i64) {
    out.push(b':');
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends a bulk string: any bytes.
#[inline]
pub fn bulk(out: &mut Vec<u8>, bytes: &[u8]) {
    header(out, b'$', bytes.len());
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

/// Appends `%N`, the header of a RESP3 map; its `pairs` of a key and a value follow.
pub fn map(out: &mut Vec<u8>, pairs: usize) {
    header(out, b'%', pairs);
}

/// Appends a RESP3 verbatim string of plain text.
pub fn verbatim(out: &mut Vec<u8>, text: &[u8]) {
    header(out, b'=', text.len() + 4);
    out.extend_from_slice(b"txt:");
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

/// Appends RESP3's `_`: no value.
pub fn null3(out: &mut Vec<u8>) {
    out.extend_from_slice(b"_\r\n");
}

/// Appends `$-1`: no value.
pub fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"$-1\r\n");
}

/// Appends the header of an array; its `elements` follow.
pub fn array(out: &mut Vec<u8>, elements: usize) {
    header(out, b'*', elements);
}

/// Appends `+text`, which must be one line.
pub fn simple(out: &mut Vec<u8>, text: &'static str) {
    line(out, b'+', text.as_bytes());
}

/// Appends `-text`. CR and LF become spaces, so a client's bytes in the text cannot end the reply.
pub fn error(out: &mut Vec<u8>, text: &[u8]) {
    line(out, b'-', text);
}

fn line(out: &mut Vec<u8>, kind: u8, text: &[u8]) {
    out.push(kind);
    out.extend(text.iter().map(|&byte| match byte {
        b'\r' | b'\n' => b' ',
        byte => byte,
    }));
    out.extend_from_slice(b"\r\n");
}

pub(super) fn header(out: &mut Vec<u8>, kind: u8, length: usize) {
    out.push(kind);
    out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// A reply as a client reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply<'a> {
    /// `+OK`
    Simple(&'a [u8]),
    /// `-ERR …`
    Error(&'a [u8]),
    /// `:N`
    Integer(i64),
    /// `$N` and its bytes
    Bulk(&'a [u8]),
    /// `$-1` or `*-1`
    Null,
    /// `*N`; its elements follow, each a reply of its own
    Array(usize),
}

/// Bytes that are not a RESP reply: the peer speaks another protocol, or an earlier reply had another length than it announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the bytes are not a RESP reply")]
pub struct ReplyError;

/// Reads the reply at the front of `bytes`; returns it and its length, or `None` when its end has not arrived.
///
/// When more bytes come, a bulk string is read again from its header, which is short: a reply that comes byte by byte costs O(n).
///
/// # Errors
/// [`ReplyError`] when no further bytes can make it a reply.
pub fn read_reply(bytes: &[u8]) -> Result<Option<(Reply<'_>, usize)>, ReplyError> {
    let Some(&kind) = bytes.first() else {
        return Ok(None);
    };
    if !matches!(kind, b'+' | b'-' | b':' | b'$' | b'*') {
        return Err(ReplyError);
    }
    let Some(end) = memchr(b'\n', bytes) else {
        return Ok(None);
    };
    let text = bytes[1..end].strip_suffix(b"\r").ok_or(ReplyError)?;
    let after = end + 1;
    let reply = match kind {
        b'+' => Reply::Simple(text),
        b'-' => Reply::Error(text),
        b':' => Reply::Integer(parse_i64(text).ok_or(ReplyError)?),
        _ if text == b"-1" => Reply::Null,
        _ => {
            let length = parse_i64(text)
                .and_then(|length| usize::try_from(length).ok())
                .ok_or(ReplyError)?;
            if kind == b'$' {
                return read_bulk(bytes, after, length);
            }
            Reply::Array(length)
        }
    };
    Ok(Some((reply, after)))
}

fn read_bulk(
    bytes: &[u8],
    start: usize,
    length: usize,
) -> Result<Option<(Reply<'_>, usize)>, ReplyError> {
    let end = start.checked_add(length).ok_or(ReplyError)?;
    match bytes.get(end..end.saturating_add(2)) {
        None => Ok(None),
        Some(b"\r\n") => Ok(Some((Reply::Bulk(&bytes[start..end]), end + 2))),
        Some(_) => Err(ReplyError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_however_it_is_cut() {
        let mut out = Vec::new();
        integer(&mut out, i64::MIN);
        bulk(&mut out, b"a\r\nb\0");
        bulk(&mut out, b"");
        null(&mut out);
        array(&mut out, 2);
        simple(&mut out, "OK");
        error(&mut out, b"ERR a\r\nb");

        let expected = [
            Reply::Integer(i64::MIN),
            Reply::Bulk(b"a\r\nb\0"),
            Reply::Bulk(b""),
            Reply::Null,
            Reply::Array(2),
            Reply::Simple(b"OK"),
            Reply::Error(b"ERR a  b"),
        ];
        let mut rest = &out[..];
        for reply in expected {
            let (read, length) = read_reply(rest).unwrap().unwrap();
            assert_eq!(read, reply);
            for cut in 0..length {
                assert_eq!(
                    read_reply(&rest[..cut]),
                    Ok(None),
                    "cut at {cut} of {}",
                    rest[..length].escape_ascii()
                );
            }
            rest = &rest[length..];
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn other_bytes_are_refused() {
        for bytes in [
            &b"HTTP/1.1 400\r\n"[..],
            b"\x15\x03\x01",
            b":1a\r\n",
            b":\r\n",
            b"$-2\r\n",
            b"$1\r\nabc",
            b":1\n",
            b"$99999999999999999999\r\n",
        ] {
            assert_eq!(
                read_reply(bytes),
                Err(ReplyError),
                "{}",
                bytes.escape_ascii()
            );
        }
    }
}
