//! An operation ends without a value: it failed, or it got no answer.

use super::state::{Counter, UnansweredAdd};
use super::violation::{Conflict, Violation};
use crate::anomaly::Anomaly;
use crate::connection::{Pending, Seen};
use crate::event::ConnectionId;
use crate::level::Level;
use crate::operation::OperationKind;

impl Counter {
    /// The operation must not have taken effect: it was refused (`-ERR`), or only a part of it was written.
    pub(crate) fn fail(&mut self, operation: &Pending) -> Result<u64, Violation> {
        self.unsuccessful.get_or_insert_default().failed += 1;
        if operation.kind != OperationKind::Add {
            return Ok(0);
        }
        let checked = self.level == Level::Full && self.unknown.is_none();
        if checked && self.gaps.count() == self.fillers {
            // Every filler is needed, this one too: the counter contains the increment that "failed".
            let conflict = Conflict::Latest(self.top);
            return self.unusable(operation.kind, Anomaly::PhantomIncrement, conflict);
        }
        self.fillers -= 1;
        Ok(0)
    }

    /// No reply will come, but the server may have the whole request.
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
        let unsuccessful = self.unsuccessful.get_or_insert_default();
        match operation.kind {
            OperationKind::Add => {
                self.unplaced += 1;
                unsuccessful.unanswered_adds.push(UnansweredAdd {
                    floor,
                    inv_ns: operation.inv_ns,
                    sequence,
                    connection,
                });
            }
            OperationKind::Get => unsuccessful.unanswered_reads += 1,
            OperationKind::Write => {}
        }
    }
}
