//! What the suite is mounted on: a server's program and the disciplines of its counters.

use std::process::Command;

use crate::server::Server;

/// One server, as its own crate declares it in `tests/conformance.rs`.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The path of the binary (`env!("CARGO_BIN_EXE_…")`).
    pub program: &'static str,
    /// What every server of this target is told beside what the test tells it.
    pub flags: &'static [&'static str],
    /// Values of `--counter` that lose nothing under this model.
    pub exact: &'static [&'static str],
    /// Values of `--counter` that may lose updates under this model, and may not do worse.
    pub lossy: &'static [&'static str],
}

impl Target {
    /// Every discipline, exact or not.
    pub fn disciplines(&self) -> impl Iterator<Item = &'static str> {
        self.exact.iter().chain(self.lossy).copied()
    }

    /// The program with its flags, to be told more.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.args(self.flags);
        command
    }

    /// A server whose counters have this discipline.
    pub fn start_with(&self, discipline: &str) -> Server {
        self.start_limited(&["--counter", discipline])
    }

    /// A server for a test to which the discipline is all one.
    pub fn start(&self) -> Server {
        self.start_with(self.exact[0])
    }

    /// A server that sends every byte back.
    pub fn start_echo(&self) -> Server {
        self.start_limited(&["--protocol", "echo"])
    }

    /// A server with lowered limits; the discipline is the default.
    pub fn start_limited(&self, flags: &[&str]) -> Server {
        let mut command = self.command();
        command.args(["--port", "0"]).args(flags);
        Server::spawn(command)
    }
}
