//! What all clients together have sent and received, and what failed.

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
    /// Call it before the first byte is sent.
    pub(crate) fn send(&self, increments: u64) {
        self.sent.fetch_add(increments, Ordering::Relaxed);
    }

    /// Call it when the reply has arrived.
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

/// The totals of a run.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    /// Of the counter that the honest clients share.
    pub(crate) shared: Increments,
    /// Of the counter that the attacks use.
    pub(crate) hostile: Increments,
    /// Requests of honest clients whose replies were right.
    pub(crate) answered: AtomicU64,
    /// Whether the server may close connections because it is stopping.
    pub(crate) is_ending: AtomicBool,
    attacks: Mutex<BTreeMap<&'static str, AttackCount>>,
    failures: Mutex<Vec<String>>,
}

/// How the attacks of one kind went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AttackCount {
    pub(crate) begun: u64,
    /// Attacks that the server refused or ended early.
    pub(crate) cut_short: u64,
}

/// The number of failures that are kept.
const MAX_FAILURES: usize = 20;

impl Totals {
    pub(crate) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// Records something that must not happen.
    pub(crate) fn fail(&self, what: String) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() < MAX_FAILURES {
            failures.push(what);
        }
    }

    /// Records an attack. Wrong bytes and a timeout are failures; the server may close a hostile connection.
    pub(crate) fn record_attack(&self, kind: &'static str, outcome: &io::Result<()>) {
        let mut attacks = self.attacks.lock().unwrap_or_else(PoisonError::into_inner);
        let attacks = attacks.entry(kind).or_default();
        attacks.begun += 1;
        let Err(error) = outcome else { return };
        attacks.cut_short += 1;
        let wrong = matches!(
            error.kind(),
            io::ErrorKind::InvalidData | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
        );
        if wrong && !self.is_ending() {
            self.fail(format!("{kind}: {error}"));
        }
    }

    pub(crate) fn attacks(&self) -> BTreeMap<&'static str, AttackCount> {
        self.attacks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn failures(&self) -> Vec<String> {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
