//! Counters that many threads share: a concurrent map whose look-ups take no lock.

use std::sync::atomic::{AtomicUsize, Ordering};

use foldhash::fast::RandomState;
use papaya::{Compute, HashMap, Operation};

use super::{Full, Keyspace, Name};
use crate::Counter;

/// A keyspace of many threads.
///
/// A thread may still use a counter that another thread removes. Its operation overlaps the removal and counts as done just before it,
/// so every history of one name stays linearizable.
#[derive(Debug)]
pub struct Shared<C> {
    counters: HashMap<Name, C, RandomState>,
    /// Names in the map and names about to be in it: a name is counted before it is inserted, so the bound holds exactly.
    names: AtomicUsize,
    capacity: usize,
}

impl<C: Counter + Sync> Shared<C> {
    /// An empty keyspace with room for `capacity` names.
    #[must_use]
    pub fn bounded(capacity: usize) -> Self {
        Shared {
            counters: HashMap::with_hasher(RandomState::default()),
            names: AtomicUsize::new(0),
            capacity,
        }
    }

    fn reserve_name(&self) -> Result<(), Full> {
        let one_more = |names| (names < self.capacity).then_some(names + 1);
        self.names
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .map(drop)
            .map_err(|_| Full)
    }

    fn release_names(&self, names: usize) {
        self.names.fetch_sub(names, Ordering::Relaxed);
    }
}

impl<C: Counter + Sync> Keyspace for Shared<C> {
    type Counter = C;

    /// Pins the map's memory once for the turn. Pinning it again inside only increments a count, so the fences cost once for a turn.
    #[inline]
    fn during<T>(&self, turn: impl FnOnce() -> T) -> T {
        let _held = self.counters.pin();
        turn()
    }

    fn find<T>(&self, name: &[u8], with: impl FnOnce(&C) -> T) -> Option<T> {
        self.counters.pin().get(name).map(with)
    }

    fn find_or_create<T>(&self, name: &[u8], with: impl FnOnce(&C) -> T) -> Result<T, Full> {
        let counters = self.counters.pin();
        if let Some(counter) = counters.get(name) {
            return Ok(with(counter));
        }
        self.reserve_name()?;
        let outcome = counters.compute(Name::from(name), |found| match found {
            Some(_) => Operation::Abort(()),
            None => Operation::Insert(C::starting_at(0)),
        });
        match outcome {
            Compute::Inserted(_, counter) => Ok(with(counter)),
            // Another thread was first: release the reservation and find its counter.
            _ => {
                self.release_names(1);
                drop(counters);
                self.find_or_create(name, with)
            }
        }
    }

    fn remove(&self, name: &[u8]) -> bool {
        let removed = self.counters.pin().remove(name).is_some();
        self.release_names(usize::from(removed));
        removed
    }

    fn len(&self) -> usize {
        self.names.load(Ordering::Relaxed)
    }

    fn clear(&self) {
        // Name by name, so that each removal is counted exactly, whatever other threads create meanwhile.
        let counters = self.counters.pin();
        counters.keys().for_each(|name| {
            self.remove(name);
        });
    }

    fn contended(&self) -> u64 {
        self.counters.pin().values().map(C::contended).sum()
    }

    fn list(&self) -> Vec<(Name, i64)> {
        let mut list: Vec<_> = self
            .counters
            .pin()
            .iter()
            .map(|(name, counter)| (name.clone(), counter.get()))
            .collect();
        list.sort_unstable();
        list
    }
}
