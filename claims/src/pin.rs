//! Processors: the server gets the first, the load those beside it.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// While this lives, this thread and those it starts keep away from the first processor; dropped, all is as before.
#[derive(Debug)]
pub(crate) struct Pinned {
    before: Option<CpuSet>,
}

/// The calling thread.
const SELF: Pid = Pid::from_raw(0);

impl Pinned {
    /// Keeps away from the first processor, where there is another.
    pub(crate) fn away_from_first() -> Self {
        let before = sched_getaffinity(SELF).ok();
        let others = before.and_then(|set| {
            let mut others = set;
            others.unset(first_of(&set)?).ok()?;
            first_of(&others).map(|_| others)
        });
        // Refused, the load runs where it ran before: the figures are then those of a shared processor.
        let pinned = others.is_some_and(|others| sched_setaffinity(SELF, &others).is_ok());
        Self {
            before: before.filter(|_| pinned),
        }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            let _ = sched_setaffinity(SELF, &before);
        }
    }
}

/// The number of the first processor that this program may use.
pub(crate) fn first() -> usize {
    sched_getaffinity(SELF)
        .ok()
        .and_then(|set| first_of(&set))
        .unwrap_or(0)
}

fn first_of(set: &CpuSet) -> Option<usize> {
    (0..CpuSet::count()).find(|cpu| set.is_set(*cpu).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pinned_is_free_again() {
        let before = sched_getaffinity(SELF).unwrap();
        let pinned = Pinned::away_from_first();
        let during = sched_getaffinity(SELF).unwrap();
        assert!(during != before || pinned.before.is_none());
        drop(pinned);
        assert_eq!(sched_getaffinity(SELF).unwrap(), before);
    }
}
