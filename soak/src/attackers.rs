//! The crowd: some threads that make one hostile visit after the other, and stand still when told to.

use std::net::SocketAddr;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use fastrand::Rng;

use crate::attacks::{VISITS, Visit};
use crate::totals::Ledger;

/// Every visit goes through it; whoever closes it waits for the last visit to end, and holds up the next.
#[derive(Debug, Default)]
pub(crate) struct Gate(RwLock<()>);

impl Gate {
    /// Nobody visits while the guard lives.
    pub(crate) fn close(&self) -> RwLockWriteGuard<'_, ()> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Visits, of all kinds in turn by chance, until the server ends.
pub(crate) fn visit_on(server: SocketAddr, gate: &Gate, ledger: &Ledger, seed: u64) {
    let mut visit = Visit {
        server,
        ledger,
        random: Rng::with_seed(seed),
    };
    while !ledger.is_ending() {
        let _pass = gate.0.read().unwrap_or_else(PoisonError::into_inner);
        let (kind, pay) = VISITS[visit.random.usize(..VISITS.len())];
        let outcome = pay(&mut visit);
        ledger.visited(kind, &outcome);
    }
}
