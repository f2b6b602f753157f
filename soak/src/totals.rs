//! What all clients together have sent, been told, and been surprised by.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Increments of one counter. One that is sent and not acknowledged may have been executed, or not.
#[derive(Debug, Default)]
pub(crate) struct Increments {
    sent: AtomicU64,
    acknowledged: AtomicU64,
}

impl Increments {
    /// To be called before the first byte leaves.
    pub(crate) fn send(&self, increments: u64) {
        self.sent.fetch_add(increments, Ordering::Relaxed);
    }

    /// To be called when the reply has come.
    pub(crate) fn acknowledge(&self, increments: u64) {
        self.acknowledged.fetch_add(increments, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }
}

/// The books of a run.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Of the counter that the honest clients share.
    pub(crate) shared: Increments,
    /// Of the counter that the visits use.
    pub(crate) hostile: Increments,
    /// Requests of honest clients whose replies were right.
    pub(crate) answered: AtomicU64,
    /// From here on the server may go away.
    pub(crate) is_ending: AtomicBool,
    visits: Mutex<BTreeMap<&'static str, Visits>>,
    surprises: Mutex<Vec<String>>,
}

/// How the visits of one kind went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Visits {
    pub(crate) begun: u64,
    /// Those that the server turned away at the door, or that ended early for another good reason.
    pub(crate) cut_short: u64,
}

/// So many surprises are kept; the first few say it all.
const SURPRISES: usize = 20;

impl Ledger {
    pub(crate) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// Takes note of something that must not happen.
    pub(crate) fn surprise(&self, what: String) {
        let mut surprises = self
            .surprises
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if surprises.len() < SURPRISES {
            surprises.push(what);
        }
    }

    /// Takes note of a visit. Wrong bytes and silence are surprises; that the server closes on a hostile client is its right.
    pub(crate) fn visited(&self, kind: &'static str, outcome: &io::Result<()>) {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        let visits = visits.entry(kind).or_default();
        visits.begun += 1;
        let Err(error) = outcome else { return };
        visits.cut_short += 1;
        let wrong = matches!(
            error.kind(),
            io::ErrorKind::InvalidData | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
        );
        if wrong && !self.is_ending() {
            self.surprise(format!("{kind}: {error}"));
        }
    }

    pub(crate) fn visits(&self) -> BTreeMap<&'static str, Visits> {
        self.visits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn surprises(&self) -> Vec<String> {
        self.surprises
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
