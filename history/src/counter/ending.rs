//! The end of a key: the values that no reply named meet the INCRs that no reply answered, and the key gets its verdict.

use std::iter::repeat_n;

use super::{Counter, Unanswered};
use crate::anomaly::Anomaly;
use crate::event::Key;
use crate::matching;
use crate::verdict::{Conclusion, KeyVerdict};

/// A value that was passed though no INCR can have made it.
#[derive(Debug)]
pub(crate) struct Unexplained {
    pub(crate) anomaly: Anomaly,
    pub(crate) value: Option<i64>,
    /// The value above, which some reply may have shown.
    pub(crate) next_value: Option<i64>,
    /// An INCR without an answer that would have been the one, had it begun earlier.
    pub(crate) too_late: Option<Unanswered>,
}

/// What came of the values that no reply named.
#[derive(Debug, Default)]
struct Explained {
    /// Unanswered INCRs that took effect: they account for a value.
    took_effect: u64,
    unexplained: Vec<Unexplained>,
}

impl Counter {
    /// The verdict on this key, once nothing is in flight any more, and the values that no INCR explains.
    pub(crate) fn verdict(mut self, key: Key) -> (KeyVerdict, Vec<Unexplained>) {
        let explained = match self.unknown {
            None => self.explain(),
            Some(_) => Explained::default(),
        };
        for Unexplained { anomaly, .. } in &explained.unexplained {
            self.lies.get_or_insert_default().counts[*anomaly] += 1;
        }
        let final_value = self.final_value();
        let endings = self.endings.as_deref();
        let verdict = KeyVerdict {
            key,
            conclusion: match self.unknown {
                _ if self.lies.is_some() => Conclusion::Wrong,
                Some(reason) => Conclusion::Unknown(reason),
                None => Conclusion::Ok,
            },
            acknowledged: self.acknowledged,
            reads: self.reads,
            failed: endings.map_or(0, |endings| endings.failed),
            unanswered: endings.map_or(0, |endings| endings.adds.len() as u64),
            took_effect: explained.took_effect,
            unanswered_reads: endings.map_or(0, |endings| endings.reads),
            final_value,
            lost: final_value.and_then(|value| self.lost(value)),
            counts: self.lies.map(|lies| lies.counts).unwrap_or_default(),
        };
        (verdict, explained.unexplained)
    }

    /// Lets the unanswered INCRs fill the gaps. One that was answered with a lie took effect at a value unknown, and the
    /// key is convicted anyway: it may fill any.
    fn explain(&mut self) -> Explained {
        let endings = self.endings.get_or_insert_default();
        endings.adds.sort_unstable_by_key(|add| add.floor);
        let lied = self.stuck as usize - endings.adds.len();
        let floors = endings.adds.iter().map(|add| add.floor);
        let floors: Vec<u64> = repeat_n(0, lied).chain(floors).collect();

        let leftover = matching::fill(self.gaps.iter(), &floors);
        let took_effect = leftover.used.saturating_sub(lied);
        let too_late = endings.adds[took_effect..].iter().map(|&add| Some(add));
        let too_late: Vec<_> = too_late
            .chain(repeat_n(None, leftover.gaps.len()))
            .collect();
        let unexplained = leftover.gaps.into_iter().zip(too_late);
        Explained {
            took_effect: took_effect as u64,
            unexplained: unexplained
                .map(|(position, too_late)| self.unexplained(position, too_late))
                .collect(),
        }
    }

    /// A reply that went missing shows as a value without an INCR *and* an INCR without a reply, the wrong one: the replies
    /// behind the missing one were each taken for the answer to the request before. Without such an INCR somebody else
    /// incremented.
    fn unexplained(&self, position: u64, too_late: Option<Unanswered>) -> Unexplained {
        let anomaly = match too_late {
            Some(_) => Anomaly::ReplyMissing,
            None => Anomaly::PhantomIncrement,
        };
        Unexplained {
            anomaly,
            value: self.value(position),
            next_value: self.value(position + 1),
            too_late,
        }
    }

    /// The value that was read after the last INCR had been answered.
    fn final_value(&self) -> Option<i64> {
        let (value, acknowledged) = self.quiet_read?;
        (acknowledged == self.acknowledged).then_some(value)
    }

    /// How many acknowledged INCRs the final value lacks.
    fn lost(&self, final_value: i64) -> Option<u64> {
        let steps = self
            .position(final_value)
            .filter(|_| self.unknown.is_none())?;
        Some(
            self.acknowledged
                .saturating_sub(u64::try_from(steps).unwrap_or(0)),
        )
    }

    /// Whether any operation touched this key.
    pub(crate) fn is_used(&self) -> bool {
        self.fillers + self.acknowledged + self.reads > 0
            || self.endings.is_some()
            || self.unknown.is_some()
    }

    /// Bytes held on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        let endings = self.endings.as_ref();
        let endings = endings.map_or(0, |endings| {
            endings.adds.capacity() * size_of::<Unanswered>()
        });
        self.gaps.heap_bytes() + endings
    }
}
