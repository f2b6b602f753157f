//! What happened to a stream of bytes that is not what was sent: a window of it tells lost, repeated, reordered and changed bytes apart.

use crate::protocol::payload::{Origin, Payloads, origin};

/// As much is looked at; so much can always be waited for, unless less is still to come.
pub(crate) const WINDOW_BYTES: usize = 1_024;

/// So many bytes in a row are no chance.
const KEY_BYTES: usize = 12;

/// Where no more than these of them are wrong, the stream has not slipped.
const FEW: usize = 3;

/// How far away the bytes of a window are looked for: further than any buffer on the way is long.
const FAR: u64 = 4 << 20;

/// What happened at the first wrong byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    /// Some bytes are others, and the rest is in its place.
    Changed,
    /// So many bytes never came.
    Lost(u64),
    /// So many bytes came once more.
    Repeated(u64),
    /// So many bytes came behind those that they precede.
    Reordered(u64),
    /// Bytes that somebody else sent.
    Stranger(Origin),
    /// Nothing that was sent looks like it.
    Unknown,
}

/// The stream that a connection sends: its payloads, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream<'a> {
    /// The payloads.
    pub(crate) payloads: &'a Payloads,
    /// How many of them have been sent.
    pub(crate) sent: u64,
}

impl Stream<'_> {
    /// The place in the stream of a byte of a payload.
    pub(crate) fn place(&self, sequence: u64, offset: usize) -> u64 {
        sequence * self.payloads.bytes() as u64 + offset as u64
    }

    /// Bytes sent from a place on.
    pub(crate) fn sent_from(&self, place: u64) -> u64 {
        self.place(self.sent, 0).saturating_sub(place)
    }

    /// What happened where `got` came instead of what was sent at `place`.
    pub(crate) fn diagnose(&self, place: u64, got: &[u8]) -> Slip {
        if let Some(stranger) = self.stranger(got) {
            return Slip::Stranger(stranger);
        }
        let same = |got: &[u8]| {
            let pairs = (0..).zip(got);
            pairs
                .filter(|(at, byte)| self.byte(place + at) == **byte)
                .count()
        };
        // A flipped bit is not worth a search.
        if got.len() < KEY_BYTES || same(&got[..KEY_BYTES]) + FEW >= KEY_BYTES {
            return Slip::Changed;
        }
        let from = place.saturating_sub(FAR);
        let to = place + self.sent_from(place).min(FAR);
        if let Some(ahead) = (place + 1..to).find(|there| self.continues(*there, got)) {
            let skipped = ahead - place;
            let run = (0..)
                .zip(got)
                .take_while(|(at, byte)| self.byte(ahead + at) == **byte);
            let rest = &got[run.count()..];
            return match rest.len() >= KEY_BYTES && self.continues(place, rest) {
                true => Slip::Reordered(skipped),
                false => Slip::Lost(skipped),
            };
        }
        match (from..place)
            .rev()
            .find(|there| self.continues(*there, got))
        {
            Some(behind) => Slip::Repeated(place - behind),
            None if same(got) * 2 > got.len() => Slip::Changed,
            None => Slip::Unknown,
        }
    }

    /// Whether `got` begins as the stream does at `place`.
    fn continues(&self, place: u64, got: &[u8]) -> bool {
        (0..)
            .zip(&got[..KEY_BYTES.min(got.len())])
            .all(|(at, byte)| self.byte(place + at) == *byte)
    }

    /// The beginning of a payload that another connection sent, or another run.
    fn stranger(&self, got: &[u8]) -> Option<Origin> {
        let origins = (0..got.len()).filter_map(|at| origin(&got[at..]));
        let own = self.payloads.origin(0);
        let mut foreign =
            origins.filter(|found| (found.run, found.connection) != (own.run, own.connection));
        foreign.next()
    }

    fn byte(&self, place: u64) -> u8 {
        let length = self.payloads.bytes() as u64;
        self.payloads
            .byte(place / length, (place % length) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(payloads: &Payloads) -> Vec<u8> {
        let mut bytes = Vec::new();
        (0..50).for_each(|sequence| payloads.append(sequence, &mut bytes));
        bytes
    }

    /// The diagnosis of what came instead of 50 payloads, as a receiver makes it.
    fn slip(payloads: &Payloads, came: &[u8]) -> (usize, Slip) {
        let stream = Stream { payloads, sent: 50 };
        let sent = sent(payloads);
        let place = sent.iter().zip(came).position(|(a, b)| a != b).unwrap();
        let got = &came[place..came.len().min(place + WINDOW_BYTES)];
        (place, stream.diagnose(place as u64, got))
    }

    #[test]
    fn each_accident_of_a_stream_is_told_from_the_others() {
        for length in [1, 7, 31, 64, 100] {
            let payloads = Payloads::new(3, 4, length);
            let sent = sent(&payloads);
            let cut = sent.len() / 3;
            let mut changed = sent.clone();
            changed[cut] ^= 0x20;
            assert_eq!(slip(&payloads, &changed), (cut, Slip::Changed));
            if sent.len() < 300 {
                continue;
            }
            for slipped in [1, 13, 50] {
                let end = cut + slipped;
                let lost = [&sent[..cut], &sent[end..]].concat();
                let (place, found) = slip(&payloads, &lost);
                // The first bytes after a gap may be the same by chance.
                assert!(
                    place < cut + 4 && found == Slip::Lost(slipped as u64),
                    "{found:?}"
                );
                let twice = [&sent[..end], &sent[cut..]].concat();
                let (place, found) = slip(&payloads, &twice);
                assert!(
                    place < end + 4 && found == Slip::Repeated(slipped as u64),
                    "{found:?}"
                );
                let swapped = [&sent[..cut], &sent[end..end + 40], &sent[cut..end]].concat();
                let swapped = [&swapped[..], &sent[end + 40..]].concat();
                let (_, found) = slip(&payloads, &swapped);
                assert!(
                    found == Slip::Reordered(slipped as u64) || slipped < KEY_BYTES,
                    "{found:?}"
                );
            }
        }
    }

    #[test]
    fn what_somebody_else_sent_is_known_by_its_head() {
        let (mine, other) = (Payloads::new(3, 4, 64), Payloads::new(3, 9, 64));
        let mut came = sent(&mine);
        came.truncate(640);
        other.append(7, &mut came);
        other.append(8, &mut came);
        let (_, found) = slip(&mine, &came);
        assert!(
            matches!(found, Slip::Stranger(origin) if origin.connection == 9),
            "{found:?}"
        );
    }

    #[test]
    fn noise_is_noise() {
        let payloads = Payloads::new(3, 4, 64);
        let noise: Vec<u8> = (0..500_u32).map(|n| (n * 7 + n / 3) as u8).collect();
        let came = [&sent(&payloads)[..200], &noise].concat();
        assert_eq!(slip(&payloads, &came).1, Slip::Unknown);
    }
}
