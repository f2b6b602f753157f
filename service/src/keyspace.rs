//! Named counters: `INCR a` and `INCR b` are independent.
//!
//! Two maps: one for a single thread, one for many. Both hash with the same seeded function and hold the same number of names. Neither
//! takes a lock for a look-up, so the map is never what a comparison measures.

mod local;
mod shared;

pub use local::Local;
pub use shared::Shared;

use crate::Counter;

/// A counter's name: any bytes.
pub type Name = Box<[u8]>;

/// No room for another name (see [`Limits::counters`](crate::Limits::counters)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// Counters by name.
pub trait Keyspace {
    /// The discipline of every counter in it.
    type Counter: Counter;

    /// Runs a turn. Its look-ups can share what each of them alone would have to acquire and release.
    fn during<T>(&self, turn: impl FnOnce() -> T) -> T {
        turn()
    }

    /// Calls `with` on the counter of that name, if there is one.
    fn find<T>(&self, name: &[u8], with: impl FnOnce(&Self::Counter) -> T) -> Option<T>;

    /// Calls `with` on the counter of that name; where there is none, one is created at 0.
    ///
    /// # Errors
    /// [`Full`] when the name is new and there is no room for it; `with` is not called.
    fn find_or_create<T>(
        &self,
        name: &[u8],
        with: impl FnOnce(&Self::Counter) -> T,
    ) -> Result<T, Full>;

    /// Removes a counter; whether there was one.
    fn remove(&self, name: &[u8]) -> bool;

    /// How many counters there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all counters.
    fn clear(&self);

    /// How often a request found the lock of a counter here taken.
    fn contended(&self) -> u64;

    /// Every name with its value, sorted by name.
    fn list(&self) -> Vec<(Name, i64)>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counter::{Atomic, Plain};

    fn keeps_names_apart(keyspace: &impl Keyspace) {
        assert!(keyspace.is_empty());
        assert_eq!(keyspace.find(b"a", Counter::get), None);
        assert_eq!(
            keyspace.find_or_create(b"a", |counter| counter.add(5)),
            Ok(Some(5))
        );
        assert_eq!(
            keyspace.find_or_create(b"b", |counter| counter.add(7)),
            Ok(Some(7))
        );
        assert_eq!(keyspace.find(b"a", Counter::get), Some(5));
        assert_eq!(
            keyspace.list(),
            [(Name::from(*b"a"), 5), (Name::from(*b"b"), 7)]
        );

        assert_eq!(
            keyspace.find_or_create(b"c", Counter::get),
            Err(Full),
            "two names fill this keyspace"
        );
        assert_eq!(
            keyspace.find_or_create(b"a", Counter::get),
            Ok(5),
            "a name that is there needs no room"
        );
        assert!(keyspace.remove(b"a"));
        assert!(!keyspace.remove(b"a"));
        assert_eq!(
            keyspace.find_or_create(b"c", Counter::get),
            Ok(0),
            "a name removed makes room"
        );
        keyspace.clear();
        assert_eq!(keyspace.len(), 0);
        assert_eq!(
            keyspace.find_or_create(b"d", Counter::get),
            Ok(0),
            "so does a flush"
        );
    }

    #[test]
    fn local_keeps_names_apart() {
        keeps_names_apart(&Local::<Plain>::bounded(2));
    }

    #[test]
    fn shared_keeps_names_apart() {
        keeps_names_apart(&Shared::<Atomic>::bounded(2));
    }

    /// Many threads start the same few names at once: none is started twice, none over the bound.
    #[test]
    fn shared_starts_each_name_once() {
        for _ in 0..50 {
            let keyspace = Shared::<Atomic>::bounded(4);
            let started = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4)
                    .map(|_| {
                        let keyspace = &keyspace;
                        scope.spawn(move || {
                            (0u8..8)
                                .filter(|&n| keyspace.find_or_create(&[n], |c| c.add(1)).is_ok())
                                .count()
                        })
                    })
                    .collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .sum::<usize>()
            });
            assert_eq!(keyspace.len(), 4);
            let counted: i64 = keyspace.list().iter().map(|(_, value)| value).sum();
            assert_eq!(
                counted,
                i64::try_from(started).unwrap(),
                "every increment that returned Ok is in a counter"
            );
        }
    }
}
