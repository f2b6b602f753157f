//! The limits on connections and on the process, as the command line sets them.

use std::time::Duration;

use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use units::{UnitError, parse_count, parse_duration, parse_size};

/// A time limit; `None` where there is none.
pub type Timeout = Option<Duration>;

/// Limits of connections and of the process. What one request may contain is limited by [`service::Limits`].
#[derive(Clone, Copy, Debug, Args)]
pub struct Limits {
    /// Connections open at once; one more gets an error reply and is closed
    #[arg(long, value_name = "N", default_value = "10000", value_parser = at_least_one)]
    pub max_connections: usize,
    /// Close a connection that sends no request for this time (90s, 1m30s; 0: never)
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = timeout)]
    pub idle_timeout: Timeout,
    /// Close a connection whose request is not complete this long after its first byte (0: never)
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = timeout)]
    pub request_timeout: Timeout,
    /// Close a connection that takes no byte of its replies for this time (0: never)
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = timeout)]
    pub stall_timeout: Timeout,
    /// At the end, wait this long for the last replies to be taken
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    pub shutdown_timeout: Duration,
    /// Longest argument of a request (65536, 64KiB, 1MB), at most 512MiB
    #[arg(long, value_name = "BYTES", default_value = "1MiB", value_parser = bulk_bytes)]
    pub max_bulk: u32,
    /// Bytes buffered for all connections; from nine tenths on, new ones are refused; above it, the one that holds the most is closed
    #[arg(long, value_name = "BYTES", default_value = "1GiB", value_parser = size)]
    pub max_memory: usize,
    /// Names of counters held at once
    #[arg(long, value_name = "N", default_value = "1M", value_parser = count)]
    pub max_counters: usize,
}

fn timeout(text: &str) -> Result<Timeout, UnitError> {
    parse_duration(text).map(|time| (!time.is_zero()).then_some(time))
}

fn count(text: &str) -> Result<usize, UnitError> {
    parse_count(text).map(|count| usize::try_from(count).unwrap_or(usize::MAX))
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match count(text) {
        Ok(0) => Err("0 lets nobody in; write at least 1".to_owned()),
        count => count.map_err(|error| error.to_string()),
    }
}

fn size(text: &str) -> Result<usize, String> {
    let bytes = parse_size(text).map_err(|error| error.to_string())?;
    match usize::try_from(bytes).unwrap_or(usize::MAX) {
        0 => Err("0 leaves no room for a request; write at least 1".to_owned()),
        bytes => Ok(bytes),
    }
}

fn bulk_bytes(text: &str) -> Result<u32, String> {
    u32::try_from(size(text)?)
        .ok()
        .filter(|&bytes| bytes <= 512 << 20)
        .ok_or_else(|| format!("'{text}' is more than the protocol allows; write at most 512MiB"))
}

/// Descriptors that a process needs beside its connections: the standard three, the listener, the poll, the spare.
const OWN_DESCRIPTORS: u64 = 32;

impl Limits {
    /// The limits on requests and counters.
    pub(crate) fn service(&self) -> service::Limits {
        service::Limits {
            counters: self.max_counters,
            ..service::Limits::default()
        }
        .with_bulk_bytes(self.max_bulk)
    }

    /// How often to check for connections whose time is up: every eighth of the shortest limit, so that none is exceeded by much more.
    /// `None` where there is no limit.
    #[must_use]
    pub fn check_every(&self) -> Option<Duration> {
        let timeouts = [self.idle_timeout, self.request_timeout, self.stall_timeout];
        let shortest = timeouts.into_iter().flatten().min()?;
        Some((shortest / 8).clamp(Duration::from_millis(10), Duration::from_secs(1)))
    }

    /// Raises the soft limit on open files to the hard one. Where that is still too low, lowers the number of connections to what
    /// fits, with a warning.
    pub(crate) fn fit_open_files(&mut self, model: &str) {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current != maximum {
            let current = maximum;
            // If this fails, the old limit stays, and is read again below.
            let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
        }
        let Some(descriptors) = getrlimit(Resource::Nofile).current else {
            return;
        };
        let fit = descriptors.saturating_sub(OWN_DESCRIPTORS).max(1);
        let fit = usize::try_from(fit).unwrap_or(usize::MAX);
        if fit < self.max_connections {
            eprintln!(
                "{model}: at most {fit} connections instead of {}: the limit on open files is {descriptors}; \
                 raise it with ulimit -n",
                self.max_connections
            );
            self.max_connections = fit;
        }
    }
}
