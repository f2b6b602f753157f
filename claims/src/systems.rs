//! The systems that the claims are tried on, each a command that starts a server.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use loadgen::experiment::{Preset, ServerSpec};
use loadgen::machine::cpus::Cpus;

use crate::{Failure, Setup};

/// A system: its name in every table and picture, and how it is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct System {
    /// The name.
    pub label: &'static str,
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A program of this project, and its arguments.
    Ours(&'static str, &'static str),
    /// One that `loadgen` knows how to start, and arguments beside those it gives.
    Known(Preset, &'static str),
}

/// A thread per connection, the counter behind a lock.
pub const THREADS: System = ours("threads", "server-threaded", "--counter mutex");
/// The same without a lock: load, then store.
pub const THREADS_RACY: System = ours("threads, no lock", "server-threaded", "--counter racy");
/// The same with one indivisible instruction.
pub const THREADS_ATOMIC: System = ours("threads, atomic", "server-threaded", "--counter atomic");
/// One thread, one poll, a plain number.
pub const REACTOR: System = ours("reactor", "server-reactor", "--counter plain");
/// Tasks, all run by one thread.
pub const ASYNC: System = ours("async", "server-async", "--counter mutex --runtime current");
/// Tasks, run by as many threads as there are processors.
pub const ASYNC_MULTI: System = ours(
    "async, all processors",
    "server-async",
    "--counter mutex --runtime multi",
);
/// Tasks of one thread, the number without a lock.
pub const ASYNC_RACY: System = ours(
    "async, no lock",
    "server-async",
    "--counter racy --runtime current",
);
/// Tasks of one thread that yield between the read and the write.
pub const ASYNC_YIELDING: System = ours(
    "async, yielding",
    "server-async",
    "--counter yielding --runtime current",
);
/// The article's reactor in Python.
pub const TWISTED: System = known("Twisted", Preset::Twisted, "");
/// The article's threads in Python, the number behind a lock.
pub const PYTHON_THREADS: System = known("Python threads", Preset::Python, "");
/// The same without a lock.
pub const PYTHON_THREADS_RACY: System =
    known("Python threads, no lock", Preset::Python, "--counter none");
/// The event loop that most people know.
pub const REDIS: System = known("Redis", Preset::Redis, "");

const fn known(label: &'static str, preset: Preset, arguments: &'static str) -> System {
    System {
        label,
        origin: Origin::Known(preset, arguments),
    }
}

const fn ours(label: &'static str, program: &'static str, arguments: &'static str) -> System {
    System {
        label,
        origin: Origin::Ours(program, arguments),
    }
}

/// A request that takes its time, the same in every system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slow {
    /// It waits, as for a disk.
    Sleeps,
    /// It computes: this much processor time, however long that takes.
    Computes,
}

/// On a processor of the 2020s.
const LUA_ROUNDS_IN_A_MICROSECOND: u128 = 350;

impl System {
    /// The system on the first processor alone.
    pub fn on_one_processor(self) -> Setup {
        Setup {
            on_one_processor: true,
            ..self.into()
        }
    }

    /// The system with these arguments beside its own.
    pub fn with(self, arguments: impl Into<String>) -> Setup {
        Setup::from(self).with(arguments)
    }

    fn is_redis(&self) -> bool {
        matches!(self.origin, Origin::Known(Preset::Redis, _))
    }

    /// The arguments that allow [slow requests](Self::slow_request).
    pub fn slow_request_arguments(&self) -> &'static str {
        match self.is_redis() {
            true => "--enable-debug-command local",
            false => "--allow-debug",
        }
    }

    /// Whether a request that computes takes exactly the processor time that the request names.
    pub fn computes_exactly(&self) -> bool {
        !self.is_redis()
    }

    /// The request that takes this time.
    ///
    /// Redis has no command that computes, but it runs scripts. For them the clock stands still, so theirs is a number of
    /// rounds that takes about this time.
    pub fn slow_request(&self, slow: Slow, time: Duration) -> String {
        let rounds = time.as_micros() * LUA_ROUNDS_IN_A_MICROSECOND;
        match (slow, self.computes_exactly()) {
            (Slow::Sleeps, _) => format!("DEBUG SLEEP {}", time.as_secs_f64()),
            (Slow::Computes, true) => format!("WORK {}", time.as_micros()),
            (Slow::Computes, false) => format!(
                "EVAL \"for round = 1, ARGV[1] do end return redis.status_reply('OK')\" 0 {rounds}"
            ),
        }
    }
}

impl Setup {
    /// The command that starts it, with our servers in that folder.
    ///
    /// # Errors
    /// When the command cannot be written, or nothing says how the system is started.
    pub fn spec(&self, programs: &Path) -> Result<ServerSpec, Failure> {
        let System { label, origin } = self.system;
        let mut spec = match origin {
            Origin::Ours(program, arguments) => {
                let path = quoted(&programs.join(program))?;
                let command = format!("{path} --port {{port}} {arguments} {}", self.arguments);
                ServerSpec::from_str(&format!("{label}={command}"))?
            }
            Origin::Known(preset, arguments) => {
                let known = preset
                    .specs()
                    .into_iter()
                    .next()
                    .ok_or(Failure::UnknownCommand)?;
                let own = arguments.split_whitespace();
                known.and_arguments(own.chain(self.arguments.split_whitespace()))
            }
        };
        label.clone_into(&mut spec.name);
        if self.on_one_processor {
            spec.cpus = Some(Cpus::first(1)?);
        }
        Ok(spec)
    }
}

/// A path as a word of a command.
///
/// # Errors
/// When it holds a byte that no command can.
pub fn quoted(path: &Path) -> Result<String, Failure> {
    let path = path.to_string_lossy();
    match shlex::try_quote(&path) {
        Ok(quoted) => Ok(quoted.into_owned()),
        Err(error) => Err(Failure::Unexpected(format!("{path}: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The command under this name in `scripts/compare`, its folder left out.
    fn compared(label: &str) -> Option<Vec<String>> {
        let script = include_str!("../../scripts/compare")
            .replace("$bin/", "")
            .replace("\\\n", "");
        let words = script.lines().filter_map(shlex::split).flatten();
        let command = words
            .filter_map(|word| ServerSpec::from_str(&word).ok())
            .find(|spec| spec.name == label)?;
        Some(words_of(&command))
    }

    fn words_of(spec: &ServerSpec) -> Vec<String> {
        spec.command().unwrap().words_on(1)
    }

    /// Claims and comparison share a page and its colours, so a name must mean the same server in both.
    #[test]
    fn a_name_is_one_server_in_the_claims_and_in_the_comparison() {
        let ours = [
            THREADS,
            THREADS_RACY,
            THREADS_ATOMIC,
            REACTOR,
            ASYNC,
            ASYNC_MULTI,
            ASYNC_YIELDING,
        ];
        for system in ours {
            let spec = Setup::from(system).spec(Path::new("")).unwrap();
            assert_eq!(
                compared(system.label),
                Some(words_of(&spec)),
                "{}",
                system.label
            );
        }
        for system in [TWISTED, PYTHON_THREADS, REDIS] {
            let Origin::Known(preset, _) = system.origin else {
                panic!("{} is not known to loadgen", system.label)
            };
            assert_eq!(system.label, preset.specs()[0].name);
        }
    }
}
