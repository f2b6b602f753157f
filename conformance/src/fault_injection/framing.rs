//! How the proxy finds the ends of requests and replies.

/// How the proxy finds the end of each reply.
#[derive(Clone, Copy, Debug)]
pub enum Framing {
    /// RESP.
    Resp,
    /// Every reply has this many bytes.
    Fixed(usize),
}

/// How every request of a RESP load begins: INCR or ECHO with one argument.
const REQUEST_START: &[u8] = b"*2\r\n$4\r\n";

impl Framing {
    /// Whether these are the first bytes of a connection that carries load.
    pub(super) fn begins_load(self, bytes: &[u8]) -> bool {
        match self {
            Self::Resp => bytes.starts_with(REQUEST_START),
            Self::Fixed(length) => bytes.len().is_multiple_of(length),
        }
    }

    /// The length of each request, from the first bytes of the load: all its requests are equally long.
    pub(super) fn request_length(self, bytes: &[u8]) -> usize {
        match self {
            Self::Fixed(length) => length,
            Self::Resp => {
                let mut starts = bytes.windows(REQUEST_START.len()).skip(1);
                let second = starts.position(|start| start == REQUEST_START);
                second.map_or(bytes.len(), |before| before + 1)
            }
        }
    }

    /// The length of the first reply; `None` while its first line is incomplete.
    pub(super) fn reply_length(self, bytes: &[u8]) -> Option<usize> {
        if let Self::Fixed(length) = self {
            return Some(length);
        }
        let line = bytes.windows(2).position(|two| two == b"\r\n")? + 2;
        let digits = std::str::from_utf8(&bytes[1..line - 2]).unwrap();
        Some(match (bytes[0], digits.parse::<usize>()) {
            (b'$', Ok(bulk)) => line + bulk + 2,
            _ => line,
        })
    }
}
