//! The versions of the formats, and the JSON schemas that are generated from the types.

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::{Claims, Comparison, Run};

/// The version of `run.json`. A reader that meets another one says so instead of guessing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RunSchema {
    /// The first one.
    #[default]
    #[serde(rename = "baton.run/1")]
    V1,
}

/// The version of `comparison.json`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ComparisonSchema {
    /// The first one.
    #[default]
    #[serde(rename = "baton.comparison/1")]
    V1,
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
