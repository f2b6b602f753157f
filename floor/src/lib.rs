//! The floor under a server: the system calls that no server can do without, and next to nothing else.
//!
//! `floor-epoll` waits as a reactor does, `floor-threads` as a thread per connection does. Both count every `*` that they read as
//! one INCR of one counter and reply `:N`; a GET returns the counter. No parser, no names, no limits, no errors: they are not for
//! use. `scripts/bench` divides the servers' CPU per request by theirs.

use memchr::memchr_iter;

/// The beginning of a GET. It comes alone, before the load and after it.
const GET: &[u8] = b"*2\r\n$3\r\nGET";

/// Appends one `:N` for every `*` in `input`, or the counter's value for a GET. `count` adds to the counter and returns it.
pub fn answer(input: &[u8], replies: &mut Vec<u8>, mut count: impl FnMut(u64) -> u64) {
    if input.starts_with(GET) {
        let value = count(0).to_string();
        replies.extend_from_slice(format!("${}\r\n{value}\r\n", value.len()).as_bytes());
        return;
    }
    for _ in memchr_iter(b'*', input) {
        replies.push(b':');
        replies.extend_from_slice(itoa::Buffer::new().format(count(1)).as_bytes());
        replies.extend_from_slice(b"\r\n");
    }
}

/// The port: the program's only argument.
///
/// # Errors
/// A line that says how to call the program.
pub fn port() -> Result<u16, String> {
    let mut arguments = std::env::args();
    let program = arguments.next().unwrap_or_default();
    match (arguments.next().map(|port| port.parse()), arguments.next()) {
        (Some(Ok(port)), None) => Ok(port),
        _ => Err(format!("usage: {program} PORT")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_reply_for_every_star() {
        let (mut replies, mut counter) = (Vec::new(), 8);
        super::answer(
            b"*2\r\n$4\r\nINCR\r\n$1\r\na\r\n*2\r\n$4\r\nINCR",
            &mut replies,
            |more| {
                counter += more;
                counter
            },
        );
        super::answer(b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n", &mut replies, |more| {
            counter + more
        });
        assert_eq!(replies, b":9\r\n:10\r\n$2\r\n10\r\n");
    }
}
