//! Buffers that no connection owns: lent for a turn, so that an idle one holds none.

use std::mem;

use crate::release_excess;

/// A beginning of a request that is no longer is copied out of the common buffer, so that it does not tie up all of that.
const SMALL_BYTES: usize = 4 << 10;

/// What the common buffers may grow to and stay: one pair serves all the connections of a thread, so it is no price of any.
const COMMON_BYTES: usize = 4 << 20;

/// One pair of buffers for all the turns that a thread hands out: a connection takes them along only while it has unfinished business.
#[derive(Debug, Default)]
pub struct Buffers {
    input: Vec<u8>,
    replies: Vec<u8>,
}

impl Buffers {
    /// A pair without room; it grows with the first turn.
    #[must_use]
    pub const fn new() -> Self {
        Buffers {
            input: Vec::new(),
            replies: Vec::new(),
        }
    }

    /// A turn begins: the connection's buffers get room, and what is in them stays.
    #[inline]
    pub fn lend(&mut self, input: &mut Vec<u8>, replies: &mut Vec<u8>) {
        if input.len() <= SMALL_BYTES {
            self.input.extend_from_slice(input);
            mem::swap(input, &mut self.input);
            // What is left there are this peer's bytes, and the next to borrow is another.
            self.input.clear();
        }
        if replies.is_empty() {
            mem::swap(replies, &mut self.replies);
        }
    }

    /// A turn has ended: what it has left empty, or nearly so, comes back.
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

    /// What a peer has begun to say is still there after the common buffer has been another's, and ties up no more than itself.
    #[test]
    fn a_beginning_is_kept_and_the_room_is_not() {
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
    fn replies_that_wait_stay_with_their_connection() {
        let mut common = Buffers::new();
        let (mut input, mut replies) = (Vec::new(), Vec::new());
        common.lend(&mut input, &mut replies);
        replies.extend(b":1\r\n");
        common.take_back(&mut input, &mut replies);
        common.lend(&mut input, &mut replies);
        assert_eq!(replies, b":1\r\n");
    }
}
