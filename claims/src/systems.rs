//! The systems that claims are tried on, each a command that starts a server.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use loadgen::experiment::{Preset, ServerSpec};

/// A server: the name it has in every table and picture, and where it comes from.
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
/// Tasks of one thread, and nothing around the number.
pub const ASYNC_RACY: System = ours(
    "async, no lock",
    "server-async",
    "--counter racy --runtime current",
);
/// Tasks of one thread that pass the baton between the read and the write.
pub const ASYNC_YIELDING: System = ours(
    "async, yielding",
    "server-async",
    "--counter yielding --runtime current",
);
/// The article's reactor.
pub const TWISTED: System = known("Twisted", Preset::Twisted, "");
/// The article's threads, the number behind a lock.
pub const PYTHON_THREADS: System = known("Python threads", Preset::Python, "");
/// The same without one.
pub const PYTHON_THREADS_RACY: System =
    known("Python threads, no lock", Preset::Python, "--counter none");
/// The event loop that most people have met.
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

/// Which processors a server may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cpus {
    /// All that there are.
    All,
    /// The first alone.
    One,
}

/// A request that takes its time, the same in every system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It waits, as for a disk.
    Asleep,
    /// It computes: so much of a processor, however long that takes.
    AtWork,
}

/// On a processor of the twenties.
const LUA_ROUNDS_IN_A_MICROSECOND: u128 = 350;

impl System {
    /// The arguments that allow such requests.
    pub fn may_be_held(&self) -> &'static str {
        match self.origin {
            Origin::Known(Preset::Redis, _) => "--enable-debug-command local",
            _ => "--allow-debug",
        }
    }

    /// Whether [`held`](Self::held) at work is exactly so much processor time.
    pub fn keeps_time_at_work(&self) -> bool {
        !matches!(self.origin, Origin::Known(Preset::Redis, _))
    }

    /// The request that holds it for so long.
    ///
    /// Redis has no command that computes, but it runs scripts. They see no clock that goes on while they run, so theirs is a
    /// number of rounds, which takes about so long.
    pub fn held(&self, how: Hold, time: Duration) -> String {
        match (how, self.keeps_time_at_work()) {
            (Hold::Asleep, _) => format!("DEBUG SLEEP {}", time.as_secs_f64()),
            (Hold::AtWork, true) => format!("WORK {}", time.as_micros()),
            (Hold::AtWork, false) => {
                let rounds = time.as_micros() * LUA_ROUNDS_IN_A_MICROSECOND;
                format!(
                    "EVAL \"for round = 1, ARGV[1] do end return redis.status_reply('OK')\" 0 {rounds}"
                )
            }
        }
    }

    /// The command, with our programs in that folder; `more` arguments come last.
    ///
    /// # Errors
    /// When the folder's name cannot be quoted.
    pub fn spec(&self, programs: &Path, cpus: Cpus, more: &str) -> Result<ServerSpec, String> {
        let mut spec = match self.origin {
            Origin::Ours(program, arguments) => {
                let path = programs.join(program);
                let path = path.to_string_lossy();
                let path = shlex::try_quote(&path).map_err(|error| format!("{path}: {error}"))?;
                let command = format!("{path} --port {{port}} {arguments} {more}");
                ServerSpec::from_str(&format!("{}={command}", self.label))?
            }
            Origin::Known(preset, arguments) => {
                let known = preset.specs().into_iter().next();
                let known =
                    known.ok_or_else(|| format!("nobody knows how to start {}", self.label))?;
                known.and_arguments(arguments.split_whitespace().chain(more.split_whitespace()))
            }
        };
        self.label.clone_into(&mut spec.name);
        if cpus == Cpus::One {
            spec.cpus = Some(crate::pin::first().to_string().parse()?);
        }
        Ok(spec)
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
        Some(command.command(1))
    }

    /// Claims and comparison share a page and its colours: one name must not mean two servers there.
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
            let spec = system.spec(Path::new(""), Cpus::All, "").unwrap();
            assert_eq!(
                compared(system.label),
                Some(spec.command(1)),
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
