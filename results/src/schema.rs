//! The versions of the formats, and the JSON schemas that are generated from the types.

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::{Claims, Comparison, Run};

/// The version of `run.json`. A program refuses a version that it does not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RunSchema {
    /// Checks and reasons of the validity are text.
    #[serde(rename = "baton.run/1")]
    V1,
    /// Checks of the validity have codes and numbers.
    #[default]
    #[serde(rename = "baton.run/2")]
    V2,
}

/// The version of `comparison.json`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ComparisonSchema {
    /// Checks and reasons of the validity are text.
    #[serde(rename = "baton.comparison/1")]
    V1,
    /// Checks of the validity have codes and numbers.
    #[default]
    #[serde(rename = "baton.comparison/2")]
    V2,
}

/// The version of `claims.json`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ClaimsSchema {
    /// The first one.
    #[default]
    #[serde(rename = "baton.claims/1")]
    V1,
}

/// The JSON schema of `run.json`, as `results/schema/run.schema.json` holds it.
pub fn run() -> Schema {
    schema_for!(Run)
}

/// The JSON schema of `comparison.json`, as `results/schema/comparison.schema.json` holds it.
pub fn comparison() -> Schema {
    schema_for!(Comparison)
}

/// The JSON schema of `claims.json`, as `results/schema/claims.schema.json` holds it.
pub fn claims() -> Schema {
    schema_for!(Claims)
}
