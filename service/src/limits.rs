//! The limits on what one peer may send, and on what it may make the server keep.

/// Bounds of the service itself; those of sockets and processes are in `hosting`.
///
/// The defaults are Redis's where Redis has one.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Arguments of one request (`*N`). Redis: 1,048,576.
    pub arguments: u32,
    /// Bytes of one argument (`$N`). Redis: 512 MiB, which a counter never needs and a test with `ECHO` may.
    pub bulk_bytes: u32,
    /// Bytes of one request, all its arguments and headers together: bounds what many arguments may add up to.
    pub request_bytes: u32,
    /// Bytes of a header or an inline command without its line end. Redis: 64 KiB.
    pub line_bytes: u32,
    /// Requests executed in one turn; then the next connection has its turn, so one pipeline cannot delay the others.
    pub turn_requests: u32,
    /// Unsent bytes of replies at which a session stops executing, because the peer does not read.
    pub reply_high_bytes: usize,
    /// Unsent bytes at which it goes on: lower, so that it does not stop and go on with every write.
    pub reply_low_bytes: usize,
    /// Counters at once: only clients create and remove them.
    pub counters: usize,
    /// Bytes of a counter's name.
    pub name_bytes: usize,
}

impl Limits {
    /// The same limits for requests that carry up to `bulk_bytes` in one argument.
    #[must_use]
    pub fn with_bulk_bytes(self, bulk_bytes: u32) -> Self {
        let request_bytes = self.request_bytes.max(bulk_bytes.saturating_add(1 << 20));
        Limits {
            bulk_bytes,
            request_bytes,
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            arguments: 1_048_576,
            bulk_bytes: 1 << 20,
            request_bytes: 16 << 20,
            line_bytes: 64 << 10,
            turn_requests: 1024,
            reply_high_bytes: 1 << 20,
            reply_low_bytes: 256 << 10,
            counters: 1_000_000,
            name_bytes: 512,
        }
    }
}
