//! Why a system could not be measured.

use std::io;

use loadgen::experiment::{ParseServerError, StartedRunError};
use loadgen::machine::cpus::CpusError;
use process::NotStarted;

/// Why one run of a system gave no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing says how the server is started.
    #[error("no command is known that starts it")]
    UnknownCommand,
    /// The command of the server is wrong.
    #[error(transparent)]
    Command(#[from] ParseServerError),
    /// The processors of the server or the load cannot be chosen.
    #[error(transparent)]
    Cpus(#[from] CpusError),
    /// The server did not start.
    #[error(transparent)]
    NotStarted(#[from] NotStarted),
    /// The server ended by itself, or did not end when it was told to.
    #[error("{0}")]
    Ended(String),
    /// The load could not be made.
    #[error(transparent)]
    Load(#[from] StartedRunError),
    /// The run failed.
    #[error(transparent)]
    Run(#[from] loadgen::run::Failure),
    /// A request of our own was not answered.
    #[error("{what}: {source}")]
    Request {
        /// What failed.
        what: &'static str,
        /// How.
        source: io::Error,
    },
    /// The server answered with something else than expected.
    #[error("{0}")]
    Unexpected(String),
}

impl Failure {
    /// Says what failed of a request of our own.
    pub fn request(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Request { what, source }
    }
}
