//! Threads that run one attack after another, and pause while the server is measured.

use std::net::SocketAddr;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use fastrand::Rng;

use crate::attacks::{ATTACKS, Attack};
use crate::totals::Totals;

/// Every attack holds the gate open. Closing it waits for running attacks and blocks new ones.
#[derive(Debug, Default)]
pub(crate) struct Gate(RwLock<()>);

impl Gate {
    /// No attack runs while the guard lives.
    pub(crate) fn close(&self) -> RwLockWriteGuard<'_, ()> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs attacks of random kinds until the server ends.
pub(crate) fn attack_until_end(server: SocketAddr, gate: &Gate, totals: &Totals, seed: u64) {
    let mut attack = Attack {
        server,
        totals,
        random: Rng::with_seed(seed),
    };
    while !totals.is_ending() {
        let _pass = gate.0.read().unwrap_or_else(PoisonError::into_inner);
        let (kind, run) = ATTACKS[attack.random.usize(..ATTACKS.len())];
        let outcome = run(&mut attack);
        totals.record_attack(kind, &outcome);
    }
}
