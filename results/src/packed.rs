//! How a histogram stands in JSON: a summary for people, and the whole of it in a few hundred bytes of base64.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Histogram, Quantile};

/// A histogram in the form of a file: small enough to keep one per interval.
///
/// `encoded` is HdrHistogram's own V2 compressed format, so any HdrHistogram library reads it. The other members say
/// the same for people and for `jq`; [`unpack`](Self::unpack) refuses a file in which they disagree with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Packed {
    /// All samples, those over 60 s among them.
    pub count: u64,
    /// Samples over 60 s; they are counted here and are not in `encoded`.
    pub over_range: u64,
    /// The longest of the samples over 60 s.
    pub over_range_max_ns: Option<u64>,
    /// The shortest latency.
    pub min_ns: Option<u64>,
    /// The mean latency.
    pub mean_ns: Option<u64>,
    /// The median.
    pub p50_ns: Option<u64>,
    /// The 90th percentile.
    pub p90_ns: Option<u64>,
    /// The 99th percentile.
    pub p99_ns: Option<u64>,
    /// The 99.9th percentile.
    pub p99_9_ns: Option<u64>,
    /// The 99.99th percentile.
    pub p99_99_ns: Option<u64>,
    /// The longest latency.
    pub max_ns: Option<u64>,
    /// Base64 of HdrHistogram's V2 compressed encoding, 1 ns to 60 s, 3 significant digits.
    pub encoded: String,
}

impl From<&Histogram> for Packed {
    fn from(histogram: &Histogram) -> Self {
        Self::new(histogram, encode(histogram))
    }
}

impl Packed {
    fn new(histogram: &Histogram, encoded: String) -> Self {
        let readings = histogram.quantiles_ns(&Quantile::SHOWN);
        let reading = |index: usize| readings.get(index).copied();
        Self {
            count: histogram.count(),
            over_range: histogram.over_range(),
            over_range_max_ns: histogram.over_range_max_ns(),
            min_ns: histogram.min_ns(),
            mean_ns: histogram.mean_ns(),
            p50_ns: reading(0),
            p90_ns: reading(1),
            p99_ns: reading(2),
            p99_9_ns: reading(3),
            p99_99_ns: reading(4),
            max_ns: reading(5),
            encoded,
        }
    }
}

fn encode(histogram: &Histogram) -> String {
    let mut bytes = Vec::new();
    // Serializing fails only on a failing writer or a histogram of over 2^31 ranges; a Vec and ours are neither.
    #[expect(
        clippy::expect_used,
        reason = "writing a bounded histogram to memory cannot fail"
    )]
    V2DeflateSerializer::new()
        .serialize(&histogram.in_range, &mut bytes)
        .expect("memory to write to");
    STANDARD.encode(bytes)
}

/// Why a packed histogram is not what it claims to be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnpackError {
    /// The base64 or the HdrHistogram encoding is damaged.
    #[error("an encoded histogram is damaged ({0})")]
    Damaged(String),
    /// A histogram of other bounds than 1 ns to 60 s at 3 digits.
    #[error("an encoded histogram has other bounds than 1 ns to 60 s at 3 digits")]
    ForeignBounds,
    /// The summary names other numbers than the encoded histogram holds.
    #[error("a histogram's summary disagrees with its encoded samples: it was edited")]
    SummaryDisagrees,
}

impl Packed {
    /// The histogram itself, after checking that the summary tells the truth about it.
    pub fn unpack(&self) -> Result<Histogram, UnpackError> {
        let damaged = |reason: &dyn fmt::Display| UnpackError::Damaged(reason.to_string());
        let bytes = STANDARD
            .decode(&self.encoded)
            .map_err(|error| damaged(&error))?;
        let in_range = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| damaged(&error))?;

        let mut histogram = Histogram::new();
        let bounds = |hdr: &hdrhistogram::Histogram<u64>| (hdr.low(), hdr.high(), hdr.sigfig());
        if bounds(&in_range) != bounds(&histogram.in_range) {
            return Err(UnpackError::ForeignBounds);
        }
        histogram.in_range = in_range;
        histogram.over_range = self.over_range;
        histogram.over_range_max_ns = self.over_range_max_ns.unwrap_or(0);

        if Self::new(&histogram, self.encoded.clone()) == *self {
            Ok(histogram)
        } else {
            Err(UnpackError::SummaryDisagrees)
        }
    }
}

impl From<Histogram> for Packed {
    fn from(histogram: Histogram) -> Self {
        Self::from(&histogram)
    }
}

impl TryFrom<Packed> for Histogram {
    type Error = UnpackError;

    fn try_from(packed: Packed) -> Result<Self, UnpackError> {
        packed.unpack()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Histogram {
        let mut histogram = Histogram::new();
        (1..=5_000).for_each(|step| histogram.record(step * 997));
        histogram.record(75_000_000_000);
        histogram
    }

    #[test]
    fn what_is_packed_comes_out_whole() {
        let (full, empty) = (sample(), Histogram::new());
        assert_eq!(Packed::from(&full).unpack().unwrap(), full);
        assert_eq!(Packed::from(&empty).unpack().unwrap(), empty);
    }

    #[test]
    fn an_edited_summary_is_found_out() {
        let mut packed = Packed::from(&sample());
        packed.p99_ns = Some(1);
        assert_eq!(packed.unpack(), Err(UnpackError::SummaryDisagrees));
    }

    #[test]
    fn damage_is_an_error_and_not_a_panic() {
        let mut packed = Packed::from(&sample());
        packed.encoded.truncate(packed.encoded.len() / 2);
        assert!(matches!(packed.unpack(), Err(UnpackError::Damaged(_))));
        packed.encoded = "not base64!".to_owned();
        assert!(matches!(packed.unpack(), Err(UnpackError::Damaged(_))));
    }

    #[test]
    fn a_histogram_of_other_bounds_is_refused() {
        let mut bytes = Vec::new();
        let foreign = hdrhistogram::Histogram::<u64>::new_with_bounds(1, 1_000_000, 2).unwrap();
        V2DeflateSerializer::new()
            .serialize(&foreign, &mut bytes)
            .unwrap();
        let mut packed = Packed::from(&Histogram::new());
        packed.encoded = STANDARD.encode(bytes);
        assert_eq!(packed.unpack(), Err(UnpackError::ForeignBounds));
    }
}
