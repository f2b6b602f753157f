//! A reply arrives: the key's hot path.

use super::state::Counter;
use super::violation::{Conflict, Violation};
use crate::anomaly::Anomaly;
use crate::connection::{Pending, Seen};
use crate::event::ONE;
use crate::level::Level;
use crate::operation::OperationKind;

impl Counter {
    /// An operation was answered. Returns the position it showed, or what is wrong with it.
    #[inline]
    pub(crate) fn ok(
        &mut self,
        operation: &Pending,
        sequence: u64,
        seen: &Seen,
        value: i64,
    ) -> Result<u64, Violation> {
        match operation.kind {
            OperationKind::Add => self.add_ok(operation, sequence, seen, value),
            OperationKind::Get => self.get_ok(operation, seen, value),
            OperationKind::Write => Ok(0),
        }
    }

    #[inline]
    fn add_ok(
        &mut self,
        operation: &Pending,
        sequence: u64,
        seen: &Seen,
        value: i64,
    ) -> Result<u64, Violation> {
        self.acknowledged += 1;
        if self.unknown.is_some() {
            self.fillers -= 1;
            return Ok(0);
        }
        let position = match self.position(value) {
            Some(position @ 1..) => position as u64,
            other => {
                let anomaly = match other {
                    Some(_) => Anomaly::CounterRegression,
                    None => Anomaly::PhantomIncrement,
                };
                return self.unusable(operation.kind, anomaly, Conflict::Nothing);
            }
        };
        if position > self.top {
            if position > self.reach() {
                return self.out_of_reach(OperationKind::Add, position);
            }
            self.gaps.open(self.top + 1, position - 1);
            self.top = position;
        } else if !self.gaps.close(position) {
            return self.returned_before(operation, position);
        }
        self.fillers -= 1;

        let before = position - 1;
        if before < seen.greatest() {
            let anomaly = match seen.overlaps(sequence) {
                true => Anomaly::ReplyOutOfOrder,
                false => Anomaly::CounterRegression,
            };
            return self.violation(anomaly, Conflict::SameConnection(seen.greatest()));
        }
        if before < operation.floor && self.level == Level::Full {
            return self.violation(Anomaly::RealTimeViolation, Conflict::Ended(operation.floor));
        }
        Ok(position)
    }

    /// INCRs that began together returned `first` and the `count - 1` values after it. If [`ok`](Self::ok) would accept each
    /// of them, takes them in one step and returns the last position. Otherwise changes nothing.
    #[inline]
    pub(crate) fn run_ok(
        &mut self,
        operation: &Pending,
        seen: &Seen,
        first: i64,
        count: u64,
    ) -> Option<u64> {
        if operation.kind != OperationKind::Add
            || self.amount != Some(ONE)
            || self.unknown.is_some()
        {
            return None;
        }
        let before = u64::try_from(self.position(first)?.checked_sub(1)?).ok()?;
        let (first, last) = (before + 1, before + count);
        let too_old = before < operation.floor && self.level == Level::Full;
        if too_old || before < seen.greatest() {
            return None;
        }
        if first > self.top {
            if last > self.reach() {
                return None;
            }
            self.gaps.open(self.top + 1, before);
            self.top = last;
        } else if last > self.top || !self.gaps.close_all(first, last) {
            return None;
        }
        self.acknowledged += count;
        self.fillers -= count;
        Some(last)
    }

    #[inline]
    fn get_ok(&mut self, operation: &Pending, seen: &Seen, value: i64) -> Result<u64, Violation> {
        self.reads += 1;
        if self.fillers == self.unplaced && operation.floor == self.top {
            self.quiet_read = Some((value, self.acknowledged));
        }
        // Events out of order: the INCR that tells the amount may not have been reported yet.
        let too_early = self.amount.is_none() && self.level == Level::Replies;
        if self.unknown.is_some() || too_early {
            return Ok(0);
        }
        let position = match self.position(value) {
            Some(position @ 0..) => position as u64,
            Some(_) => return self.violation(Anomaly::StaleRead, Conflict::Nothing),
            None => return self.violation(Anomaly::PhantomIncrement, Conflict::Nothing),
        };
        if position > self.top {
            if position > self.reach() {
                return self.out_of_reach(OperationKind::Get, position);
            }
            self.gaps.open(self.top + 1, position);
            self.top = position;
        } else if position < seen.add {
            return self.violation(Anomaly::ReadYourWrites, Conflict::SameConnection(seen.add));
        } else if position < seen.get {
            return self.violation(
                Anomaly::NonMonotonicRead,
                Conflict::SameConnection(seen.get),
            );
        } else if position < operation.floor && self.level == Level::Full {
            return self.violation(Anomaly::StaleRead, Conflict::Ended(operation.floor));
        }
        Ok(position)
    }
}
