//! The limit of open files: each connection needs one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Descriptors that are not connections: standard streams, epoll, files being written, the server's /proc.
const OTHERS: u64 = 64;

/// Why the limit of open files is too low.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileLimitError {
    /// The hard limit is too low.
    #[error(
        "-c {connections} needs {needed} open files and this process may have {hard}; raise it with 'ulimit -Hn {needed}' as root, or lower -c"
    )]
    Hard {
        /// Connections.
        connections: u32,
        /// Open files that they need.
        needed: u64,
        /// The hard limit.
        hard: u64,
    },
    /// The soft limit cannot be raised.
    #[error("cannot raise the limit of open files from {soft} to {needed}: {error}; lower -c")]
    Soft {
        /// The soft limit.
        soft: u64,
        /// Open files that are needed.
        needed: u64,
        /// Why.
        error: nix::Error,
    },
}

/// Raises the soft limit as far as so many connections need, if the hard limit lets it.
///
/// # Errors
/// When the hard limit is lower.
pub fn raise_for(connections: u32) -> Result<(), FileLimitError> {
    let needed = u64::from(connections) + OTHERS;
    // A kernel that does not tell its limits will say so when they are reached.
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return Ok(());
    };
    if soft >= needed {
        return Ok(());
    }
    if hard < needed {
        return Err(FileLimitError::Hard {
            connections,
            needed,
            hard,
        });
    }
    setrlimit(Resource::RLIMIT_NOFILE, needed, hard).map_err(|error| FileLimitError::Soft {
        soft,
        needed,
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_connections_fit_and_too_many_are_told_the_limit() {
        assert_eq!(raise_for(1), Ok(()));
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        if hard < u64::from(u32::MAX) {
            assert!(
                raise_for(u32::MAX)
                    .unwrap_err()
                    .to_string()
                    .contains("ulimit")
            );
        }
    }
}
