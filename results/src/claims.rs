//! The article's claims, each with what was measured and the verdict on it: `claims.json`.

mod chart;
mod figure;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::ClaimsSchema;
use crate::{Host, Tool};

pub use chart::{AxisScale, Chart, ChartAxis, ChartPoint, ChartSeries, Joining};
pub use figure::{Figure, Unit};

/// What a run of the claims found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Claims {
    /// The version of this format.
    pub schema: ClaimsSchema,
    /// The program that measured.
    pub tool: Tool,
    /// The command line that made it.
    pub command: Vec<String>,
    /// The start, in milliseconds since 1970 (UTC).
    pub started_unix_ms: u64,
    /// The machine.
    pub host: Host,
    /// How much time was given to each claim.
    pub effort: Effort,
    /// The claims, in the order of the page.
    pub claims: Vec<Examined>,
}

/// How much time is given to each claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// All claims in about two minutes.
    Quick,
    /// All claims in at most twenty.
    Full,
}

/// One claim, examined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Examined {
    /// Its name on the command line.
    pub name: String,
    /// The article's own words.
    pub sentence: String,
    /// What would confirm it; written before the run.
    pub confirms: String,
    /// What would refute it; written before the run.
    pub refutes: String,
    /// What was done.
    pub experiment: String,
    /// The verdict.
    pub verdict: ClaimVerdict,
    /// The answer in a sentence, with the figure that decides.
    pub answer: String,
    /// All figures.
    pub figures: Vec<Figure>,
    /// The systems that could not be measured.
    pub missing: Vec<Missing>,
    /// The picture, where there is enough to draw.
    pub chart: Option<Chart>,
    /// The command that repeats it.
    pub repeat: String,
    /// The time it took.
    pub elapsed_ns: u64,
}

/// What the data says of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ClaimVerdict {
    /// It is so, under every condition that was tried.
    Holds,
    /// It is not so, under any condition that was tried.
    Fails,
    /// It is so under some conditions.
    Depends {
        /// On what.
        on: String,
    },
    /// The data does not decide, or there is none.
    NotMeasured {
        /// Why.
        why: String,
    },
}

impl ClaimVerdict {
    /// The verdict in a word or two.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Depends { .. } => "depends",
            Self::NotMeasured { .. } => "not measured",
        }
    }

    /// What it depends on, or why it was not measured.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Holds | Self::Fails => None,
            Self::Depends { on } => Some(on),
            Self::NotMeasured { why } => Some(why),
        }
    }
}

/// A system that could not be measured keeps its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// Its name.
    pub system: String,
    /// The reason, and the remedy.
    pub reason: String,
}
