//! Which values INCR returned: no two increments of one counter may return the same one.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// Values that share a chunk: 1 KiB of bits.
const CHUNK_VALUES: u64 = 8_192;
const CHUNK_WORDS: usize = (CHUNK_VALUES / 64) as usize;

/// The chunks that may be open at once: 128 MiB. A truthful server leaves a handful open, since values are handed out in
/// order; only one that answers at random would need more.
const OPEN_CHUNKS: usize = 128 << 10;

/// A set of the values seen of every counter, as bits.
///
/// A chunk in which every value was seen gives its memory back and is only known to be full, so the memory depends on the
/// values that are still missing and not on the length of the run: 128 MiB at most, and 24 bytes for each 8,192 values.
#[derive(Debug)]
pub(crate) struct Seen {
    /// For each key the chunk that its last value fell into: nearly always the next value's chunk too.
    latest: Vec<Latest>,
    open: Vec<Chunk>,
    vacant: Vec<u32>,
    places: HashMap<(u32, u64), Place, FixedState>,
    unchecked: u64,
}

#[derive(Debug, Clone, Copy)]
struct Latest {
    number: u64,
    place: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At this index of `open`.
    Open(u32),
    /// Every value of the chunk was seen.
    Full,
}

#[derive(Debug, Clone)]
struct Chunk {
    bits: Box<[u64; CHUNK_WORDS]>,
    count: u64,
}

/// No chunk: i64 values have chunk numbers below 2⁵¹.
const NOWHERE: Latest = Latest {
    number: u64::MAX,
    place: 0,
};

impl Seen {
    /// Nothing seen of `keys` counters.
    pub(crate) fn new(keys: u32) -> Self {
        Self {
            latest: vec![NOWHERE; keys as usize],
            open: Vec::new(),
            vacant: Vec::new(),
            places: HashMap::with_hasher(FixedState::default()),
            unchecked: 0,
        }
    }

    /// Notes that a counter returned `value`; says whether it is the first time.
    #[inline]
    pub(crate) fn insert(&mut self, key: u32, value: i64) -> bool {
        // Negative values take the upper half: the order of chunks is of no concern, only that each has its own.
        let (number, within) = (value as u64 / CHUNK_VALUES, value as u64 % CHUNK_VALUES);
        let latest = self.latest[key as usize];
        if latest.number == number {
            return self.set(latest.place, key, number, within);
        }
        self.insert_elsewhere(key, number, within)
    }

    #[inline]
    fn set(&mut self, place: u32, key: u32, number: u64, within: u64) -> bool {
        let chunk = &mut self.open[place as usize];
        let word = &mut chunk.bits[(within / 64) as usize];
        let bit = 1 << (within % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        chunk.count += u64::from(fresh);
        if chunk.count == CHUNK_VALUES {
            self.close(place, key, number);
        }
        fresh
    }

    #[cold]
    fn insert_elsewhere(&mut self, key: u32, number: u64, within: u64) -> bool {
        match self.places.get(&(key, number)) {
            Some(Place::Full) => false,
            Some(Place::Open(place)) => {
                let place = *place;
                self.latest[key as usize] = Latest { number, place };
                self.set(place, key, number, within)
            }
            None => match self.open(key, number) {
                Some(place) => self.set(place, key, number, within),
                None => {
                    self.unchecked += 1;
                    true
                }
            },
        }
    }

    /// A new chunk, unless too many are open.
    fn open(&mut self, key: u32, number: u64) -> Option<u32> {
        let place = match self.vacant.pop() {
            Some(place) => place,
            None if self.open.len() < OPEN_CHUNKS => {
                self.open.push(Chunk {
                    bits: Box::new([0; CHUNK_WORDS]),
                    count: 0,
                });
                (self.open.len() - 1) as u32
            }
            None => return None,
        };
        self.places.insert((key, number), Place::Open(place));
        self.latest[key as usize] = Latest { number, place };
        Some(place)
    }

    /// Keeps of a full chunk only that it is full.
    #[cold]
    fn close(&mut self, place: u32, key: u32, number: u64) {
        let chunk = &mut self.open[place as usize];
        chunk.bits.fill(0);
        chunk.count = 0;
        self.vacant.push(place);
        self.places.insert((key, number), Place::Full);
        self.latest[key as usize] = NOWHERE;
    }

    /// Values that found no place because too many chunks were open.
    pub(crate) fn unchecked(&self) -> u64 {
        self.unchecked
    }

    /// Takes over what another thread saw; hands each value that both saw to `duplicate`.
    pub(crate) fn merge(&mut self, other: &Self, mut duplicate: impl FnMut(u32, i64)) {
        for (&(key, number), place) in &other.places {
            let theirs = match place {
                Place::Full => &[u64::MAX; CHUNK_WORDS],
                Place::Open(place) => &*other.open[*place as usize].bits,
            };
            for (index, word) in theirs.iter().enumerate() {
                let mut rest = *word;
                while rest != 0 {
                    let within = index as u64 * 64 + u64::from(rest.trailing_zeros());
                    rest &= rest - 1;
                    let value = (number * CHUNK_VALUES + within) as i64;
                    if !self.insert(key, value) {
                        duplicate(key, value);
                    }
                }
            }
        }
        self.unchecked += other.unchecked;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_new_once() {
        let mut seen = Seen::new(2);
        for value in [1, 2, 0, -1, i64::MAX, i64::MIN, 8_191, 8_192] {
            assert!(seen.insert(0, value), "{value}");
            assert!(seen.insert(1, value), "{value} of the other counter");
            assert!(!seen.insert(0, value), "{value} again");
        }
    }

    #[test]
    fn full_chunks_are_remembered_and_cost_nothing() {
        let mut seen = Seen::new(1);
        for value in 1..=1_000_000 {
            assert!(seen.insert(0, value));
        }
        assert!(seen.open.len() <= 2, "{} chunks", seen.open.len());
        assert!(!seen.insert(0, 1));
        assert!(!seen.insert(0, 500_000));
        assert!(!seen.insert(0, 1_000_000));
        assert!(seen.insert(0, 1_000_001));
        assert_eq!(seen.unchecked(), 0);
    }

    #[test]
    fn scattered_values_are_bounded_and_said_to_be_unchecked() {
        let mut seen = Seen::new(1);
        for chunk in 0..OPEN_CHUNKS as i64 + 5 {
            assert!(seen.insert(0, chunk * CHUNK_VALUES as i64));
        }
        assert_eq!(seen.unchecked(), 5);
    }

    #[test]
    fn two_threads_together_find_what_neither_could() {
        let (mut mine, mut theirs) = (Seen::new(1), Seen::new(1));
        (1..=20_000)
            .filter(|value| value % 2 == 0)
            .for_each(|value| assert!(mine.insert(0, value)));
        (1..=20_000)
            .filter(|value| value % 2 == 1)
            .for_each(|value| assert!(theirs.insert(0, value)));
        theirs.insert(0, 4_000);
        let mut both = Vec::new();
        mine.merge(&theirs, |key, value| both.push((key, value)));
        assert_eq!(both, [(0, 4_000)]);
    }
}
