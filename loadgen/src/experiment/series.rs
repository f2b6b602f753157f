//! The runs of a comparison, one after the other, and what became of each system.

use std::path::Path;

use results::schema::ComparisonSchema;
use results::{Comparison, Outcome, Run, System};

use super::checkpoint::Checkpoint;
use super::order::{Step, steps};
use super::overload::OverloadCutoff;
use super::server_process::{NotStarted, Process};
use super::{Cpus, Interrupt, ServerSpec};
use crate::cli::args::{CompareArguments, Over};
use crate::cli::progress::Meter;
use crate::machine::file_limit;
use crate::run::record;
use crate::run::run as loadgen_run;

/// What a series has brought so far.
#[derive(Debug)]
pub struct Series<'a> {
    arguments: &'a CompareArguments,
    keeper: &'a Interrupt,
    command: &'a [String],
    shelf: Checkpoint,
    systems: Vec<SystemRuns<'a>>,
    /// What is to be done, and the run where it was done before an interruption.
    steps: Vec<(Step, Option<Run>)>,
}

/// One system, and how it fared.
#[derive(Debug)]
pub struct SystemRuns<'a> {
    /// The system.
    pub spec: &'a ServerSpec,
    /// Its runs.
    pub runs: Vec<Run>,
    /// Why it could not be started or driven at all.
    missing: Option<NotStarted>,
    /// What went wrong with single runs, in sentences.
    pub troubles: Vec<String>,
    ladder: OverloadCutoff,
}

impl<'a> Series<'a> {
    /// A series that has yet to be run; with `--resume`, what an earlier one has left is not run again.
    pub fn new(
        arguments: &'a CompareArguments,
        command: &'a [String],
        keeper: &'a Interrupt,
    ) -> Self {
        let untried = |spec| SystemRuns {
            spec,
            runs: Vec::new(),
            missing: None,
            troubles: Vec::new(),
            ladder: OverloadCutoff::default(),
        };
        let mut series = Self {
            arguments,
            keeper,
            command,
            shelf: Checkpoint::new(&arguments.out, command),
            systems: arguments.servers.iter().map(untried).collect(),
            steps: Vec::new(),
        };
        let points = arguments.points().len();
        let with_stored = |step: Step| {
            let stored = || series.shelf.take(&series.name(step));
            (step, arguments.resume.then(stored).flatten())
        };
        series.steps = steps(arguments.servers.len(), points, arguments.repeat)
            .map(with_stored)
            .collect();
        series
    }

    /// How many runs are to be made.
    pub fn runs_left(&self) -> u32 {
        self.steps.iter().filter(|(_, run)| run.is_none()).count() as u32
    }

    /// Makes all runs, or those before Ctrl-C.
    pub fn run(&mut self, meter: &mut Meter) {
        for (step, stored) in std::mem::take(&mut self.steps) {
            if self.keeper.is_stopped() {
                break;
            }
            match stored {
                Some(run) => self.book(step, run),
                None => {
                    meter.part(&self.in_words(step));
                    self.run_one(step, meter);
                }
            }
        }
    }

    fn in_words(&self, step: Step) -> String {
        let point = match (&self.arguments.over, self.value(step)) {
            (Some(over), Some(value)) => format!("{} {value}, ", over.name()),
            _ => String::new(),
        };
        format!(
            "{point}round {} of {}, {}",
            step.round + 1,
            self.arguments.repeat,
            self.systems[step.system].spec.name
        )
    }

    /// The name of a run's files.
    fn name(&self, step: Step) -> String {
        let system = &self.arguments.servers[step.system].name;
        match self.value(step) {
            None => format!("{system}-{}", step.round + 1),
            Some(value) => format!("{system}-{value}-{}", step.round + 1),
        }
    }

    fn value(&self, step: Step) -> Option<u64> {
        self.arguments.points()[step.point]
    }

    /// The systems in the order of the command line.
    pub fn systems(&self) -> &[SystemRuns<'a>] {
        &self.systems
    }

    /// The comparison as it is kept; the systems of those names are there to lose updates.
    pub fn into_comparison(
        self,
        title: String,
        command: &[String],
        started_unix_ms: u64,
        expected_to_lose: &[String],
    ) -> Comparison {
        Comparison {
            schema: ComparisonSchema::V2,
            title,
            started_unix_ms,
            command: command.to_vec(),
            reference: None,
            systems: self
                .systems
                .into_iter()
                .map(|tried| {
                    let expected_to_lose = expected_to_lose.contains(&tried.spec.name);
                    tried.into_system(expected_to_lose)
                })
                .collect(),
        }
    }

    fn run_one(&mut self, step: Step, meter: &mut Meter) {
        let (name, value, rate) = (self.name(step), self.value(step), self.rate_per_s(step));
        let tried = &mut self.systems[step.system];
        let beyond = rate.is_some_and(|rate| tried.ladder.is_above_the_end(rate));
        if tried.missing.is_some() || beyond {
            return;
        }
        let log = self
            .arguments
            .out
            .join("servers")
            .join(format!("{name}.log"));
        match drive(
            self.arguments,
            value,
            tried.spec,
            &log,
            self.command,
            self.keeper,
            meter,
        ) {
            // A run that was cut short is no run of the series.
            Ok((outcome, _)) if outcome.run.interrupted => {}
            Ok((outcome, trouble)) => {
                let kept = match trouble {
                    Some(why) => Err(why),
                    None => self.shelf.put(&name, &outcome.run).map_err(|error| {
                        format!("it cannot be kept: {error}; choose another --out")
                    }),
                };
                tried
                    .troubles
                    .extend(kept.err().map(|why| format!("{name}: {why}")));
                self.book(step, outcome.run);
            }
            Err(_) if self.keeper.is_stopped() => {}
            Err(why) if tried.runs.is_empty() => tried.missing = Some(why),
            Err(why) => tried
                .troubles
                .push(format!("{name}: {}; {}", why.reason, why.remedy)),
        }
    }

    /// Takes a run into the books, and sees whether its rate was too high.
    fn book(&mut self, step: Step, run: Run) {
        let rate_per_s = self.rate_per_s(step);
        let tried = &mut self.systems[step.system];
        if let Some(rate_per_s) = rate_per_s {
            tried.ladder.note(rate_per_s, &run);
        }
        tried.runs.push(run);
    }

    /// The rate, where it is that which varies.
    fn rate_per_s(&self, step: Step) -> Option<u64> {
        let of_rates = self.arguments.over.as_ref().is_some_and(Over::is_of_rates);
        self.value(step).filter(|_| of_rates)
    }
}

/// One run against a server that is started for it and ended after it.
fn drive(
    arguments: &CompareArguments,
    value: Option<u64>,
    spec: &ServerSpec,
    log: &Path,
    command: &[String],
    keeper: &Interrupt,
    meter: &mut Meter,
) -> Result<(record::Outcome, Option<String>), NotStarted> {
    let remedy = || format!("see {}", log.display());
    let not_started = |reason| NotStarted {
        reason,
        remedy: remedy(),
    };
    let planned = arguments.plan_at(value, 1).map_err(not_started)?;
    // The server inherits the limit, and needs as many as the load.
    file_limit::raise_for(planned.connections).map_err(not_started)?;
    let spec = match planned.server_processors {
        Some(cores) => &spec.on(Cpus::first(cores).map_err(not_started)?),
        None => spec,
    };
    let mut server = Process::start(spec, log, keeper)?;
    let mut plan = arguments.plan_at(value, server.port).map_err(not_started)?;
    plan.server_processors = spec.cpus.map(Cpus::count);
    plan.label = Some(spec.name.clone());
    plan.server_pid = Some(server.pid());
    let limit = plan.limit;
    let outcome = loadgen_run(plan, command, keeper.stop(), &mut |progress| {
        meter.show(limit, progress);
    });
    let death = server
        .ended()
        .map(|status| format!("the server ended by itself ({status}); {}", remedy()));
    let ending = server.end().err();
    match outcome {
        Ok(outcome) => {
            let trouble = death.or_else(|| outcome.failure()).or(ending);
            Ok((outcome, trouble))
        }
        Err(reason) => Err(not_started(death.unwrap_or(reason))),
    }
}

impl SystemRuns<'_> {
    /// Which rates were left out, and why.
    pub fn rates_left_out(&self) -> Option<String> {
        self.ladder.in_words()
    }

    /// Whether it could be measured.
    pub fn is_measured(&self) -> bool {
        !self.runs.is_empty()
    }

    fn into_system(self, expected_to_lose: bool) -> System {
        let outcome = match (self.runs, self.missing) {
            (runs, _) if !runs.is_empty() => Outcome::Measured { runs },
            (_, Some(why)) => Outcome::Missing {
                reason: why.reason,
                remedy: why.remedy,
            },
            (_, None) => Outcome::Missing {
                reason: "the comparison was interrupted before its turn".to_owned(),
                remedy: "let it run to the end".to_owned(),
            },
        };
        System {
            label: self.spec.name.clone(),
            outcome,
            expected_to_lose,
        }
    }
}
