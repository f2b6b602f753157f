//! What is known about one key.

use std::num::NonZeroI64;

use crate::anomaly::Counts;
use crate::event::{ConnectionId, Key};
use crate::gaps::Gaps;
use crate::level::Level;
use crate::operation::{Operation, OperationKind};
use crate::verdict::Reason;

/// With [`Level::Replies`], how far above the greatest position a reply may be: more than any plausible number of replies
/// that other threads still have to report.
const LEAP: u64 = 1 << 20;

/// The state of one key.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(super) level: Level,
    pub(super) unknown: Option<Reason>,
    pub(super) start: i64,
    /// What every INCR so far adds; `None` before the first.
    pub(super) amount: Option<NonZeroI64>,
    /// The greatest position that a reply has shown.
    pub(super) top: u64,
    /// The positions up to `top` that no INCR has returned.
    pub(super) gaps: Gaps,
    /// The INCRs that can still fill a gap: in flight or `unplaced`. There are never fewer of them than gaps.
    pub(super) fillers: u64,
    /// The fillers whose position will never be known: unanswered, or answered with an unusable value.
    pub(super) unplaced: u64,
    pub(super) acknowledged: u64,
    pub(super) reads: u64,
    /// The latest value read while no INCR was in flight, and how many INCRs had been acknowledged by then.
    pub(super) quiet_read: Option<(i64, u64)>,
    /// Boxed, because most keys have none.
    pub(super) unsuccessful: Option<Box<Unsuccessful>>,
    /// Boxed, because most keys have none.
    pub(super) recovery: Option<Box<Recovery>>,
}

/// The operations that ended without a value.
#[derive(Debug, Default)]
pub(super) struct Unsuccessful {
    pub(super) failed: u64,
    pub(super) unanswered_adds: Vec<UnansweredAdd>,
    pub(super) unanswered_reads: u64,
}

/// An INCR that was sent and never answered. It took effect at some time after it began, or never. Kept until the end of
/// the run, because only then the remaining gaps are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnansweredAdd {
    /// If it took effect, then above this position.
    pub(super) floor: u64,
    pub(super) inv_ns: u64,
    pub(super) sequence: u64,
    pub(super) connection: ConnectionId,
}

impl UnansweredAdd {
    pub(super) fn operation(self, key: Key) -> Operation {
        Operation {
            kind: OperationKind::Add,
            key,
            connection: self.connection,
            sequence: self.sequence,
            inv_ns: self.inv_ns,
            ret_ns: None,
            value: None,
        }
    }
}

/// What a key with an anomaly needs to go on.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    pub(super) counts: Counts,
    pub(super) suspect: Option<Suspect>,
    /// Where the counter leapt to, if it did. Operations that began below need not fill a gap.
    pub(super) leapt_to: u64,
}

/// A position out of reach. Either this one reply is garbage, or the counter itself has leapt (another client writes it).
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) position: u64,
    /// How many replies had been right by then. If the number is the same at the next suspect, the two are consecutive.
    pub(super) right_replies: u64,
}

impl Counter {
    pub(crate) fn new(level: Level) -> Self {
        Self {
            level,
            unknown: None,
            start: 0,
            amount: None,
            top: 0,
            gaps: Gaps::default(),
            fillers: 0,
            unplaced: 0,
            acknowledged: 0,
            reads: 0,
            quiet_read: None,
            unsuccessful: None,
            recovery: None,
        }
    }

    /// Sets the value before the first operation. Ignored after the first operation.
    pub(crate) fn declare(&mut self, start: i64) {
        if !self.is_used() {
            self.start = start;
        }
    }

    /// `count` INCRs begin. Returns their floor.
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
        if self.amount.is_some() {
            self.give_up(Reason::MixedAmounts);
        } else {
            self.amount = Some(amount);
        }
    }

    /// Stops the check of this key. Anomalies found before stay: they needed no later operation.
    #[cold]
    pub(crate) fn give_up(&mut self, reason: Reason) {
        self.unknown.get_or_insert(reason);
    }

    /// The greatest position shown so far. An operation that begins now must not return less.
    #[inline]
    pub(crate) fn floor(&self) -> u64 {
        self.top
    }

    /// The greatest position that the INCRs begun so far can reach: each gap takes one of them, the others go on top.
    #[inline]
    pub(super) fn reach(&self) -> u64 {
        match self.level {
            Level::Full => self.top + self.fillers.saturating_sub(self.gaps.count()),
            Level::Replies => self.top + LEAP,
        }
    }

    /// The position that shows `value`: negative below the start, `None` between two positions.
    #[inline]
    pub(super) fn position(&self, value: i64) -> Option<i64> {
        let distance = value.checked_sub(self.start)?;
        match self.amount.map_or(1, NonZeroI64::get) {
            1 => Some(distance),
            amount if distance.checked_rem(amount)? == 0 => distance.checked_div(amount),
            _ => None,
        }
    }

    /// The value at a position; `None` if it does not fit 64 bits.
    pub(crate) fn value(&self, position: u64) -> Option<i64> {
        let amount = self.amount.map_or(1, NonZeroI64::get);
        let distance = amount.checked_mul(i64::try_from(position).ok()?)?;
        self.start.checked_add(distance)
    }

    /// Whether any operation used this key.
    pub(crate) fn is_used(&self) -> bool {
        self.fillers + self.acknowledged + self.reads > 0
            || self.unsuccessful.is_some()
            || self.unknown.is_some()
    }

    /// Bytes held on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        let unsuccessful = self.unsuccessful.as_deref();
        let adds = unsuccessful.map_or(0, |ended| ended.unanswered_adds.capacity());
        self.gaps.heap_bytes() + adds * size_of::<UnansweredAdd>()
    }
}
