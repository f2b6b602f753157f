//! The operations of a workload, each with its share.

use std::fmt;
use std::num::NonZeroI64;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One kind of request. In a file it is a string: `incr`, `incr by 5`, `get`, `echo`, `ping`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Operation {
    /// `INCR key`, or `INCRBY key by`: adds to a counter and returns its new value.
    Incr {
        /// What it adds.
        by: NonZeroI64,
    },
    /// `GET key`: returns the counter's value.
    Get,
    /// `ECHO payload`, or the bare payload to a plain-echo server: returns the same bytes.
    Echo,
    /// `PING`: returns `PONG`.
    Ping,
}

/// One operation's share of a workload: its weight over the sum of all weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WeightedOperation {
    /// `incr`, `incr by 5`, `get`, `echo`, `ping`.
    #[schemars(with = "String")]
    pub operation: Operation,
    /// Its weight.
    pub weight: u32,
}

/// Why a text names no operation, or no mix of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseOperationError(String);

impl Operation {
    /// `INCR key`.
    pub const INCR: Self = Self::Incr {
        // 1 is not 0, and the compiler checks it.
        by: NonZeroI64::new(1).expect("1 is not 0"),
    };

    /// Whether it asks a counter, so that its reply belongs to the counter's history.
    pub const fn is_of_counter(self) -> bool {
        matches!(self, Self::Incr { .. } | Self::Get)
    }

    /// The operation alone.
    pub fn alone(self) -> Vec<WeightedOperation> {
        vec![WeightedOperation {
            operation: self,
            weight: 1,
        }]
    }

    /// The word of the command line, whatever an increment adds.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Incr { .. } => "incr",
            Self::Get => "get",
            Self::Echo => "echo",
            Self::Ping => "ping",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incr { by } if by.get() != 1 => write!(f, "incr by {by}"),
            _ => f.write_str(self.name()),
        }
    }
}

impl FromStr for Operation {
    type Err = ParseOperationError;

    fn from_str(text: &str) -> Result<Self, ParseOperationError> {
        let by = |amount: &str| amount.parse().ok().map(|by| Self::Incr { by });
        let found = match text {
            "incr" => Some(Self::INCR),
            "get" => Some(Self::Get),
            "echo" => Some(Self::Echo),
            "ping" => Some(Self::Ping),
            _ => text.strip_prefix("incr by ").and_then(by),
        };
        found.ok_or_else(|| {
            ParseOperationError(format!(
                "'{text}' is not an operation; write incr, get, echo, ping or mix:incr=8,get=2"
            ))
        })
    }
}

/// Weights are shares, not counts: more would be a slip of the finger, and the sum must fit.
const GREATEST_WEIGHT: u32 = 1_000_000;

/// Reads one operation, or several with their weights. The result is never empty, no operation stands in it twice, and no
/// weight is 0.
///
/// # Errors
/// When the text is neither.
///
/// ```
/// let mix = results::parse_mix("mix:incr=8,get=2").unwrap();
/// assert_eq!((mix[0].operation, mix[0].weight), (results::Operation::INCR, 8));
/// ```
pub fn parse_mix(text: &str) -> Result<Vec<WeightedOperation>, ParseOperationError> {
    let refused = |why: String| Err(ParseOperationError(why));
    let Some(list) = text.strip_prefix("mix:") else {
        return text.parse().map(Operation::alone);
    };
    let mut mix: Vec<WeightedOperation> = Vec::new();
    for share in list.split(',') {
        let Some((operation, weight)) = share.split_once('=') else {
            return refused(format!(
                "'{share}' in '{text}' is not a share; write mix:incr=8,get=2"
            ));
        };
        let operation: Operation = operation.parse()?;
        let weight = weight.parse().ok();
        let Some(weight) = weight.filter(|weight| (1..=GREATEST_WEIGHT).contains(weight)) else {
            return refused(format!(
                "'{share}' in '{text}' needs a weight from 1 to {GREATEST_WEIGHT}"
            ));
        };
        if mix.iter().any(|earlier| earlier.operation == operation) {
            return refused(format!(
                "'{operation}' stands twice in '{text}'; give each operation one weight"
            ));
        }
        mix.push(WeightedOperation { operation, weight });
    }
    Ok(mix)
}

impl From<Operation> for String {
    fn from(operation: Operation) -> Self {
        operation.to_string()
    }
}

impl TryFrom<String> for Operation {
    type Error = ParseOperationError;

    fn try_from(text: String) -> Result<Self, ParseOperationError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_written_as_it_is_read() {
        for text in ["incr", "incr by -5", "get", "echo", "ping"] {
            assert_eq!(text.parse::<Operation>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_wrong_mix_is_refused() {
        for text in [
            "",
            "mix:",
            "mix:incr",
            "mix:incr=0",
            "mix:incr=-1",
            "mix:incr=1,incr=2",
            "mix:set=1",
            "mix:incr=9999999999",
            "INCR",
            "incr by 0",
        ] {
            assert!(parse_mix(text).is_err(), "{text}");
        }
    }
}
