//! The limit of open files: each connection needs one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Descriptors other than connections: standard streams, epoll, output files, the server's /proc.
const OTHERS: u64 = 64;

/// Why the limit of open files is too low.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileLimitError {
    /// The hard limit is too low: the connections, the open files needed, and the limit.
    #[error(
        "-c {0} needs {1} open files and this process may have {2}; raise it with 'ulimit -Hn {1}' as root, or lower -c"
    )]
    Hard(u32, u64, u64),
    /// The soft limit cannot be raised: the old limit, the new limit, and the reason.
    #[error("cannot raise the limit of open files from {0} to {1}: {2}; lower -c")]
    Soft(u64, u64, nix::Error),
}

/// Raises the soft limit to the number that the connections need.
///
/// # Errors
/// If the hard limit is lower, or the soft limit cannot be raised.
pub fn raise_for(connections: u32) -> Result<(), FileLimitError> {
    let needed = u64::from(connections) + OTHERS;
    // If the limits are unknown, a connection beyond them fails with its own error.
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return Ok(());
    };
    if soft >= needed {
        return Ok(());
    }
    if hard < needed {
        return Err(FileLimitError::Hard(connections, needed, hard));
    }
    setrlimit(Resource::RLIMIT_NOFILE, needed, hard)
        .map_err(|error| FileLimitError::Soft(soft, needed, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_connections_fit_and_too_many_name_the_limit() {
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
