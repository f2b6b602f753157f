//! How the check goes on after a wrong reply. The verdict is already "wrong"; what matters now is to name later anomalies
//! well. One wrong reply must not make the right replies after it look wrong.

use super::state::{Counter, Suspect};
use super::violation::{Conflict, Violation};
use crate::anomaly::Anomaly;
use crate::connection::Pending;
use crate::operation::OperationKind;

impl Counter {
    /// Counts an anomaly.
    #[cold]
    pub(super) fn violation(
        &mut self,
        anomaly: Anomaly,
        conflict: Conflict,
    ) -> Result<u64, Violation> {
        self.recovery.get_or_insert_default().counts[anomaly] += 1;
        Err(Violation { anomaly, conflict })
    }

    /// A reply whose value cannot be used at all. If it answered an INCR, that INCR can still fill any gap.
    #[cold]
    pub(super) fn unusable(
        &mut self,
        kind: OperationKind,
        anomaly: Anomaly,
        conflict: Conflict,
    ) -> Result<u64, Violation> {
        self.unplaced += u64::from(kind == OperationKind::Add);
        self.violation(anomaly, conflict)
    }

    /// An INCR returned a position that is not a gap: another INCR has returned it before.
    #[cold]
    pub(super) fn returned_before(
        &mut self,
        operation: &Pending,
        position: u64,
    ) -> Result<u64, Violation> {
        let leapt_to = self.recovery.as_ref().map_or(0, |kept| kept.leapt_to);
        if operation.floor < leapt_to && position <= leapt_to {
            self.unplaced += 1;
            return Ok(position);
        }
        let conflict = Conflict::Increment(position);
        self.unusable(operation.kind, Anomaly::LostUpdate, conflict)
    }

    /// The latest anomaly of this kind turns out to be another.
    pub(crate) fn rename(&mut self, from: Anomaly, to: Anomaly) {
        self.recovery
            .get_or_insert_default()
            .counts
            .rename(from, to);
    }

    /// A reply shows more than all INCRs begun so far can reach.
    ///
    /// Alone it is garbage (a flipped digit) and changes nothing. If the very next reply is as high, the counter really has
    /// leapt, and the check goes on from there.
    #[cold]
    pub(super) fn out_of_reach(
        &mut self,
        kind: OperationKind,
        position: u64,
    ) -> Result<u64, Violation> {
        let anomaly = match kind {
            OperationKind::Add => Anomaly::PhantomIncrement,
            OperationKind::Get | OperationKind::Write => Anomaly::FutureRead,
        };
        let conflict = Conflict::Latest(self.top);
        let replies = self.acknowledged + self.reads;
        let recovery = self.recovery.get_or_insert_default();
        let right_replies = replies.wrapping_sub(recovery.counts.total());
        let confirmed = recovery.suspect.take().filter(|first| {
            // Replies of concurrent INCRs come in any order, so this one may be lower by as many as are in flight.
            first.right_replies == right_replies && first.position <= position + self.fillers
        });
        let Some(first) = confirmed else {
            recovery.suspect = Some(Suspect {
                position,
                right_replies,
            });
            return self.unusable(kind, anomaly, conflict);
        };
        self.top = position.max(first.position);
        recovery.leapt_to = self.top;
        self.gaps.clear();
        self.fillers -= u64::from(kind == OperationKind::Add);
        self.violation(anomaly, conflict)
    }
}
