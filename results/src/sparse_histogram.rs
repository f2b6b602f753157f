//! A histogram that keeps only the buckets with samples: a run holds hundreds of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Histogram, Packed, UnpackError};

/// The samples of a [`Histogram`], as the list of its occupied buckets. In a file it is [`Packed`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "Packed", try_from = "Packed")]
#[schemars(with = "Packed")]
pub struct SparseHistogram {
    /// The highest value of each bucket in nanoseconds, and its samples; the values rise.
    buckets: Vec<(u64, u64)>,
}

impl SparseHistogram {
    /// The number of samples.
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|(_, samples)| samples).sum()
    }

    /// The mean, in nanoseconds, each sample taken for the highest value of its bucket; `None` of no samples.
    pub fn mean_ns(&self) -> Option<f64> {
        let sum = |(ns, samples): &(u64, u64)| *ns as f64 * *samples as f64;
        let whole: f64 = self.buckets.iter().map(sum).sum();
        (!self.buckets.is_empty()).then(|| whole / self.count() as f64)
    }

    /// The occupied buckets: the highest value of each in nanoseconds, and its samples. The values rise.
    pub fn ranges(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.buckets.iter().copied()
    }

    /// Adds the samples of another.
    pub fn merge(&mut self, other: &Self) {
        self.buckets.extend(&other.buckets);
        self.buckets.sort_unstable_by_key(|(ns, _)| *ns);
        self.buckets.dedup_by(|(ns, samples), (kept_ns, kept)| {
            let same = ns == kept_ns;
            *kept += if same { *samples } else { 0 };
            same
        });
    }
}

impl From<&Histogram> for SparseHistogram {
    fn from(histogram: &Histogram) -> Self {
        Self {
            buckets: histogram.ranges().collect(),
        }
    }
}

impl From<&SparseHistogram> for Histogram {
    fn from(sparse: &SparseHistogram) -> Self {
        let mut histogram = Self::new();
        for (ns, samples) in &sparse.buckets {
            histogram.record_many(*ns, *samples);
        }
        histogram
    }
}

impl From<SparseHistogram> for Packed {
    fn from(sparse: SparseHistogram) -> Self {
        Self::from(&Histogram::from(&sparse))
    }
}

impl TryFrom<Packed> for SparseHistogram {
    type Error = UnpackError;

    fn try_from(packed: Packed) -> Result<Self, UnpackError> {
        packed.unpack().map(|histogram| Self::from(&histogram))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_is_recording_both() {
        let of = |latencies_ns: &[u64]| {
            let mut histogram = Histogram::new();
            latencies_ns.iter().for_each(|ns| histogram.record(*ns));
            histogram
        };
        let (left, right) = (of(&[5, 70_000, 61_000_000_000]), of(&[5, 80_000_000]));
        let mut both = SparseHistogram::from(&left);
        both.merge(&SparseHistogram::from(&right));
        let whole = of(&[5, 5, 70_000, 80_000_000, 61_000_000_000]);
        assert_eq!(both, SparseHistogram::from(&whole));
        assert_eq!(Histogram::from(&both), whole);
        assert_eq!(both.count(), 5);
    }

    #[test]
    fn it_is_written_and_read_as_packed() {
        let mut histogram = Histogram::new();
        (1..=500).for_each(|step| histogram.record(step * 997));
        let sparse = SparseHistogram::from(&histogram);
        let packed = Packed::from(sparse.clone());
        assert_eq!(packed, Packed::from(&histogram));
        assert_eq!(SparseHistogram::try_from(packed), Ok(sparse));
    }
}
