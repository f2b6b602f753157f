//! Makes single runs, against a running server or one that is started for the run and ended after it.

use std::path::PathBuf;

use process::{Interrupt, NotStarted, Server};
use results::RunLimit;

use super::ServerSpec;
use crate::config::{Config, ConfigBuilder, ConfigError};
use crate::run::{self, Outcome, Progress, RunError};

/// Progress of a runner.
#[derive(Debug)]
pub enum RunnerEvent<'a> {
    /// A run with this name starts.
    Begins(&'a str),
    /// The run's progress, and its end.
    Progress(RunLimit, Progress),
}

/// Makes runs, one after the other.
pub struct Runner<'a> {
    interrupt: &'a Interrupt,
    /// The folder for the servers' output.
    logs: PathBuf,
    tell: &'a mut dyn FnMut(RunnerEvent<'_>),
}

/// A server that was started for a run.
pub struct StartedServer<'r, 'a> {
    /// Its process.
    pub process: &'r Server,
    label: &'r str,
    runner: &'r mut Runner<'a>,
}

/// Why a started server could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum StartedRunError {
    /// The load is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nothing could be measured.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl<'a> Runner<'a> {
    /// Returns a runner that writes the servers' output to the folder `logs` and calls `tell` with the progress.
    pub fn new(
        interrupt: &'a Interrupt,
        logs: PathBuf,
        tell: &'a mut dyn FnMut(RunnerEvent<'_>),
    ) -> Self {
        Self {
            interrupt,
            logs,
            tell,
        }
    }

    /// Whether Ctrl-C was pressed.
    pub fn is_stopped(&self) -> bool {
        self.interrupt.is_stopped()
    }

    /// Reports the start of a run with this name.
    pub fn begin(&mut self, name: &str) {
        (self.tell)(RunnerEvent::Begins(name));
    }

    /// Makes a run against a running server.
    ///
    /// # Errors
    /// If nothing can be measured.
    pub fn run(&mut self, config: Config) -> Result<Outcome, RunError> {
        let limit = config.workload.limit;
        run::run(
            config,
            &mut Following {
                limit,
                runner: self,
            },
        )
    }

    /// Returns the file for the server's output in the run `name`.
    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    /// Starts a server, calls `work` with it, and ends it. Its output goes to `name`.log. Returns the result of `work`, and
    /// the problem with the server's end, if any.
    ///
    /// # Errors
    /// If the server does not start.
    pub fn with_server<T>(
        &mut self,
        spec: &ServerSpec,
        name: &str,
        work: impl FnOnce(&mut StartedServer<'_, 'a>) -> T,
    ) -> Result<(T, Option<String>), NotStarted> {
        let log = self.log(name);
        let mut server = Server::start(&spec.command()?, &log, self.interrupt)?;
        let brought = work(&mut StartedServer {
            process: &server,
            label: &spec.name,
            runner: self,
        });
        let ended = server.ended().map(|status| {
            let log = log.display();
            format!("the server ended by itself ({status}); see {log}")
        });
        let killed = server.end().err().map(|killed| killed.to_string());
        Ok((brought, ended.or(killed)))
    }
}

impl StartedServer<'_, '_> {
    /// Makes a run against it: sets the load's target, label and process to this server's.
    ///
    /// # Errors
    /// If the load is invalid, or nothing can be measured.
    pub fn run(&mut self, load: ConfigBuilder) -> Result<Outcome, StartedRunError> {
        let load = load.port(self.process.port).label(self.label.to_owned());
        let config = load.server_pid(self.process.pid()).build()?;
        Ok(self.runner.run(config)?)
    }
}

/// Observes one run for the runner.
struct Following<'r, 'a> {
    limit: RunLimit,
    runner: &'r mut Runner<'a>,
}

impl run::Observer for Following<'_, '_> {
    fn progress(&mut self, progress: Progress) {
        (self.runner.tell)(RunnerEvent::Progress(self.limit, progress));
    }

    fn is_stopped(&self) -> bool {
        self.runner.is_stopped()
    }
}
