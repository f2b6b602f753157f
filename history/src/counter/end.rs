//! The end of a run: matches the remaining gaps with the unanswered INCRs, and gives the key's verdict.

use std::iter::repeat_n;

use super::state::Counter;
use crate::anomaly::Anomaly;
use crate::event::Key;
use crate::matching;
use crate::operation::Operation;
use crate::verdict::{Conclusion, KeyVerdict};

/// A value that the counter passed and that no INCR can have made.
#[derive(Debug)]
pub(crate) struct Unexplained {
    pub(crate) anomaly: Anomaly,
    pub(crate) value: Option<i64>,
    /// The value above, which some reply may have shown.
    pub(crate) next_value: Option<i64>,
    /// An unanswered INCR that would explain the value, but began too late.
    pub(crate) too_late: Option<Operation>,
}

impl Counter {
    /// The verdict on this key, and the values that no INCR explains. Nothing may be in flight any more.
    pub(crate) fn verdict(mut self, key: Key) -> (KeyVerdict, Vec<Unexplained>) {
        let (took_effect, unexplained) = match self.unknown {
            None => self.fill_gaps(key),
            Some(_) => Default::default(),
        };
        for Unexplained { anomaly, .. } in &unexplained {
            self.recovery.get_or_insert_default().counts[*anomaly] += 1;
        }
        let final_value = self.final_value();
        let lost = final_value.and_then(|value| self.lost(value));
        let unsuccessful = self.unsuccessful.unwrap_or_default();
        let verdict = KeyVerdict {
            key,
            conclusion: match self.unknown {
                _ if self.recovery.is_some() => Conclusion::Wrong,
                Some(reason) => Conclusion::Unknown(reason),
                None => Conclusion::Ok,
            },
            acknowledged: self.acknowledged,
            reads: self.reads,
            failed: unsuccessful.failed,
            unanswered: unsuccessful.unanswered_adds.len() as u64,
            took_effect,
            unanswered_reads: unsuccessful.unanswered_reads,
            final_value,
            lost,
            counts: self.recovery.map(|kept| kept.counts).unwrap_or_default(),
        };
        (verdict, unexplained)
    }

    /// Fills the gaps with unanswered INCRs. Returns how many of these took effect, and the gaps that stay open.
    ///
    /// An INCR that was answered with an unusable value can fill any gap: where it took effect is unknown, and the key's
    /// verdict is "wrong" anyway.
    fn fill_gaps(&mut self, key: Key) -> (u64, Vec<Unexplained>) {
        let adds = &mut self.unsuccessful.get_or_insert_default().unanswered_adds;
        adds.sort_unstable_by_key(|add| add.floor);
        let unusable = self.unplaced as usize - adds.len();
        let floors = adds.iter().map(|add| add.floor);
        let floors: Vec<u64> = repeat_n(0, unusable).chain(floors).collect();

        let leftover = matching::fill(self.gaps.iter(), &floors);
        let took_effect = leftover.used.saturating_sub(unusable);
        let unused = adds[took_effect..].iter().map(|add| add.operation(key));
        let mut unused = unused.collect::<Vec<_>>().into_iter();
        let gaps = leftover.gaps.into_iter();
        let unexplained = gaps.map(|position| self.unexplained(position, unused.next()));
        (took_effect as u64, unexplained.collect())
    }

    /// A missing reply leaves two traces: a value without an INCR, and an INCR without a reply. That INCR is a later one,
    /// because each reply behind the missing one was taken for the reply to the request before. If there is no such INCR,
    /// somebody else incremented the counter.
    fn unexplained(&self, position: u64, too_late: Option<Operation>) -> Unexplained {
        Unexplained {
            anomaly: match too_late {
                Some(_) => Anomaly::ReplyMissing,
                None => Anomaly::PhantomIncrement,
            },
            value: self.value(position),
            next_value: self.value(position + 1),
            too_late,
        }
    }

    /// The value that was read after the last INCR was acknowledged.
    fn final_value(&self) -> Option<i64> {
        let (value, acknowledged) = self.quiet_read?;
        (acknowledged == self.acknowledged).then_some(value)
    }

    /// How many acknowledged INCRs the final value does not contain.
    fn lost(&self, final_value: i64) -> Option<u64> {
        let position = self.position(final_value);
        let position = position.filter(|_| self.unknown.is_none())?;
        Some(self.acknowledged.saturating_sub(position.max(0) as u64))
    }
}
