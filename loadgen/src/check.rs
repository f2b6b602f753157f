//! Checks the replies: the workers' events, the checker and its thread, the counters' final values.
//!
//! ```text
//!  worker ── Event ──> HistoryFeed ──> HistoryCheck (checker, history file)          one worker: no thread between
//!  worker ── Event ──> HistoryFeed ──> EventBatches ── channel ──> CheckerThread ──> HistoryCheck
//!                                                   final values ──> reconciliation ──> Correctness
//! ```

mod anomalies;
mod checker_thread;
mod event_batches;
mod history_check;
mod history_feed;
mod history_header;
pub mod recheck;
mod reconciliation;

pub(crate) use anomalies::Anomalies;
pub use checker_thread::CheckError;
pub(crate) use checker_thread::{Checking, start};
pub(crate) use history_check::HistoryCheck;
pub(crate) use history_feed::{CheckTotals, HistoryFeed, connection_id};
pub(crate) use reconciliation::{Reconciliation, reconcile};
