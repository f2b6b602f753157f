//! The verdicts on a group, each as a cell of a table: are the replies right, and is the measurement sound?

use results::{Group, ValidityVerdict, Verdict, units};

use crate::table::Cell;

/// Whether the replies were right, and how many were checked.
pub(crate) fn verdict_cell(group: &Group) -> Cell {
    let (text, tone) = match group.verdict() {
        Verdict::Correct => ("right", "pass"),
        Verdict::Wrong => ("WRONG", "fail"),
        Verdict::Unknown => ("unknown", "doubt"),
        Verdict::NotChecked => ("not checked", ""),
    };
    let checked: u64 = group
        .runs
        .iter()
        .map(|run| run.correctness.operations_checked)
        .sum();
    Cell {
        note: if checked > 0 {
            format!("{} checked", units::count(checked))
        } else {
            String::new()
        },
        tone,
        ..Cell::words(text)
    }
}

/// Whether the load generator measured the server or itself.
pub(crate) fn validity_cell(group: &Group) -> Cell {
    let (text, tone) = match group.validity() {
        ValidityVerdict::Valid => ("valid", "pass"),
        ValidityVerdict::Suspect => ("suspect", "doubt"),
        ValidityVerdict::ClientBound => ("INVALID: client-bound", "fail"),
    };
    Cell {
        tone,
        ..Cell::words(text)
    }
}
