//! The runs of a comparison, one after the other, and what became of each system.

use std::path::Path;

use results::schema::ComparisonSchema;
use results::{AnomalyKind, Comparison, Outcome, Run, System};

use super::order::interleaved;
use super::process::{NotStarted, Process};
use super::{Keeper, Spec};
use crate::cli::args::CompareArguments;
use crate::cli::progress::Meter;
use crate::drive::engine;
use crate::record;

/// What a series has brought so far.
#[derive(Debug)]
pub struct Series<'a> {
    arguments: &'a CompareArguments,
    keeper: &'a Keeper,
    systems: Vec<Tried<'a>>,
}

/// One system, and how it fared.
#[derive(Debug)]
pub struct Tried<'a> {
    /// The system.
    pub spec: &'a Spec,
    /// Its runs.
    pub runs: Vec<Run>,
    /// Why it could not be started or driven at all.
    missing: Option<NotStarted>,
    /// What went wrong with single runs, in sentences.
    pub troubles: Vec<String>,
}

impl<'a> Series<'a> {
    /// Makes all runs, or those before Ctrl-C.
    pub fn run(
        arguments: &'a CompareArguments,
        command: &[String],
        keeper: &'a Keeper,
        meter: &mut Meter,
    ) -> Self {
        let untried = |spec| Tried {
            spec,
            runs: Vec::new(),
            missing: None,
            troubles: Vec::new(),
        };
        let mut series = Self {
            arguments,
            keeper,
            systems: arguments.servers.iter().map(untried).collect(),
        };
        for (round, system) in interleaved(arguments.servers.len(), arguments.repeat) {
            if keeper.is_stopped() {
                break;
            }
            meter.part(&format!(
                "round {} of {}, {}",
                round + 1,
                arguments.repeat,
                arguments.servers[system].name
            ));
            series.run_one(round, system, command, meter);
        }
        series
    }

    /// The systems in the order of the command line.
    pub fn systems(&self) -> &[Tried<'a>] {
        &self.systems
    }

    /// The comparison as it is kept.
    pub fn into_comparison(
        self,
        title: String,
        command: &[String],
        started_unix_ms: u64,
    ) -> Comparison {
        Comparison {
            schema: ComparisonSchema::V1,
            title,
            started_unix_ms,
            command: command.to_vec(),
            reference: None,
            systems: self.systems.into_iter().map(Tried::into_system).collect(),
        }
    }

    fn run_one(&mut self, round: u32, system: usize, command: &[String], meter: &mut Meter) {
        let tried = &mut self.systems[system];
        if tried.missing.is_some() {
            return;
        }
        let log = self.arguments.out.join("servers").join(format!(
            "{}-{}.log",
            tried.spec.name,
            round + 1
        ));
        match drive(
            self.arguments,
            tried.spec,
            &log,
            command,
            self.keeper,
            meter,
        ) {
            // A run that was cut short is no run of the series.
            Ok((outcome, _)) if outcome.run.interrupted => {}
            Ok((outcome, trouble)) => {
                tried.troubles.extend(
                    trouble.map(|why| format!("{}, run {}: {why}", tried.spec.name, round + 1)),
                );
                tried.runs.push(outcome.run);
            }
            Err(_) if self.keeper.is_stopped() => {}
            Err(why) if tried.runs.is_empty() => tried.missing = Some(why),
            Err(why) => tried.troubles.push(format!(
                "{}, run {}: {}; {}",
                tried.spec.name,
                round + 1,
                why.reason,
                why.remedy
            )),
        }
    }
}

/// One run against a server that is started for it and ended after it.
fn drive(
    arguments: &CompareArguments,
    spec: &Spec,
    log: &Path,
    command: &[String],
    keeper: &Keeper,
    meter: &mut Meter,
) -> Result<(record::Outcome, Option<String>), NotStarted> {
    let remedy = || format!("see {}", log.display());
    let mut server = Process::start(spec, log, keeper)?;
    let mut plan = arguments.plan(server.port).map_err(|reason| NotStarted {
        reason,
        remedy: remedy(),
    })?;
    plan.label = Some(spec.name.clone());
    plan.server_pid = Some(server.pid());
    let limit = plan.limit;
    let outcome = engine::run(plan, command, keeper.stop(), &mut |progress| {
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
        Err(reason) => Err(NotStarted {
            reason: death.unwrap_or(reason),
            remedy: remedy(),
        }),
    }
}

impl Tried<'_> {
    /// Whether its answers were wrong in any way but the one that was expected of it.
    pub fn is_wrong(&self, lost_updates_are_expected: bool) -> bool {
        let excused = |kind| lost_updates_are_expected && is_about_counters(kind);
        self.runs
            .iter()
            .flat_map(|run| &run.correctness.anomalies)
            .any(|anomaly| !excused(anomaly.kind))
    }

    /// Whether it could be measured.
    pub fn is_measured(&self) -> bool {
        !self.runs.is_empty()
    }

    fn into_system(self) -> System {
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
        }
    }
}

/// What a counter that loses updates shows; all else is a fault of another kind.
fn is_about_counters(kind: AnomalyKind) -> bool {
    matches!(
        kind,
        AnomalyKind::LostUpdate
            | AnomalyKind::CounterRegression
            | AnomalyKind::StaleRead
            | AnomalyKind::NonMonotonicRead
            | AnomalyKind::ReadYourWrites
            | AnomalyKind::RealTimeViolation
            | AnomalyKind::FutureRead
    )
}
