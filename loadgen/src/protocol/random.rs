//! Seeded random numbers: the same seed gives the same run, on every machine and with every version.

/// The step between two states: 2⁶⁴ divided by the golden ratio, made odd.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Scatters the bits of a counter so that neighbours look unrelated (the finaliser of SplitMix64; Steele, Lea and
/// Flood, "Fast splittable pseudorandom number generators", 2014).
#[inline]
pub(crate) fn mix(counter: u64) -> u64 {
    let z = (counter ^ (counter >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Word number `index` of the stream `key`, without computing those before it.
#[inline]
pub(crate) fn word(key: u64, index: u64) -> u64 {
    mix(key.wrapping_add(index.wrapping_add(1).wrapping_mul(STEP)))
}

/// A small generator whose whole state is one word. Not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// The generator of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// An independent generator for part number `part` of the same run.
    pub(crate) fn fork(&self, part: u64) -> Self {
        Self {
            state: word(mix(self.state), part),
        }
    }

    /// The next 64 bits.
    #[inline]
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs for seed 0 of the authors' own program.
    #[test]
    fn it_is_splitmix64() {
        let mut random = SplitMix64::new(0);
        assert_eq!(random.next(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(random.next(), 0x6E78_9E6A_A1B9_65F4);
        assert_eq!(random.next(), 0x06C4_5D18_8009_454F);
    }

    #[test]
    fn any_word_can_be_had_without_the_ones_before() {
        let mut random = SplitMix64::new(42);
        for index in 0..100 {
            assert_eq!(word(42, index), random.next());
        }
    }
}
