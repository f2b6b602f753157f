//! The machine of the measurement: what a reader needs to judge or repeat a number.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The machine of the load generator. Runs of different machines are not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Host {
    /// The kernel and its release.
    pub kernel: String,
    /// The processor's own name.
    pub cpu_model: Option<String>,
    /// Processors that the load generator could use.
    pub cores: u32,
    /// The machine's memory.
    pub memory_bytes: Option<u64>,
    /// Processors that the load generator was pinned to, as in `0-3,7`.
    pub client_cpus: Option<String>,
    /// Processors that the server was pinned to.
    pub server_cpus: Option<String>,
    /// Kernel settings that matter to the result, by name (`net.core.somaxconn`, …).
    pub sysctls: BTreeMap<String, String>,
}
