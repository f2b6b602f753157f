//! Servers that need no command line: ours, the article's originals, and well-known ones.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use process::{Command, NotStarted};

use super::ServerSpec;

/// One or several servers by name. [`PRESETS`] describes each.
#[expect(missing_docs, reason = "the table below says it")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    All,
    Ours,
    Threaded,
    Reactor,
    Async,
    Twisted,
    Python,
    Redis,
    Valkey,
}

/// The presets with their names and descriptions.
pub const PRESETS: [(&str, Preset, &str); 9] = [
    (
        "all",
        Preset::All,
        "every one below; Redis and Valkey where they are installed",
    ),
    (
        "ours",
        Preset::Ours,
        "the three servers of this project, each under the counter that suits it",
    ),
    (
        "threaded",
        Preset::Threaded,
        "a thread per connection, the counter behind a mutex",
    ),
    (
        "reactor",
        Preset::Reactor,
        "one thread and one poll, a plain counter",
    ),
    (
        "async",
        Preset::Async,
        "a task per connection on every processor, the counter behind a mutex",
    ),
    ("twisted", Preset::Twisted, "the article's reactor: Twisted"),
    (
        "python",
        Preset::Python,
        "the article's threads: plain Python, the counter behind a lock",
    ),
    ("redis", Preset::Redis, "redis-server"),
    ("valkey", Preset::Valkey, "valkey-server"),
];

impl Preset {
    /// Returns its servers, under the names that `claims` uses. A missing server is included; its row states the reason.
    pub fn specs(self) -> Vec<ServerSpec> {
        let one = |spec| vec![spec];
        match self {
            Self::All => {
                let known = [Self::Redis, Self::Valkey];
                let installed = known.into_iter().filter(|known| known.is_installed());
                [Self::Ours, Self::Twisted, Self::Python]
                    .into_iter()
                    .chain(installed)
                    .flat_map(Self::specs)
                    .collect()
            }
            Self::Ours => [Self::Threaded, Self::Reactor, Self::Async]
                .into_iter()
                .flat_map(Self::specs)
                .collect(),
            Self::Threaded => one(ours("threads", "server-threaded", "mutex")),
            Self::Reactor => one(ours("reactor", "server-reactor", "plain")),
            Self::Async => one(ours("async, all processors", "server-async", "mutex")),
            Self::Twisted => one(original("Twisted", "twisted_server.py", environment())),
            Self::Python => {
                // It needs only Python's standard library, so any Python works, without a network.
                let python = environment().or_else(|| on_path("python3"));
                one(original("Python threads", "threaded_server.py", python))
            }
            Self::Redis => one(known("Redis", "redis-server")),
            Self::Valkey => one(known("Valkey", "valkey-server")),
        }
    }

    fn is_installed(self) -> bool {
        self.specs().iter().all(|spec| {
            spec.command()
                .is_ok_and(|command| on_path(command.program()).is_some())
        })
    }
}

/// A server's connection limit: ten thousand for the load, and a few for INFO and the counters.
const CONNECTIONS: &str = "10100";

/// Returns the spec of a server that is built beside this program.
fn ours(name: &str, program: &str, counter: &str) -> ServerSpec {
    let path = beside_this(program);
    match path.as_deref().filter(|path| path.exists()) {
        Some(path) => {
            let flags = [
                "--port",
                "{port}",
                "--counter",
                counter,
                "--max-connections",
                CONNECTIONS,
            ];
            of_words(name, path, &flags)
        }
        None => missing(
            name,
            format!("there is no {program} beside loadgen"),
            format!("cargo build --release -p {program}"),
        ),
    }
}

/// Returns the Python that `scripts/originals` installed, with Twisted.
fn environment() -> Option<PathBuf> {
    in_target("originals/bin/python").filter(|python| python.exists())
}

/// Returns the spec of a program in `originals/`, run by that Python.
fn original(name: &str, script: &str, python: Option<PathBuf>) -> ServerSpec {
    let script = in_target(&format!("../originals/{script}")).filter(|script| script.exists());
    match (python, script) {
        (Some(python), Some(script)) => {
            let script = script.to_string_lossy();
            of_words(name, &python, &[&script, "--port", "{port}"])
        }
        _ => {
            let why = in_target("originals.missing").and_then(|why| fs::read_to_string(why).ok());
            missing(
                name,
                why.map_or("its Python is not set up".to_owned(), |why| {
                    why.trim().to_owned()
                }),
                "scripts/originals sets it up; it needs Python 3 and, once, a network".to_owned(),
            )
        }
    }
}

/// Returns the spec of a third-party program on PATH. If it is missing, starting it fails with a message.
fn known(name: &str, program: &str) -> ServerSpec {
    let flags = [
        "--port",
        "{port}",
        "--bind",
        "127.0.0.1",
        "--maxclients",
        CONNECTIONS,
        "--save",
        "",
        "--appendonly",
        "no",
    ];
    of_words(name, Path::new(program), &flags)
}

fn of_words(name: &str, program: &Path, flags: &[&str]) -> ServerSpec {
    let program = program.to_string_lossy();
    let words = std::iter::once(program.as_ref()).chain(flags.iter().copied());
    ServerSpec::new(name, Ok(Command::of_words(words)))
}

fn missing(name: &str, reason: String, remedy: String) -> ServerSpec {
    ServerSpec::new(name, Err(NotStarted { reason, remedy }))
}

fn beside_this(program: &str) -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.join(program))
}

/// Returns a path in Cargo's target folder; this program is one level deeper.
fn in_target(path: &str) -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.parent()?.join(path))
}

fn on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&folders).map(|folder| folder.join(program));
    found.find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_names_its_servers() {
        let names = |preset: Preset| -> Vec<String> {
            preset.specs().into_iter().map(|spec| spec.name).collect()
        };
        assert_eq!(
            names(Preset::Ours),
            ["threads", "reactor", "async, all processors"]
        );
        assert_eq!(names(Preset::Valkey), ["Valkey"]);
        assert!(
            names(Preset::All).starts_with(
                &[
                    "threads",
                    "reactor",
                    "async, all processors",
                    "Twisted",
                    "Python threads"
                ]
                .map(str::to_owned)
            )
        );
    }

    /// A test program has no server beside it: the spec still exists, and its error has the remedy.
    #[test]
    fn the_error_of_an_unbuilt_server_tells_how_to_build_it() {
        let spec = &Preset::Reactor.specs()[0];
        let NotStarted { reason, remedy } = spec.command().unwrap_err();
        assert_eq!(reason, "there is no server-reactor beside loadgen");
        assert_eq!(remedy, "cargo build --release -p server-reactor");
    }
}
