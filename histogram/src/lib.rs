//! The layout of a log-linear histogram: which bucket counts a value, and how far that bucket reaches.
//!
//! Each power of two is divided into [`STEPS`] buckets of equal width, so a value is known to an eighth of itself, whatever its
//! size. The counts are the user's own array, with the count type that fits: atomics where many threads count (how long
//! received bytes wait in a server), 32 bits where there is a histogram for each of ten thousand connections.
//!
//! ```
//! const NANOSECONDS: histogram::Layout = histogram::Layout::new(0, 42);
//! let mut counts = [0_u32; NANOSECONDS.buckets()];
//! counts[NANOSECONDS.bucket(1_000)] += 1;
//! assert_eq!(NANOSECONDS.upper_bound(NANOSECONDS.bucket(1_000)), 1_024);
//! ```

/// Buckets for each power of two: none is wider than an eighth of its values.
pub const STEPS: u64 = 8;

const STEP_BITS: u32 = STEPS.ilog2();

/// The buckets of values up to a power of two, in multiples of a smaller one.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    unit_power: u32,
    buckets: usize,
}

impl Layout {
    /// Counts values in units of 2^`unit_power`, and those of 2^`end_power` and more in the last bucket. The first [`STEPS`] buckets
    /// are one unit wide: below `STEPS` units the width is an absolute one.
    #[must_use]
    pub const fn new(unit_power: u32, end_power: u32) -> Self {
        let powers = end_power - unit_power - STEP_BITS + 1;
        Layout {
            unit_power,
            buckets: powers as usize * STEPS as usize,
        }
    }

    /// How many buckets there are.
    #[must_use]
    pub const fn buckets(self) -> usize {
        self.buckets
    }

    /// The bucket that counts `value`.
    #[inline]
    #[must_use]
    pub fn bucket(self, value: u64) -> usize {
        let units = value >> self.unit_power;
        let power = units.max(STEPS).ilog2() - STEP_BITS;
        let bucket = u64::from(power) * STEPS + (units >> power);
        (bucket as usize).min(self.buckets - 1)
    }

    /// The first value beyond a bucket.
    #[must_use]
    pub const fn upper_bound(self, bucket: usize) -> u64 {
        let (power, step) = (bucket as u64 / STEPS, bucket as u64 % STEPS);
        let units = match power {
            0 => step + 1,
            _ => (STEPS + step + 1) << (power - 1),
        };
        units << self.unit_power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_its_bucket_and_no_bucket_is_wider_than_an_eighth() {
        for unit_power in [0, 7] {
            let layout = Layout::new(unit_power, 42);
            let values = (0..2_000).map(|value| value << unit_power);
            for value in values.chain([123_456_789, u64::from(u32::MAX), (1 << 42) - 1]) {
                let bucket = layout.bucket(value);
                let bound = layout.upper_bound(bucket);
                let width = (value / STEPS).max(1 << unit_power);
                assert!(bound > value && bound - value <= width, "{value}: {bound}");
                assert!(bucket == 0 || layout.upper_bound(bucket - 1) <= value);
            }
        }
    }

    #[test]
    fn what_is_beyond_the_end_lies_in_the_last_bucket() {
        let layout = Layout::new(0, 42);
        assert_eq!(layout.buckets(), 320);
        for beyond in [(1 << 42) - 1, 1 << 42, u64::MAX] {
            assert_eq!(layout.bucket(beyond), 319);
        }
        assert_eq!(layout.upper_bound(319), 1 << 42);
    }
}
