//! The payload of an ECHO: it names its origin, and any receiver can compute every byte of it.

use super::random::{mix, word};

/// The payloads of one connection of one run, all of one length.
///
/// ```text
///  bytes  0..8    the run
///         8..12   the connection        12..16  the length
///        16..24   the sequence number of the request
///        24..32   a checksum of the 24 bytes before; what follows is a function of them, so it vouches for all
///        32..36   NUL, CR, LF and 0xFF: what a careless server stumbles over
///        36..     pseudo-random bytes
/// ```
/// A payload shorter than 32 bytes has no room for its origin: it is pseudo-random throughout, but still a function of all
/// ```/// four values. The check is as strict; only the connection of a foreign payload is unknown.
/// Every byte follows from its offset alone, so a payload of any length is verified as it arrives, without a buffer.
#[derive(Debug, Clone)]
pub(crate) struct Payloads {
    run: u64,
    connection: u32,
    bytes: u32,
    key: u64,
}

/// The origin that a payload names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The run that sent it.
    pub run: u64,
    /// The connection that sent it.
    pub connection: u32,
    /// The request that carried it.
    pub sequence: u64,
}

/// Where the header ends and the payload becomes pseudo-random.
pub(crate) const HEADER_BYTES: usize = 32;

/// NUL, CR, LF, 0xFF, as they lie in memory.
const AWKWARD: u64 = 0xFF0A_0D00;

impl Payloads {
    /// The payloads of `bytes` length that `connection` sends in `run`.
    pub(crate) fn new(run: u64, connection: u32, bytes: u32) -> Self {
        let key = word(run, (u64::from(connection) << 32) | u64::from(bytes));
        Self {
            run,
            connection,
            bytes,
            key,
        }
    }

    /// The origin of the payload of request `sequence`.
    pub(crate) fn origin(&self, sequence: u64) -> Origin {
        Origin {
            run: self.run,
            connection: self.connection,
            sequence,
        }
    }

    /// The length of each payload.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes as usize
    }

    /// Appends the payload of request `sequence`.
    pub(crate) fn append(&self, sequence: u64, to: &mut Vec<u8>) {
        let end = to.len() + self.bytes();
        let stream = mix(self.key ^ sequence);
        let mut index = 0;
        while to.len() < end {
            let word = self.word(stream, sequence, index).to_le_bytes();
            let wanted = (end - to.len()).min(8);
            to.extend_from_slice(&word[..wanted]);
            index += 1;
        }
    }

    /// Compares `got` with the payload of request `sequence` from byte `offset` on.
    ///
    /// # Errors
    /// The offset (from the payload's beginning) of the first byte that differs.
    pub(crate) fn verify(&self, sequence: u64, offset: usize, got: &[u8]) -> Result<(), usize> {
        let stream = mix(self.key ^ sequence);
        let mut at = 0;
        while at < got.len() {
            let place = offset + at;
            let expected = self
                .word(stream, sequence, (place / 8) as u64)
                .to_le_bytes();
            let expected = &expected[place % 8..];
            let length = expected.len().min(got.len() - at);
            let (expected, got) = (&expected[..length], &got[at..at + length]);
            if expected != got {
                let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
                return Err(place + same);
            }
            at += length;
        }
        Ok(())
    }

    /// The byte that belongs at `offset` of the payload of request `sequence`.
    pub(crate) fn byte(&self, sequence: u64, offset: usize) -> u8 {
        let stream = mix(self.key ^ sequence);
        self.word(stream, sequence, (offset / 8) as u64)
            .to_le_bytes()[offset % 8]
    }

    /// Word number `index` of a payload: the layout of the type's comment.
    #[inline]
    fn word(&self, stream: u64, sequence: u64, index: u64) -> u64 {
        if index > 4 || self.bytes() < HEADER_BYTES {
            return word(stream, index);
        }
        let place = u64::from(self.connection) | (u64::from(self.bytes) << 32);
        match index {
            0 => self.run,
            1 => place,
            2 => sequence,
            3 => checksum(self.run, place, sequence),
            _ => (word(stream, index) << 32) | AWKWARD,
        }
    }
}

/// Reads the origin from the first 32 bytes of a payload, if its checksum holds.
pub(crate) fn origin(payload: &[u8]) -> Option<Origin> {
    let word = |index: usize| {
        let bytes = payload.get(index * 8..index * 8 + 8)?;
        bytes.try_into().ok().map(u64::from_le_bytes)
    };
    let (run, place, sequence) = (word(0)?, word(1)?, word(2)?);
    let holds = word(3)? == checksum(run, place, sequence);
    holds.then_some(Origin {
        run,
        connection: place as u32,
        sequence,
    })
}

fn checksum(run: u64, place: u64, sequence: u64) -> u64 {
    mix(mix(mix(run) ^ place) ^ sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(payloads: &Payloads, sequence: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        payloads.append(sequence, &mut bytes);
        bytes
    }

    #[test]
    fn every_length_is_verified_whole_and_in_pieces() {
        for length in [0, 1, 7, 8, 9, 31, 32, 33, 36, 64, 1_000] {
            let payloads = Payloads::new(11, 5, length);
            let bytes = payload(&payloads, 9);
            assert_eq!(bytes.len(), length as usize);
            assert_eq!(payloads.verify(9, 0, &bytes), Ok(()));
            for split in 0..bytes.len() {
                assert_eq!(payloads.verify(9, 0, &bytes[..split]), Ok(()));
                assert_eq!(payloads.verify(9, split, &bytes[split..]), Ok(()));
                assert_eq!(payloads.byte(9, split), bytes[split]);
            }
        }
    }

    #[test]
    fn one_flipped_bit_is_found_where_it_is() {
        let payloads = Payloads::new(1, 2, 100);
        let sent = payload(&payloads, 3);
        for at in 0..sent.len() {
            let mut changed = sent.clone();
            changed[at] ^= 0x10;
            assert_eq!(payloads.verify(3, 0, &changed), Err(at));
        }
    }

    #[test]
    fn a_payload_says_where_it_comes_from() {
        let bytes = payload(&Payloads::new(77, 12, 64), 1_000_000);
        assert_eq!(
            origin(&bytes),
            Some(Origin {
                run: 77,
                connection: 12,
                sequence: 1_000_000
            })
        );
        assert_eq!(bytes[32..36], [0, b'\r', b'\n', 0xFF]);
        let mut damaged = bytes.clone();
        damaged[17] ^= 1;
        assert_eq!(origin(&damaged), None);
        assert_eq!(origin(&bytes[..31]), None);
    }

    #[test]
    fn neighbours_differ_even_where_there_is_no_room_for_a_header() {
        let short =
            |run, connection, sequence| payload(&Payloads::new(run, connection, 8), sequence);
        assert_ne!(short(1, 1, 1), short(1, 1, 2));
        assert_ne!(short(1, 1, 1), short(1, 2, 1));
        assert_ne!(short(1, 1, 1), short(2, 1, 1));
    }
}
