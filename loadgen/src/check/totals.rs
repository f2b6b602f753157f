//! What the threads of a run have told, and the court that heard it.

use crate::check::anomalies::Anomalies;
use crate::check::checker_thread::HistoryCheck;

/// What a thread's reporter leaves behind.
#[derive(Debug, Default)]
pub(crate) struct CheckTotals {
    /// The court, if it was the thread's own.
    pub(crate) court: Option<Box<HistoryCheck>>,
    /// Replies that were judged.
    pub(crate) checked: u64,
    /// What was wrong with the bytes.
    pub(crate) findings: Anomalies,
}

impl CheckTotals {
    /// Takes over what another thread's reporter left behind.
    pub(crate) fn merge(&mut self, other: Self) {
        self.court = self.court.take().or(other.court);
        self.checked += other.checked;
        self.findings.merge(other.findings);
    }
}
