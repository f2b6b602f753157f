//! The systems that claims are tried on, each a command that starts a server.

use std::path::Path;
use std::str::FromStr as _;

use loadgen::compare::Spec;

/// A server: the name it has in every table and picture, and its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct System {
    /// The name.
    pub label: &'static str,
    program: &'static str,
    arguments: &'static str,
}

/// A thread per connection, the counter behind a lock.
pub const THREADS: System = ours("threads", "server-threaded", "--counter mutex");
/// The same without one: load, then store.
pub const THREADS_RACY: System = ours("threads, no lock", "server-threaded", "--counter racy");
/// The same with one indivisible instruction.
pub const THREADS_ATOMIC: System = ours("threads, atomic", "server-threaded", "--counter atomic");
/// One thread, one poll, a plain number.
pub const REACTOR: System = ours("reactor", "server-reactor", "--counter plain");
/// Tasks that one thread runs.
pub const ASYNC: System = ours("async", "server-async", "--counter mutex --runtime current");
/// Tasks that as many threads run as there are processors.
pub const ASYNC_MULTI: System = ours(
    "async, all processors",
    "server-async",
    "--counter mutex --runtime multi",
);
/// Tasks of one thread that pass the baton between the read and the write.
pub const ASYNC_YIELDING: System = ours(
    "async, yielding",
    "server-async",
    "--counter yielding --runtime current",
);
/// What everybody knows.
pub const REDIS: System = System {
    label: "Redis",
    program: "redis-server",
    arguments: "--bind 127.0.0.1 --save '' --appendonly no",
};

const fn ours(label: &'static str, program: &'static str, arguments: &'static str) -> System {
    System {
        label,
        program,
        arguments,
    }
}

/// Which processors a server may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cpus {
    /// All that there are.
    All,
    /// The first alone.
    One,
}

impl System {
    /// The command, with our programs in that folder; `more` arguments come last.
    ///
    /// # Errors
    /// When the folder's name cannot be quoted.
    pub fn spec(&self, programs: &Path, cpus: Cpus, more: &str) -> Result<Spec, String> {
        let own = programs.join(self.program);
        let program = match self.program.starts_with("server-") {
            true => own.to_string_lossy().into_owned(),
            false => self.program.to_owned(),
        };
        let program = shlex::try_quote(&program).map_err(|error| format!("{program}: {error}"))?;
        let pinned = match cpus {
            Cpus::All => String::new(),
            Cpus::One => format!("taskset -c {} ", crate::pin::first()),
        };
        Spec::from_str(&format!(
            "{}={pinned}{program} --port {{port}} {} {more}",
            self.label, self.arguments
        ))
    }
}
