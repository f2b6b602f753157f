//! A series of runs: servers × points × rounds.

use std::ops::ControlFlow;

use process::NotStarted;
use results::{Outcome as SystemOutcome, Run, System};

use super::checkpoint::Checkpoint;
use super::order::{Step, steps};
use super::overload::OverloadCutoff;
use super::runner::{Runner, StartedRunError};
use super::{ParameterSweep, ServerSpec};
use crate::config::{ConfigBuilder, ConfigError};
use crate::machine::cpus::Cpus;
use crate::machine::file_limit;
use crate::run::Outcome;

/// A server of a series.
#[expect(clippy::large_enum_variant, reason = "a series has a few of them")]
#[derive(Debug, Clone)]
pub enum Subject {
    /// A running server at the load's target; it is not restarted.
    Existing,
    /// A server that is started for each run.
    Started(ServerSpec),
}

/// The plan of a series.
#[derive(Debug)]
pub struct Series {
    /// The servers.
    pub subjects: Vec<Subject>,
    /// The load.
    pub load: ConfigBuilder,
    /// The parameter that varies from point to point.
    pub vary: Option<ParameterSweep>,
    /// Runs of each server at each point.
    pub rounds: u32,
    /// Stores each completed run, and provides those of an earlier series with the same command.
    pub checkpoint: Option<Checkpoint>,
}

/// The results of one server.
#[derive(Debug)]
pub struct SubjectRuns {
    /// Its runs.
    pub runs: Vec<Run>,
    /// Why it could not be started or loaded.
    pub missing: Option<NotStarted>,
    /// Problems of single runs.
    pub troubles: Vec<String>,
    cutoff: OverloadCutoff,
}

impl SubjectRuns {
    /// Returns which rates were left out, and why.
    pub fn rates_left_out(&self) -> Option<String> {
        self.cutoff.in_words()
    }

    /// Converts to a system of a comparison.
    pub fn into_system(self, label: String, expected_to_lose: bool) -> System {
        let outcome = match (self.runs, self.missing) {
            (runs, _) if !runs.is_empty() => SystemOutcome::Measured { runs },
            (_, Some(NotStarted { reason, remedy })) => SystemOutcome::Missing { reason, remedy },
            (_, None) => SystemOutcome::Missing {
                reason: "the comparison was interrupted before its turn".to_owned(),
                remedy: "let it run to the end".to_owned(),
            },
        };
        System {
            label,
            outcome,
            expected_to_lose,
        }
    }
}

impl Series {
    /// Returns the number of runs to make, without those in the checkpoint.
    pub fn runs_left(&self) -> u32 {
        let left = self.steps().filter(|step| self.stored(*step).is_none());
        left.count() as u32
    }

    /// Checks the load of every point before the first run.
    ///
    /// # Errors
    /// If a point's load is invalid.
    pub fn check(&self) -> Result<(), ConfigError> {
        let points = self.points().into_iter();
        points
            .map(|point| self.load(point)?.build())
            .try_for_each(|config| config.map(drop))
    }

    /// Makes all runs, or those before Ctrl-C; a run that Ctrl-C interrupts is dropped. `each` receives every completed run
    /// and returns whether to continue.
    pub fn run(
        &self,
        runner: &mut Runner<'_>,
        mut each: impl FnMut(&mut Outcome) -> ControlFlow<()>,
    ) -> Vec<SubjectRuns> {
        let untried = |_: &Subject| SubjectRuns {
            runs: Vec::new(),
            missing: None,
            troubles: Vec::new(),
            cutoff: OverloadCutoff::default(),
        };
        let mut subjects: Vec<SubjectRuns> = self.subjects.iter().map(untried).collect();
        for step in self.steps() {
            let subject = &mut subjects[step.system];
            if runner.is_stopped() {
                break;
            }
            let rate = self.rate(step);
            let beyond = rate.is_some_and(|rate| subject.cutoff.is_beyond(rate));
            if subject.missing.is_some() || beyond {
                continue;
            }
            let run = match self.stored(step) {
                Some(run) => run,
                None => {
                    let (name, file) = (self.name(step), self.file_name(step));
                    runner.begin(&name);
                    let (mut outcome, trouble) = match self.once(step, &file, runner) {
                        Ok(made) => made,
                        Err(_) if runner.is_stopped() => break,
                        Err(why) if subject.runs.is_empty() => {
                            subject.missing = Some(why);
                            continue;
                        }
                        Err(why) => {
                            let NotStarted { reason, remedy } = why;
                            subject.troubles.push(format!("{name}: {reason}; {remedy}"));
                            continue;
                        }
                    };
                    if outcome.run.interrupted {
                        break;
                    }
                    let failure = outcome.failure.as_ref().map(ToString::to_string);
                    let trouble = trouble
                        .or(failure)
                        .or_else(|| self.keep(&file, &outcome.run));
                    subject
                        .troubles
                        .extend(trouble.map(|why| format!("{name}: {why}")));
                    let flow = each(&mut outcome);
                    if flow.is_break() {
                        subject.runs.push(outcome.run);
                        break;
                    }
                    outcome.run
                }
            };
            if let Some(rate) = rate {
                subject.cutoff.note(rate, &run);
            }
            subject.runs.push(run);
        }
        subjects
    }

    /// Makes one run; also returns the server's problem, if any.
    fn once(
        &self,
        step: Step,
        file: &str,
        runner: &mut Runner<'_>,
    ) -> Result<(Outcome, Option<String>), NotStarted> {
        let cannot = |reason: String| NotStarted {
            reason,
            remedy: String::new(),
        };
        let load = self.load(self.points()[step.point]);
        let load = load.map_err(|error| cannot(error.to_string()))?;
        let spec = match &self.subjects[step.system] {
            Subject::Existing => {
                let config = load.build().map_err(|error| cannot(error.to_string()))?;
                let outcome = runner.run(config);
                return outcome
                    .map(|outcome| (outcome, None))
                    .map_err(|error| cannot(error.to_string()));
            }
            Subject::Started(spec) => spec,
        };
        let config = load.clone().port(1).build();
        let config = config.map_err(|error| cannot(error.to_string()))?;
        // The server inherits the limit and needs as many open files as the load.
        let workload = &config.workload;
        file_limit::raise_for(workload.connections).map_err(|error| cannot(error.to_string()))?;
        let spec = match workload.server_processors.map(Cpus::first).transpose() {
            Ok(Some(cpus)) => &spec.clone().on(cpus),
            Ok(None) => spec,
            Err(error) => return Err(cannot(error.to_string())),
        };
        let load = load.server_processors(spec.cpus.map(Cpus::count));
        let (outcome, trouble) = runner.with_server(spec, file, |server| server.run(load))?;
        match outcome {
            Ok(outcome) => Ok((outcome, trouble)),
            Err(StartedRunError::Run(error)) => Err(NotStarted {
                reason: trouble.unwrap_or_else(|| error.to_string()),
                remedy: format!("see {}", runner.log(file).display()),
            }),
            Err(error) => Err(cannot(error.to_string())),
        }
    }

    fn steps(&self) -> impl Iterator<Item = Step> + use<> {
        steps(self.subjects.len(), self.points().len(), self.rounds)
    }

    /// Returns the varied parameter's values, or a single `None`.
    fn points(&self) -> Vec<Option<u64>> {
        match &self.vary {
            None => vec![None],
            Some(vary) => vary.values().iter().copied().map(Some).collect(),
        }
    }

    fn load(&self, point: Option<u64>) -> Result<ConfigBuilder, ConfigError> {
        match (&self.vary, point) {
            (Some(vary), Some(value)) => vary.apply(value, self.load.clone()),
            _ => Ok(self.load.clone()),
        }
    }

    /// Returns the rate, if it varies.
    fn rate(&self, step: Step) -> Option<u64> {
        let of_rates = self.vary.as_ref().is_some_and(ParameterSweep::is_of_rates);
        self.points()[step.point].filter(|_| of_rates)
    }

    /// Returns a run's display name: `connections 10, run 2 of 3, reactor`.
    fn name(&self, step: Step) -> String {
        let vary = self.vary.as_ref().zip(self.points()[step.point]);
        let point = vary.map(|(vary, value)| format!("{} {value}", vary.name()));
        let round = format!("run {} of {}", step.round + 1, self.rounds);
        let round = (self.rounds > 1 || point.is_none()).then_some(round);
        let parts = [point, round, self.subjects[step.system].label()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Returns the name of a run's files.
    fn file_name(&self, step: Step) -> String {
        let label = self.subjects[step.system].label().unwrap_or_default();
        match self.points()[step.point] {
            None => format!("{label}-{}", step.round + 1),
            Some(value) => format!("{label}-{value}-{}", step.round + 1),
        }
    }

    fn stored(&self, step: Step) -> Option<Run> {
        self.checkpoint.as_ref()?.take(&self.file_name(step))
    }

    /// Stores a run; returns an error message if that fails.
    fn keep(&self, file: &str, run: &Run) -> Option<String> {
        let kept = self.checkpoint.as_ref()?.put(file, run);
        let why = kept.err()?;
        Some(format!("it cannot be kept: {why}; choose another --out"))
    }
}

impl Subject {
    /// Returns the name of a started server.
    fn label(&self) -> Option<String> {
        match self {
            Self::Existing => None,
            Self::Started(spec) => Some(spec.name.clone()),
        }
    }
}
