//! What becomes of a key once a reply was wrong: the first wrong reply decides the verdict, and all that is left to do is to
//! name the later ones well. One wrong reply must not make liars of the honest ones after it.

use super::Counter;
use crate::anomaly::{Anomaly, Counts};
use crate::connection::Pending;
use crate::operation::OperationKind;

/// What a reply convicts itself of, and where the second witness is to be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) anomaly: Anomaly,
    pub(crate) sought: Sought,
}

/// The other operation of the pair that cannot both be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sought {
    /// None: the reply is wrong by itself.
    Nobody,
    /// The INCR that was told this position before.
    Holder(u64),
    /// An operation that had shown this position and ended before the faulty one began.
    Ended(u64),
    /// An operation of the same connection that had shown this position.
    OnThisConnection(u64),
    /// The latest operation that had shown this position.
    Shown(u64),
}

/// What is kept of a key that was lied about.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    pub(super) counts: Counts,
    suspect: Option<Suspect>,
    /// After the counter was found to have leapt: where to. Operations that began lower are excused from filling gaps.
    leapt_to: u64,
}

/// A value out of reach: either that one reply is garbage, or the counter itself has leapt (a foreign writer).
#[derive(Debug)]
struct Suspect {
    position: u64,
    /// How many replies had been in order by then. No new one since means that the next reply is the very next evidence.
    in_order: u64,
}

impl Counter {
    #[cold]
    pub(super) fn fault(&mut self, anomaly: Anomaly, sought: Sought) -> Result<u64, Fault> {
        self.lies.get_or_insert_default().counts[anomaly] += 1;
        Err(Fault { anomaly, sought })
    }

    /// A reply whose value cannot be used at all. An INCR so answered still took effect somewhere: it may fill any gap.
    #[cold]
    pub(super) fn lie(
        &mut self,
        kind: OperationKind,
        anomaly: Anomaly,
        sought: Sought,
    ) -> Result<u64, Fault> {
        self.stuck += u64::from(kind == OperationKind::Add);
        self.fault(anomaly, sought)
    }

    /// An INCR was told a position that is not open: another INCR was told it before.
    #[cold]
    pub(super) fn already_told(
        &mut self,
        operation: &Pending,
        position: u64,
    ) -> Result<u64, Fault> {
        let leapt_to = self.lies.as_ref().map_or(0, |lies| lies.leapt_to);
        if operation.floor < leapt_to && position <= leapt_to {
            self.stuck += 1;
            return Ok(position);
        }
        self.lie(
            OperationKind::Add,
            Anomaly::LostUpdate,
            Sought::Holder(position),
        )
    }

    /// The latest of these anomalies turns out to be something else.
    pub(crate) fn rename(&mut self, from: Anomaly, to: Anomaly) {
        let counts = &mut self.lies.get_or_insert_default().counts;
        counts[from] -= 1;
        counts[to] += 1;
    }

    /// A reply shows more than all INCRs begun so far can have made.
    ///
    /// Taken alone it is garbage (a flipped digit) and moves nothing. If the very next reply is as high, the counter is
    /// really up there, and the check goes on from that position.
    #[cold]
    pub(super) fn out_of_reach(
        &mut self,
        kind: OperationKind,
        position: u64,
    ) -> Result<u64, Fault> {
        let anomaly = match kind {
            OperationKind::Add => Anomaly::PhantomIncrement,
            OperationKind::Get | OperationKind::Write => Anomaly::FutureRead,
        };
        let sought = Sought::Shown(self.top);
        let replies = self.acknowledged + self.reads;
        let lies = self.lies.get_or_insert_default();
        let in_order = replies.wrapping_sub(lies.counts.total());
        match lies.suspect.take() {
            // Replies of INCRs that overlap come in any order: as high as the first means less by no more than those.
            Some(first)
                if first.in_order == in_order && first.position <= position + self.fillers =>
            {
                self.top = position.max(first.position);
                lies.leapt_to = self.top;
                self.gaps.clear();
                self.fillers -= u64::from(kind == OperationKind::Add);
                self.fault(anomaly, sought)
            }
            _ => {
                lies.suspect = Some(Suspect { position, in_order });
                self.lie(kind, anomaly, sought)
            }
        }
    }
}
