//! A slice of a run's time, so that a stall is seen where it happened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ServerCost, SparseHistogram};

/// What happened between `start_ns` and `start_ns + length_ns`.
///
/// A reply belongs to the slice in which it came. The histograms stay packed: a run holds many slices, and most
/// readers need but the summaries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// The beginning, from the start of the run.
    pub start_ns: u64,
    /// The length.
    pub length_ns: u64,
    /// Replies received.
    pub completed: u64,
    /// Requests that were given up.
    pub failed: u64,
    /// Response times of the replies received.
    pub response: SparseHistogram,
    /// Service times; `None` in a closed loop, where they are the response times.
    pub service: Option<SparseHistogram>,
    /// Schedule lags; `None` in a closed loop, which has no schedule.
    pub lag: Option<SparseHistogram>,
    /// What the slice cost the server; `None` where it was not read.
    pub server: Option<ServerCost>,
}
