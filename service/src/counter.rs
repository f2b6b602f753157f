//! One counter under five disciplines: what synchronisation a shared number gets.
//!
//! | discipline | how | shared by threads | owned by one thread |
//! |---|---|---|---|
//! | [`Plain`] | a `Cell` | does not compile: `Cell` is not `Sync` | right |
//! | [`Racy`] | an atomic load, then an atomic store | **loses updates** | right |
//! | [`Mutex`] | the article's cure | right | right, useless |
//! | [`Atomic`] | one read-modify-write | right | right, useless |
//! | [`Yielding`] | a read, a turn of the others, a write | **loses updates** | **loses updates** |
//!
//! In C or in Python, `Plain` compiles under threads and behaves as `Racy`. In Rust the compiler refuses it, so the mistake has to be
//! made on purpose, one step further up: each access is atomic, the increment is not.
//!
//! `Yielding` is the mistake that remains possible in cooperative programs: a task that yields between the read and the write shares
//! the counter with every task that runs meanwhile, even on one thread.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{PoisonError, TryLockError};

/// A number that many requests increment.
///
/// Two increments of one counter are right when each returns a value of its own, and the final value includes both.
pub trait Counter: Send + 'static {
    /// What the command line and INFO call this discipline.
    const DISCIPLINE: &'static str;

    /// Whether a session ends its turn between an increment's read and its write, and writes in its next turn.
    const YIELDS: bool = false;

    /// A counter that starts at `value`.
    fn starting_at(value: i64) -> Self;

    /// Adds `amount` and returns the new value; `None`, and no change, when the sum does not fit an `i64`.
    fn add(&self, amount: i64) -> Option<i64>;

    /// The value now.
    fn get(&self) -> i64;

    /// Replaces the value.
    fn set(&self, value: i64);

    /// How often a thread found the lock taken; 0 where there is no lock.
    fn contended(&self) -> u64 {
        0
    }
}

/// No synchronisation. It needs none where one thread owns the counter.
#[derive(Debug)]
pub struct Plain(Cell<i64>);

impl Counter for Plain {
    const DISCIPLINE: &'static str = "plain";

    fn starting_at(value: i64) -> Self {
        Plain(Cell::new(value))
    }

    fn add(&self, amount: i64) -> Option<i64> {
        let sum = self.0.get().checked_add(amount)?;
        self.0.set(sum);
        Some(sum)
    }

    fn get(&self) -> i64 {
        self.0.get()
    }

    fn set(&self, value: i64) {
        self.0.set(value);
    }
}

/// The lost update: the value read may be out of date when the sum is written. The result is wrong; there is no undefined behaviour.
#[derive(Debug)]
pub struct Racy(AtomicI64);

impl Counter for Racy {
    const DISCIPLINE: &'static str = "racy";

    fn starting_at(value: i64) -> Self {
        Racy(AtomicI64::new(value))
    }

    fn add(&self, amount: i64) -> Option<i64> {
        let sum = self.get().checked_add(amount)?;
        // This overwrites what another thread has stored since that load: its update is lost.
        self.set(sum);
        Some(sum)
    }

    fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

/// One thread at a time between the read and the write.
#[derive(Debug)]
pub struct Mutex {
    value: std::sync::Mutex<i64>,
    /// Counted only by threads that have to wait anyway.
    contended: AtomicU64,
}

impl Mutex {
    fn lock(&self) -> std::sync::MutexGuard<'_, i64> {
        // A lock is poisoned when its holder panicked. An `i64` is never half-written, so the value is still good.
        match self.value.try_lock() {
            Ok(value) => value,
            Err(TryLockError::Poisoned(value)) => value.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.contended.fetch_add(1, Ordering::Relaxed);
                self.value.lock().unwrap_or_else(PoisonError::into_inner)
            }
        }
    }
}

impl Counter for Mutex {
    const DISCIPLINE: &'static str = "mutex";

    fn starting_at(value: i64) -> Self {
        Mutex {
            value: std::sync::Mutex::new(value),
            contended: AtomicU64::new(0),
        }
    }

    fn add(&self, amount: i64) -> Option<i64> {
        let mut value = self.lock();
        *value = value.checked_add(amount)?;
        Some(*value)
    }

    fn get(&self) -> i64 {
        *self.lock()
    }

    fn set(&self, value: i64) {
        *self.lock() = value;
    }

    fn contended(&self) -> u64 {
        self.contended.load(Ordering::Relaxed)
    }
}

/// One indivisible read-modify-write.
///
/// It is a compare-and-swap and not a `fetch_add`, which wraps: an increment that overflows must leave the value alone.
#[derive(Debug)]
pub struct Atomic(AtomicI64);

impl Counter for Atomic {
    const DISCIPLINE: &'static str = "atomic";

    fn starting_at(value: i64) -> Self {
        Atomic(AtomicI64::new(value))
    }

    fn add(&self, amount: i64) -> Option<i64> {
        // Relaxed is enough: the counter publishes nothing but itself, and one variable has one modification order.
        let before = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |value| {
                value.checked_add(amount)
            })
            .ok()?;
        Some(before + amount)
    }

    fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

/// Reads in one turn and writes in the next; in between, the others have their turns.
///
/// [`Counter::add`] alone is [`Racy`]'s: a function that runs without interruption cannot yield. The session does, because of
/// [`Counter::YIELDS`].
#[derive(Debug)]
pub struct Yielding(Racy);

impl Counter for Yielding {
    const DISCIPLINE: &'static str = "yielding";
    const YIELDS: bool = true;

    fn starting_at(value: i64) -> Self {
        Yielding(Racy::starting_at(value))
    }

    fn add(&self, amount: i64) -> Option<i64> {
        self.0.add(amount)
    }

    fn get(&self) -> i64 {
        self.0.get()
    }

    fn set(&self, value: i64) {
        self.0.set(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts_and_refuses_to_overflow<C: Counter>() {
        let counter = C::starting_at(40);
        assert_eq!(counter.add(2), Some(42));
        assert_eq!(counter.add(-43), Some(-1));
        counter.set(i64::MAX - 1);
        assert_eq!(counter.add(1), Some(i64::MAX));
        assert_eq!(counter.add(1), None);
        assert_eq!(
            counter.get(),
            i64::MAX,
            "a refused increment changes nothing"
        );
        counter.set(i64::MIN);
        assert_eq!(counter.add(-1), None);
        assert_eq!(counter.get(), i64::MIN);
    }

    #[test]
    fn every_discipline_counts_on_one_thread() {
        counts_and_refuses_to_overflow::<Plain>();
        counts_and_refuses_to_overflow::<Racy>();
        counts_and_refuses_to_overflow::<Mutex>();
        counts_and_refuses_to_overflow::<Atomic>();
        counts_and_refuses_to_overflow::<Yielding>();
    }

    /// The article's schedule, step by step: x reads 5000 and is paused, y reads, adds and writes, x goes on.
    #[test]
    fn racy_loses_the_update_of_y() {
        let counter = Racy::starting_at(5000);
        let seen_by_x = counter.get();
        assert_eq!(
            counter.add(1),
            Some(5001),
            "y's increment, whole, between x's read and x's write"
        );
        counter.set(seen_by_x + 1);
        assert_eq!(counter.get(), 5001, "two increments, one of them lost");
    }

    #[test]
    fn a_thread_that_finds_the_lock_taken_is_counted() {
        let counter = Mutex::starting_at(0);
        assert_eq!((counter.add(1), counter.contended()), (Some(1), 0));
        std::thread::scope(|scope| {
            let held = counter.lock();
            scope.spawn(|| counter.add(1));
            while counter.contended() == 0 {
                std::thread::yield_now();
            }
            drop(held);
        });
        assert_eq!((counter.get(), counter.contended()), (2, 1));
    }

    fn is_exact_under_threads<C: Counter + Sync>() {
        let counter = C::starting_at(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..10_000).for_each(|_| assert!(counter.add(1).is_some())));
            }
        });
        assert_eq!(counter.get(), 80_000);
    }

    #[test]
    fn mutex_and_atomic_are_exact_under_threads() {
        is_exact_under_threads::<Mutex>();
        is_exact_under_threads::<Atomic>();
    }
}
