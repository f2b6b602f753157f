//! Buffers that no connection owns: each borrows them for its turn, so an idle connection holds none.

use std::mem;

use crate::release_excess;

/// An unfinished request up to this size is copied out of the common buffer, so that the connection does not keep all of it.
const SMALL_BYTES: usize = 4 << 10;

/// The size up to which the common buffers stay: one pair serves all the connections of a thread.
const COMMON_BYTES: usize = 4 << 20;

/// One pair of buffers for all the turns of a thread. A connection keeps a buffer only while unfinished requests or unsent replies are
/// in it.
#[derive(Debug, Default)]
pub struct Buffers {
    input: Vec<u8>,
    replies: Vec<u8>,
}

impl Buffers {
    /// An empty pair; it grows with the first turn.
    #[must_use]
    pub const fn new() -> Self {
        Buffers {
            input: Vec::new(),
            replies: Vec::new(),
        }
    }

    /// A turn begins: lends the connection its buffers. The bytes that the connection holds stay in them.
    #[inline]
    pub fn lend(&mut self, input: &mut Vec<u8>, replies: &mut Vec<u8>) {
        if input.len() <= SMALL_BYTES {
            self.input.extend_from_slice(input);
            mem::swap(input, &mut self.input);
            // This peer's bytes are left there, and the next connection to borrow it has another peer.
            self.input.clear();
        }
        if replies.is_empty() {
            mem::swap(replies, &mut self.replies);
        }
    }

    /// A turn has ended: takes back the buffers that are empty, or nearly so.
    #[inline]
    pub fn take_back(&mut self, input: &mut Vec<u8>, replies: &mut Vec<u8>) {
        if input.len() <= SMALL_BYTES {
            let kept = input.to_vec();
            self.input = mem::replace(input, kept);
            self.input.clear();
            release_excess(&mut self.input, COMMON_BYTES);
        }
        if replies.is_empty() {
            self.replies = mem::take(replies);
            release_excess(&mut self.replies, COMMON_BYTES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An unfinished request is still there after another connection has used the common buffer, and holds no more memory than it needs.
    #[test]
    fn an_unfinished_request_is_kept_and_the_buffer_is_given_back() {
        let mut common = Buffers::new();
        let (mut input, mut replies) = (Vec::new(), Vec::new());
        common.lend(&mut input, &mut replies);
        input.reserve(1000);
        input.extend(b"*2\r\n$4\r\n");
        common.take_back(&mut input, &mut replies);
        assert_eq!((&input[..], input.capacity()), (&b"*2\r\n$4\r\n"[..], 8));

        let (mut another, mut others_replies) = (Vec::new(), Vec::new());
        common.lend(&mut another, &mut others_replies);
        assert!(another.is_empty() && another.capacity() >= 1000);
        common.take_back(&mut another, &mut others_replies);

        common.lend(&mut input, &mut replies);
        assert_eq!(input, b"*2\r\n$4\r\n");
        assert!(input.capacity() >= 1000);
    }

    #[test]
    fn unsent_replies_stay_with_their_connection() {
        let mut common = Buffers::new();
        let (mut input, mut replies) = (Vec::new(), Vec::new());
        common.lend(&mut input, &mut replies);
        replies.extend(b":1\r\n");
        common.take_back(&mut input, &mut replies);
        common.lend(&mut input, &mut replies);
        assert_eq!(replies, b":1\r\n");
    }
}
