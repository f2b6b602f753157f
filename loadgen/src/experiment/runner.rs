//! The one runner: makes a run, of a server that is there or of one that is started for the run and ended after it.

use std::path::PathBuf;

use process::{Interrupt, NotStarted, Server};
use results::RunLimit;

use super::ServerSpec;
use crate::config::{Config, ConfigBuilder, ConfigError};
use crate::run::{self, Outcome, Progress, RunError};

/// What a runner tells while it works.
#[derive(Debug)]
pub enum RunnerEvent<'a> {
    /// A run with this name begins.
    Begins(&'a str),
    /// How far the run is, and where it ends.
    Progress(RunLimit, Progress),
}

/// Makes runs, one after the other.
pub struct Runner<'a> {
    interrupt: &'a Interrupt,
    /// The folder for what the servers print.
    logs: PathBuf,
    tell: &'a mut dyn FnMut(RunnerEvent<'_>),
}

/// A server that was started for a run, and the means to load it.
pub struct StartedServer<'r, 'a> {
    /// Its process.
    pub process: &'r Server,
    label: &'r str,
    runner: &'r mut Runner<'a>,
}

/// Why a server that was started could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum StartedRunError {
    /// The load cannot be made.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There was nothing to measure.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl<'a> Runner<'a> {
    /// A runner whose servers print into files in the folder `logs`. `tell` is told of each run.
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

    /// Says that a run with this name begins.
    pub fn begin(&mut self, name: &str) {
        (self.tell)(RunnerEvent::Begins(name));
    }

    /// Makes a run of a server that is there.
    ///
    /// # Errors
    /// When there is nothing to measure.
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

    /// The file for what the server of the run `name` prints.
    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    /// Starts a server, does `work` with it, and ends it. What it prints goes to `name`.log. Returns what the work brought, and
    /// what was wrong with the server's end.
    ///
    /// # Errors
    /// When the server does not start.
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
    /// Puts a load on it: the load's target, label and process become those of this server.
    ///
    /// # Errors
    /// When the load cannot be made, or there was nothing to measure.
    pub fn run(&mut self, load: ConfigBuilder) -> Result<Outcome, StartedRunError> {
        let load = load.port(self.process.port).label(self.label.to_owned());
        let config = load.server_pid(self.process.pid()).build()?;
        Ok(self.runner.run(config)?)
    }
}

/// Follows one run for the runner.
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
