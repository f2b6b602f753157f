//! The outcome of a run: its record, and why it failed, if it did.

use results::units::count;
use results::{Arrival, FailureReason, LoadMode, Run};

/// A run, and its failure, if any.
#[derive(Debug)]
pub struct Outcome {
    /// The record of the run.
    pub run: Run,
    /// Why the run failed, if it did. Wrong replies are reported in [`Run::correctness`] instead.
    pub failure: Option<Failure>,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Connections could not be made.
    #[error(
        "{refused} of {connections} connections could not be made{}",
        because(why)
    )]
    Refused {
        /// How many.
        refused: u32,
        /// All connections.
        connections: u32,
        /// The most frequent reason.
        why: Option<String>,
    },
    /// Connections were lost.
    #[error("{lost} of {connections} connections were lost{}{}", because(why), error_reply.as_ref().map_or(String::new(), |text| format!(" (the server's error: {text})")))]
    Lost {
        /// How many.
        lost: u32,
        /// All connections, or the text `the sessions'`.
        connections: String,
        /// The most frequent reason.
        why: Option<String>,
        /// The server's most frequent error reply, and its remedy.
        error_reply: Option<String>,
    },
    /// The history file is incomplete.
    #[error("the history file is not whole: {0}; the check of this run is not affected")]
    History(String),
    /// Requests had no reply.
    #[error("{} × {reason}{}", count(*.requests), because(error_reply))]
    Requests {
        /// How many.
        requests: u64,
        /// The most frequent reason.
        reason: FailureReason,
        /// The server's most frequent error reply, and its remedy.
        error_reply: Option<String>,
    },
}

fn because(why: &Option<String>) -> String {
    why.as_ref().map_or(String::new(), |why| format!(": {why}"))
}

/// Problems of the workers and the check that may fail the run.
#[derive(Debug, Default)]
pub(super) struct Problems {
    /// Connections that could not be made.
    pub(super) refused: u32,
    /// Connections that ended early.
    pub(super) lost: u32,
    /// The most frequent reason for either.
    pub(super) why: Option<String>,
    /// The most frequent error reply, as the server sent it.
    pub(super) error_reply: Option<String>,
    /// Why the history file is incomplete.
    pub(super) history: Option<String>,
}

impl Failure {
    /// Returns the most serious failure of a run, if it failed.
    pub(super) fn of(run: &Run, problems: Problems) -> Option<Self> {
        let connections = run.workload.connections;
        let remedy = remedy(run, problems.error_reply.as_deref());
        let error_reply = problems.error_reply.map(|text| text + &remedy);
        if problems.refused > 0 {
            return Some(Self::Refused {
                refused: problems.refused,
                connections,
                why: problems.why,
            });
        }
        if problems.lost > 0 {
            let connections = match run.workload.mode {
                LoadMode::Open {
                    arrival: Arrival::Sessions { .. },
                    ..
                } => "the sessions'".to_owned(),
                _ => connections.to_string(),
            };
            return Some(Self::Lost {
                lost: problems.lost,
                connections,
                why: problems.why,
                error_reply,
            });
        }
        if let Some(why) = problems.history {
            return Some(Self::History(why));
        }
        // Requests not sent because the server fell behind the schedule measure its speed; they are no failure.
        let failures = run.totals.failures.iter();
        let failures = failures.filter(|(reason, _)| **reason != FailureReason::Unanswered);
        let (reason, requests) = failures.max_by_key(|(_, requests)| **requests)?;
        Some(Self::Requests {
            requests: *requests,
            reason: *reason,
            error_reply,
        })
    }
}

/// Returns the remedy for an error reply, if known: each server limits the length of an argument.
fn remedy(run: &Run, error_reply: Option<&str>) -> String {
    match error_reply {
        Some(text) if text.contains("bulk length") => format!(
            "; -s {} is more than this server takes, ours take 1048576: lower it",
            run.workload.payload_bytes
        ),
        _ => String::new(),
    }
}
