//! The limit of open files: each connection needs one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Descriptors that are not connections: standard streams, epoll, files being written, the server's /proc.
const OTHERS: u64 = 64;

/// Raises the soft limit as far as so many connections need, if the hard limit lets it.
///
/// # Errors
/// A sentence with the limit and the remedy.
pub(crate) fn raise_for(connections: u32) -> Result<(), String> {
    let needed = u64::from(connections) + OTHERS;
    // A kernel that does not tell its limits will say so when they are reached.
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return Ok(());
    };
    if soft >= needed {
        return Ok(());
    }
    if hard < needed {
        return Err(format!(
            "-c {connections} needs {needed} open files and this process may have {hard}; raise it with 'ulimit -Hn {needed}' as root, or lower -c"
        ));
    }
    setrlimit(Resource::RLIMIT_NOFILE, needed, hard).map_err(|error| {
        format!("cannot raise the limit of open files from {soft} to {needed}: {error}; lower -c")
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
            assert!(raise_for(u32::MAX).unwrap_err().contains("ulimit"));
        }
    }
}
