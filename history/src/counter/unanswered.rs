//! Operations that ended without a value: those that failed for certain, and those of which nobody knows.

use super::{Counter, Fault, Sought};
use crate::anomaly::Anomaly;
use crate::checker::Level;
use crate::connection::{Pending, Seen};
use crate::event::ConnectionId;
use crate::operation::OperationKind;

/// An INCR that was sent and never answered: it may have taken effect at any time since it began, or never. 32 bytes each
/// until the end of the run, since only then the gaps that are left are known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unanswered {
    /// It took effect, if at all, after everything up to this position.
    pub(super) floor: u64,
    pub(crate) inv_ns: u64,
    pub(crate) sequence: u64,
    pub(crate) connection: ConnectionId,
}

/// How operations ended that were not answered with a value.
#[derive(Debug, Default)]
pub(super) struct Endings {
    pub(super) failed: u64,
    pub(super) adds: Vec<Unanswered>,
    pub(super) reads: u64,
}

impl Counter {
    /// The operation must have had no effect: it was refused (`-ERR`), or only a part of it was written.
    pub(crate) fn fail(&mut self, operation: &Pending) -> Result<u64, Fault> {
        self.endings.get_or_insert_default().failed += 1;
        if operation.kind != OperationKind::Add {
            return Ok(0);
        }
        let checked = self.level == Level::Full && self.unknown.is_none();
        if checked && self.gaps.count() == self.fillers {
            // Every filler is needed, this one too: the increment that "failed" is there.
            return self.lie(
                OperationKind::Add,
                Anomaly::PhantomIncrement,
                Sought::Shown(self.top),
            );
        }
        self.fillers -= 1;
        Ok(0)
    }

    /// No answer will come, but the server may have the whole request.
    pub(crate) fn info(
        &mut self,
        operation: &Pending,
        sequence: u64,
        connection: ConnectionId,
        seen: &Seen,
    ) {
        let floor = match self.level {
            Level::Full => operation.floor.max(seen.greatest()),
            Level::Replies => seen.greatest(),
        };
        let endings = self.endings.get_or_insert_default();
        match operation.kind {
            OperationKind::Add => {
                self.stuck += 1;
                endings.adds.push(Unanswered {
                    floor,
                    inv_ns: operation.inv_ns,
                    sequence,
                    connection,
                });
            }
            OperationKind::Get => endings.reads += 1,
            OperationKind::Write => {}
        }
    }
}
