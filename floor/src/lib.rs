//! The floor under a server: the system calls that no server can do without, and next to nothing else.
//!
//! `floor-epoll` waits as a reactor does, `floor-threads` as a thread per connection does. Both count every `*` that they
//! read as one INCR of one counter and answer `:N`. No parser, no names, no limits, no errors: they are no servers to use,
//! but what `scripts/bench` divides the others' CPU per request by.

use memchr::memchr_iter;

/// Appends one `:N` for every `*` in `input`; `count` adds one to the counter and returns it.
pub fn answer(input: &[u8], replies: &mut Vec<u8>, mut count: impl FnMut() -> u64) {
    for _ in memchr_iter(b'*', input) {
        replies.push(b':');
        replies.extend_from_slice(itoa::Buffer::new().format(count()).as_bytes());
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
    fn one_answer_for_every_star() {
        let (mut replies, mut counter) = (Vec::new(), 8);
        super::answer(
            b"*2\r\n$4\r\nINCR\r\n$1\r\na\r\n*2\r\n$4\r\nINCR",
            &mut replies,
            || {
                counter += 1;
                counter
            },
        );
        assert_eq!(replies, b":9\r\n:10\r\n");
    }
}
