//! Several systems under one load, each measured several times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Run;
use crate::schema::ComparisonSchema;

/// What `loadgen compare` found, as `comparison.json` holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The version of this format.
    pub schema: ComparisonSchema,
    /// What was compared, in one line.
    pub title: String,
    /// The start, in milliseconds since 1970 (UTC).
    pub started_unix_ms: u64,
    /// The command line that made it.
    pub command: Vec<String>,
    /// The label of the system that the ratios refer to; the first measured one where it is `None`.
    pub reference: Option<String>,
    /// The systems, in the order of the tables.
    pub systems: Vec<System>,
}

/// One system of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct System {
    /// Its name in tables and pictures.
    pub label: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// It was measured.
    Measured {
        /// One run for each restarted server. The label of each is the system's.
        runs: Vec<Run>,
    },
    /// It could not be. It keeps its row, so that nobody wonders where it went.
    Missing {
        /// Why.
        reason: String,
        /// What would bring it back.
        remedy: String,
    },
}

impl System {
    /// The runs; none of a missing system.
    pub fn runs(&self) -> &[Run] {
        match &self.outcome {
            Outcome::Measured { runs } => runs,
            Outcome::Missing { .. } => &[],
        }
    }
}
