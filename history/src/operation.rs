//! An operation as a counterexample shows it: connection, request, times, reply.

use std::fmt;

use crate::event::{ConnectionId, Key};

/// What an operation did to its key, as far as the check cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// INCR, INCRBY, DECR, DECRBY.
    Add,
    /// GET.
    Get,
    /// SET, DEL: not checked.
    Write,
}

impl OperationKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "INCR",
            Self::Get => "GET",
            Self::Write => "write",
        }
    }
}

/// One operation of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What it did.
    pub kind: OperationKind,
    /// On which counter.
    pub key: Key,
    /// Over which connection.
    pub connection: ConnectionId,
    /// Zero-based index of this operation among those of its connection that the checker saw.
    pub sequence: u64,
    /// When it began.
    pub inv_ns: u64,
    /// When its answer had arrived; `None` if it never did.
    pub ret_ns: Option<u64>,
    /// The value it was answered with; `None` if it was refused or never answered.
    pub value: Option<i64>,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind, connection, ..
        } = self;
        write!(
            f,
            "{} #{} of connection {}",
            kind.name(),
            self.sequence,
            connection.number()
        )?;
        match self.value {
            Some(value) => write!(f, " -> {value}")?,
            None => f.write_str(" -> no value")?,
        }
        write!(f, " [{} .. ", Seconds(self.inv_ns))?;
        match self.ret_ns {
            Some(ret_ns) => write!(f, "{}]", Seconds(ret_ns)),
            None => f.write_str("never]"),
        }
    }
}

/// Nanoseconds written as seconds without loss.
pub(crate) struct Seconds(pub(crate) u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SECOND_NS: u64 = 1_000_000_000;
        write!(f, "{}.{:09} s", self.0 / SECOND_NS, self.0 % SECOND_NS)
    }
}
