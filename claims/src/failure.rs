//! Why a system could not be measured.

use std::io;

/// Why one run of a system gave no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing says how the server is started.
    #[error("no command is known that starts it")]
    Unknown,
    /// The server did not start.
    #[error("{reason}; {remedy}")]
    NotStarted {
        /// Why.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
    /// The server did not end when it was told to.
    #[error("{0}")]
    NotEnded(String),
    /// The load generator could not make the run, or the run failed.
    #[error("{0}")]
    Load(String),
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
