//! Counters that one thread owns: a plain map.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{Full, Keyspace, Name};
use crate::Counter;

/// A keyspace of one thread.
#[derive(Debug)]
pub struct Local<C> {
    counters: RefCell<HashMap<Name, C, RandomState>>,
    capacity: usize,
}

impl<C: Counter> Local<C> {
    /// An empty keyspace with room for `capacity` names.
    #[must_use]
    pub fn bounded(capacity: usize) -> Self {
        Local {
            counters: RefCell::default(),
            capacity,
        }
    }
}

impl<C: Counter> Keyspace for Local<C> {
    type Counter = C;

    fn find<T>(&self, name: &[u8], with: impl FnOnce(&C) -> T) -> Option<T> {
        self.counters.borrow().get(name).map(with)
    }

    fn find_or_create<T>(&self, name: &[u8], with: impl FnOnce(&C) -> T) -> Result<T, Full> {
        if let Some(counter) = self.counters.borrow().get(name) {
            return Ok(with(counter));
        }
        let mut counters = self.counters.borrow_mut();
        if counters.len() >= self.capacity {
            return Err(Full);
        }
        Ok(with(
            counters
                .entry(Name::from(name))
                .or_insert_with(|| C::starting_at(0)),
        ))
    }

    fn remove(&self, name: &[u8]) -> bool {
        self.counters.borrow_mut().remove(name).is_some()
    }

    fn len(&self) -> usize {
        self.counters.borrow().len()
    }

    fn clear(&self) {
        self.counters.take();
    }

    fn contended(&self) -> u64 {
        self.counters.borrow().values().map(C::contended).sum()
    }

    fn list(&self) -> Vec<(Name, i64)> {
        let counters = self.counters.borrow();
        let mut list: Vec<_> = counters
            .iter()
            .map(|(name, counter)| (name.clone(), counter.get()))
            .collect();
        list.sort_unstable();
        list
    }
}
