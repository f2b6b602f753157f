//! Several systems under one load, each measured several times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::ComparisonSchema;
use crate::{Anomaly, Run};

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
    /// Its outcome.
    pub outcome: Outcome,
    /// Whether it takes part to show how updates are lost: then it is no failure that it does.
    #[serde(default)]
    pub expected_to_lose: bool,
}

/// The outcome of a system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// It was measured.
    Measured {
        /// The runs; those of `loadgen compare` each met a server that was started for it. The label of each is the system's.
        runs: Vec<Run>,
    },
    /// It could not be measured. It keeps its row, with the reason.
    Missing {
        /// Why.
        reason: String,
        /// What would bring it back.
        remedy: String,
    },
}

impl Comparison {
    /// The comparison of runs that were made one by one: runs of one label are one system.
    pub fn of_runs(title: String, runs: Vec<Run>) -> Self {
        let mut systems: Vec<System> = Vec::new();
        let started = runs.iter().map(|run| run.started_unix_ms).min();
        for run in runs {
            let same = |system: &&mut System| system.label == run.label;
            match systems
                .iter_mut()
                .find(same)
                .map(|system| &mut system.outcome)
            {
                Some(Outcome::Measured { runs }) => runs.push(run),
                _ => systems.push(System {
                    label: run.label.clone(),
                    outcome: Outcome::Measured { runs: vec![run] },
                    expected_to_lose: false,
                }),
            }
        }
        Self {
            schema: ComparisonSchema::V2,
            title,
            started_unix_ms: started.unwrap_or(0),
            command: Vec::new(),
            reference: None,
            systems,
        }
    }

    /// All runs of all systems.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.systems.iter().flat_map(System::runs)
    }

    /// The system that the ratios refer to: the one that is named, where it was measured, or else the first that was.
    pub fn reference(&self) -> Option<&System> {
        let measured = || {
            self.systems
                .iter()
                .filter(|system| !system.runs().is_empty())
        };
        let named = measured().find(|system| Some(&system.label) == self.reference.as_ref());
        named.or_else(|| measured().next())
    }
}

impl System {
    /// Whether answers were wrong in any way but the one that is expected of it.
    pub fn is_wrong(&self) -> bool {
        let excused = |kind: Anomaly| self.expected_to_lose && kind.shows_a_lost_update();
        self.runs()
            .iter()
            .flat_map(|run| &run.correctness.anomalies)
            .any(|anomaly| !excused(anomaly.kind))
    }

    /// The runs; none of a missing system.
    pub fn runs(&self) -> &[Run] {
        match &self.outcome {
            Outcome::Measured { runs } => runs,
            Outcome::Missing { .. } => &[],
        }
    }
}
