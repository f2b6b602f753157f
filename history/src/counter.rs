//! One key: the streaming check itself, O(1) per operation, in memory that the run's length does not touch.
//!
//! Values are turned into *positions*: a counter that starts at `start` and is added `amount` at a time stands at position
//! p when its value is `start + p × amount`. So INCRBY 5 and DECR of one amount are the same problem as INCR.

mod ending;
mod recovery;
mod unanswered;

use std::num::NonZeroI64;

use crate::anomaly::Anomaly;
use crate::checker::Level;
use crate::connection::{Pending, Seen};
use crate::event::ONE;
use crate::gaps::Gaps;
use crate::operation::OperationKind;
use crate::verdict::Reason;

pub(crate) use ending::Unexplained;
use recovery::Recovery;
pub(crate) use recovery::{Fault, Sought};
use unanswered::Endings;
pub(crate) use unanswered::Unanswered;

/// How far above the greatest value a reply may leap where the order of the threads' streams is not known
/// ([`Level::Replies`]): more than any plausible number of replies still to come from the other streams.
const LEAP: u64 = 1 << 20;

/// One key's state.
#[derive(Debug)]
pub(crate) struct Counter {
    level: Level,
    unknown: Option<Reason>,
    start: i64,
    /// Of every INCR so far; `None` before the first.
    amount: Option<NonZeroI64>,
    /// The greatest position that a reply has shown.
    top: u64,
    /// The positions up to `top` that no INCR has been told.
    gaps: Gaps,
    /// The INCRs that may still fill a gap: in flight, or stuck. Never fewer than gaps.
    fillers: u64,
    /// Those of them that no reply will pin to a position any more: unanswered, or answered with a lie.
    stuck: u64,
    acknowledged: u64,
    reads: u64,
    /// The latest value read while no INCR was about, and how many INCRs had been acknowledged by then.
    quiet_read: Option<(i64, u64)>,
    /// What most keys never need.
    endings: Option<Box<Endings>>,
    lies: Option<Box<Recovery>>,
}

impl Counter {
    pub(crate) fn new(level: Level, start: i64) -> Self {
        Self {
            level,
            unknown: None,
            start,
            amount: None,
            top: 0,
            gaps: Gaps::default(),
            fillers: 0,
            stuck: 0,
            acknowledged: 0,
            reads: 0,
            quiet_read: None,
            endings: None,
            lies: None,
        }
    }

    /// The counter holds this value before its first operation. Said later it is ignored.
    pub(crate) fn declare(&mut self, start: i64) {
        if !self.is_used() {
            self.start = start;
        }
    }

    /// So many INCRs begin; returns their floor.
    #[inline]
    pub(crate) fn begin_adds(&mut self, amount: NonZeroI64, count: u32) -> u64 {
        if self.amount != Some(amount) {
            self.learn_amount(amount);
        }
        self.fillers += u64::from(count);
        self.floor()
    }

    #[cold]
    fn learn_amount(&mut self, amount: NonZeroI64) {
        match self.amount {
            None => self.amount = Some(amount),
            Some(_) => {
                self.give_up(Reason::MixedAmounts);
            }
        }
    }

    /// From here on nothing about this key is checked. What was found before stands: it needed no later operation.
    /// Returns the floor of the write that is to blame.
    #[cold]
    pub(crate) fn give_up(&mut self, reason: Reason) -> u64 {
        self.unknown.get_or_insert(reason);
        self.top
    }

    /// The greatest position shown so far: an operation that begins now must not fall below it.
    #[inline]
    pub(crate) fn floor(&self) -> u64 {
        self.top
    }

    /// The greatest position that the INCRs begun by now can have made: the gaps need one each, the others go on top.
    #[inline]
    fn reach(&self) -> u64 {
        match self.level {
            Level::Full => self.top + self.fillers.saturating_sub(self.gaps.count()),
            Level::Replies => self.top + LEAP,
        }
    }

    /// An operation was answered. Returns the position it showed, or what is wrong with it.
    #[inline]
    pub(crate) fn ok(
        &mut self,
        operation: &Pending,
        sequence: u64,
        seen: &Seen,
        value: i64,
    ) -> Result<u64, Fault> {
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
    ) -> Result<u64, Fault> {
        self.acknowledged += 1;
        if self.unknown.is_some() {
            self.fillers -= 1;
            return Ok(0);
        }
        let position = match self.position(value) {
            Some(position @ 1..) => position as u64,
            Some(_) => {
                return self.lie(
                    OperationKind::Add,
                    Anomaly::CounterRegression,
                    Sought::Nobody,
                );
            }
            None => {
                return self.lie(
                    OperationKind::Add,
                    Anomaly::PhantomIncrement,
                    Sought::Nobody,
                );
            }
        };
        if position > self.top {
            if position > self.reach() {
                return self.out_of_reach(OperationKind::Add, position);
            }
            self.gaps.open(self.top + 1, position - 1);
            self.top = position;
        } else if !self.gaps.close(position) {
            return self.already_told(operation, position);
        }
        self.fillers -= 1;

        let before = position - 1;
        if before < seen.greatest() {
            let anomaly = match seen.overlaps(sequence) {
                true => Anomaly::ReplyOutOfOrder,
                false => Anomaly::CounterRegression,
            };
            return self.fault(anomaly, Sought::OnThisConnection(seen.greatest()));
        }
        if before < operation.floor && self.level == Level::Full {
            return self.fault(Anomaly::RealTimeViolation, Sought::Ended(operation.floor));
        }
        Ok(position)
    }

    /// INCRs that are alike were told `first` and the values that follow it. Returns the position of the last where each of
    /// them would pass [`returned`](Self::returned) as well; elsewhere nothing has happened yet.
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
    fn get_ok(&mut self, operation: &Pending, seen: &Seen, value: i64) -> Result<u64, Fault> {
        self.reads += 1;
        if self.fillers == self.stuck && operation.floor == self.top {
            self.quiet_read = Some((value, self.acknowledged));
        }
        // Out of order, the INCR that tells how wide a step is may still be on its way here.
        let too_early = self.amount.is_none() && self.level == Level::Replies;
        if self.unknown.is_some() || too_early {
            return Ok(0);
        }
        let position = match self.position(value) {
            Some(position @ 0..) => position as u64,
            Some(_) => return self.fault(Anomaly::StaleRead, Sought::Nobody),
            None => return self.fault(Anomaly::PhantomIncrement, Sought::Nobody),
        };
        if position > self.top {
            if position > self.reach() {
                return self.out_of_reach(OperationKind::Get, position);
            }
            self.gaps.open(self.top + 1, position);
            self.top = position;
        } else if position < seen.add {
            return self.fault(Anomaly::ReadYourWrites, Sought::OnThisConnection(seen.add));
        } else if position < seen.get {
            return self.fault(
                Anomaly::NonMonotonicRead,
                Sought::OnThisConnection(seen.get),
            );
        } else if position < operation.floor && self.level == Level::Full {
            return self.fault(Anomaly::StaleRead, Sought::Ended(operation.floor));
        }
        Ok(position)
    }

    /// Where the counter stands when it shows `value`; negative below the start, `None` between two positions.
    #[inline]
    fn position(&self, value: i64) -> Option<i64> {
        let distance = value.checked_sub(self.start)?;
        match self.amount.map_or(1, NonZeroI64::get) {
            1 => Some(distance),
            amount if distance.checked_rem(amount)? == 0 => distance.checked_div(amount),
            _ => None,
        }
    }

    /// The value at a position, if it is one.
    pub(crate) fn value(&self, position: u64) -> Option<i64> {
        let distance = self
            .amount
            .map_or(1, NonZeroI64::get)
            .checked_mul(i64::try_from(position).ok()?)?;
        self.start.checked_add(distance)
    }
}
