//! What every experiment uses: servers that are started anew for each run, in an order that is fair to all, and loaded.

use std::path::PathBuf;

use loadgen::config::ConfigBuilder;
use loadgen::experiment::{Runner, RunnerEvent, StartedServer, interleaved};
use loadgen::machine::cpus::Cpus;
use process::Interrupt;
use report::Meter;
use results::{Effort, Missing, Run};

use crate::process_cost::ProcessCost;
use crate::systems::System;
use crate::{ArticlePrograms, Failure};

/// The servers, the time that there is, and what could not be measured.
#[derive(Debug)]
pub struct Experiment<'a> {
    /// How much time there is.
    pub effort: Effort,
    /// The folder of our servers.
    pub programs: PathBuf,
    /// The folder for what servers print.
    pub out: PathBuf,
    interrupt: &'a Interrupt,
    missing: Vec<Missing>,
    in_pythons: Option<Vec<ArticlePrograms>>,
}

/// A system as one experiment starts it.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The system.
    pub system: System,
    /// Whether the server may use the first processor alone; the load then uses the others.
    pub on_one_processor: bool,
    /// Arguments beside its own.
    pub arguments: String,
}

impl From<System> for Setup {
    fn from(system: System) -> Self {
        Self {
            system,
            on_one_processor: false,
            arguments: String::new(),
        }
    }
}

impl Setup {
    /// The same with these arguments beside its own.
    #[must_use]
    pub fn with(self, arguments: impl Into<String>) -> Self {
        Self {
            arguments: arguments.into(),
            ..self
        }
    }

    /// The same, where requests may sleep and compute.
    #[must_use]
    pub fn with_slow_requests(self) -> Self {
        let arguments = self.system.slow_request_arguments();
        self.with(arguments)
    }
}

/// The runs of each system that is shown for context: the fewest that may be compared.
pub const CONTEXT_ROUNDS: u32 = 4;

impl<'a> Experiment<'a> {
    /// Experiments with this much time, these servers and this folder.
    pub fn new(effort: Effort, programs: PathBuf, out: PathBuf, interrupt: &'a Interrupt) -> Self {
        Self {
            effort,
            programs,
            out,
            interrupt,
            missing: Vec::new(),
            in_pythons: None,
        }
    }

    /// The article's programs in every Python found: run once, for all claims that are about them.
    pub fn in_pythons(&mut self) -> Vec<ArticlePrograms> {
        let rounds = self.quick_or_full(5, 8);
        self.in_pythons
            .get_or_insert_with(|| ArticlePrograms::in_pythons(rounds))
            .clone()
    }

    /// One of two values, by the time that there is.
    pub fn quick_or_full<T>(&self, quick: T, full: T) -> T {
        match self.effort {
            Effort::Quick => quick,
            Effort::Full => full,
        }
    }

    /// Runs of each system, each with a restarted server: four are the fewest that can decide anything.
    pub fn rounds(&self) -> u32 {
        self.quick_or_full(4, 6)
    }

    /// Systems that are shown for context, where there is time for them; else they are noted as missing.
    ///
    /// No rule looks at them, so the verdict is the same with and without them.
    pub fn context<S: Clone + Into<Setup>>(&mut self, systems: &[S]) -> Vec<S> {
        if self.effort == Effort::Full {
            return systems.to_vec();
        }
        for setup in systems.iter().cloned().map(Into::into) {
            self.note_missing(setup.system.label, "it is measured with --full");
        }
        Vec::new()
    }

    /// Whether Ctrl-C was pressed.
    pub fn is_stopped(&self) -> bool {
        self.interrupt.is_stopped()
    }

    /// Notes that a system could not be measured, and why.
    pub fn note_missing(&mut self, system: &str, reason: impl Into<String>) {
        if self.missing.iter().all(|missing| missing.system != system) {
            self.missing.push(Missing {
                system: system.to_owned(),
                reason: reason.into(),
            });
        }
    }

    /// What could not be measured since the last call.
    pub fn take_missing(&mut self) -> Vec<Missing> {
        std::mem::take(&mut self.missing)
    }

    /// Loads each system `rounds` times, each time a new server; returns the runs of each, in the order of `systems`.
    pub fn compare<S: Clone + Into<Setup>>(
        &mut self,
        systems: &[S],
        rounds: u32,
        load: &ConfigBuilder,
    ) -> Vec<Vec<Run>> {
        self.each(systems, rounds, |_, server| run(server, load))
    }

    /// Does `work` on each system `rounds` times, each time with a new server; returns the results of each, in the order of
    /// `systems`.
    ///
    /// A system that cannot be started is noted as missing, and so is one whose work failed in every run.
    pub fn each<S: Clone + Into<Setup>, T>(
        &mut self,
        systems: &[S],
        rounds: u32,
        work: impl FnMut(System, &mut StartedServer<'_, '_>) -> Result<T, Failure>,
    ) -> Vec<Vec<T>> {
        let results = self.each_with_cost(systems, rounds, work).into_iter();
        results
            .map(|runs| runs.into_iter().map(|(result, _)| result).collect())
            .collect()
    }

    /// The same, and beside each result what the server cost from when it was ready to its end, where the kernel says.
    pub fn each_with_cost<S: Clone + Into<Setup>, T>(
        &mut self,
        systems: &[S],
        rounds: u32,
        mut work: impl FnMut(System, &mut StartedServer<'_, '_>) -> Result<T, Failure>,
    ) -> Vec<Vec<(T, Option<ProcessCost>)>> {
        let setups: Vec<Setup> = systems.iter().cloned().map(Into::into).collect();
        let mut results: Vec<Vec<_>> = setups.iter().map(|_| Vec::new()).collect();
        let mut given_up = vec![false; setups.len()];
        let mut meter = Meter::new(setups.len() as u32 * rounds);
        let mut tell = |event: RunnerEvent<'_>| match event {
            RunnerEvent::Begins(name) => meter.begin(name),
            RunnerEvent::Progress(limit, progress) => {
                meter.show(limit, progress.requests, progress.elapsed);
            }
        };
        let mut runner = Runner::new(self.interrupt, self.out.join("servers"), &mut tell);
        for (round, place) in interleaved(setups.len(), rounds) {
            if self.is_stopped() || given_up[place] {
                continue;
            }
            let label = setups[place].system.label;
            runner.begin(&format!("round {} of {rounds}, {label}", round + 1));
            let mut result = self.once(&setups[place], round, &mut runner, &mut work);
            // A busy machine may spoil one run; two failures in a row have another reason.
            if result.is_err() && !self.is_stopped() {
                result = self.once(&setups[place], round, &mut runner, &mut work);
            }
            match result {
                Ok(result) => results[place].push(result),
                Err(_) if self.is_stopped() => {}
                Err(why) => {
                    given_up[place] = results[place].is_empty();
                    self.note_missing(label, why.to_string());
                }
            }
        }
        meter.done();
        results
    }

    fn once<T>(
        &self,
        setup: &Setup,
        round: u32,
        runner: &mut Runner<'_>,
        work: &mut impl FnMut(System, &mut StartedServer<'_, '_>) -> Result<T, Failure>,
    ) -> Result<(T, Option<ProcessCost>), Failure> {
        let system = setup.system;
        let spec = setup.spec(&self.programs)?;
        let name = format!("{}-{round}", system.label);
        let ((earlier, result), trouble) = runner.with_server(&spec, &name, |server| {
            let so_far = ProcessCost::so_far(server.process.pid());
            let earlier = ProcessCost::of_ended_children().zip(so_far);
            // The load keeps away from the processor of the server, so that only the server is measured.
            let others = setup.on_one_processor.then(Cpus::all_but_first).flatten();
            let result = match others {
                None => work(system, server),
                Some(others) => others
                    .during(|| work(system, server))
                    .unwrap_or_else(|error| Err(error.into())),
            };
            (earlier, result)
        })?;
        if let Some(trouble) = trouble {
            return Err(Failure::Ended(trouble));
        }
        let cost = earlier.zip(ProcessCost::of_ended_children());
        let cost = cost.map(|((ended, so_far), all)| all.since(ended).since(so_far));
        Ok((result?, cost))
    }
}

/// Loads a server.
///
/// # Errors
/// When the load generator cannot make the run, or the run fails.
pub fn run(server: &mut StartedServer<'_, '_>, load: &ConfigBuilder) -> Result<Run, Failure> {
    let outcome = server.run(load.clone())?;
    match outcome.failure {
        Some(why) => Err(why.into()),
        None => Ok(outcome.run),
    }
}
