//! The bench: servers started anew for every run, in an order that is fair to all, loaded by `loadgen`.

use std::path::PathBuf;

use clap::Parser as _;
use loadgen::cli::args::{Arguments, Command, CompareArguments};
use loadgen::cli::progress::Meter;
use loadgen::experiment::{Interrupt, Process, ServerSpec, interleaved};
use loadgen::run::run as loadgen_run;
use results::{Effort, Missing, Run};

use crate::article::{self, Programs};
use crate::life::Life;
use crate::pin::Pinned;
use crate::system::{Cpus, System};

/// Where experiments are made.
#[derive(Debug)]
pub struct Bench<'a> {
    /// How much time there is.
    pub effort: Effort,
    /// The folder of our servers.
    pub programs: PathBuf,
    /// The folder for what servers print.
    pub out: PathBuf,
    keeper: &'a Interrupt,
    missing: Vec<Missing>,
    in_pythons: Option<Vec<Programs>>,
}

/// A system in one experiment.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The system.
    pub system: System,
    /// The processors it may use.
    pub cpus: Cpus,
    /// Arguments beside its own.
    pub more: String,
}

impl From<System> for Entry {
    fn from(system: System) -> Self {
        Self {
            system,
            cpus: Cpus::All,
            more: String::new(),
        }
    }
}

impl Entry {
    /// On the first processor alone.
    pub fn pinned(system: System) -> Self {
        Self {
            cpus: Cpus::One,
            ..system.into()
        }
    }

    /// The same, and it may be asked to sleep and to compute.
    #[must_use]
    pub fn holding(self) -> Self {
        Self {
            more: self.system.may_be_held().to_owned(),
            ..self
        }
    }
}

/// Restarted servers of each system that stands beside those that decide: as few as anybody may compare.
pub const GUEST_ROUNDS: u32 = 4;

/// One run: a server that has just been started, and the means to load it.
#[derive(Debug)]
pub struct Stage<'b> {
    /// The server.
    pub server: &'b Process,
    /// What kind of server it is.
    pub system: System,
    keeper: &'b Interrupt,
    meter: &'b mut Meter,
}

impl<'a> Bench<'a> {
    /// A bench.
    pub fn new(effort: Effort, programs: PathBuf, out: PathBuf, keeper: &'a Interrupt) -> Self {
        Self {
            effort,
            programs,
            out,
            keeper,
            missing: Vec::new(),
            in_pythons: None,
        }
    }

    /// The article's programs in every Python found: made once, for all claims that are about them.
    pub fn in_pythons(&mut self) -> Vec<Programs> {
        let rounds = self.quick_or_full(5, 8);
        self.in_pythons
            .get_or_insert_with(|| article::in_pythons(rounds))
            .clone()
    }

    /// One of two numbers, by the time that there is.
    pub fn quick_or_full<T>(&self, quick: T, full: T) -> T {
        match self.effort {
            Effort::Quick => quick,
            Effort::Full => full,
        }
    }

    /// Restarted servers of each system: four are the fewest that can decide anything.
    pub fn rounds(&self) -> u32 {
        self.quick_or_full(4, 6)
    }

    /// Of systems that stand beside those that decide, the ones that there is time for; the others are noted as missing.
    ///
    /// They are context: no rule looks at them, so who has them and who has not gets the same verdict.
    pub fn guests(&mut self, systems: &[System]) -> Vec<System> {
        match self.effort {
            Effort::Full => systems.to_vec(),
            Effort::Quick => {
                for system in systems {
                    self.miss(system.label, "it takes part with --full");
                }
                Vec::new()
            }
        }
    }

    /// Whether Ctrl-C was pressed.
    pub fn is_stopped(&self) -> bool {
        self.keeper.is_stopped()
    }

    /// A system that could not be measured, and why.
    pub fn miss(&mut self, system: &str, reason: impl Into<String>) {
        if self.missing.iter().all(|missing| missing.system != system) {
            self.missing.push(Missing {
                system: system.to_owned(),
                reason: reason.into(),
            });
        }
    }

    /// What could not be measured since this was asked last.
    pub fn take_missing(&mut self) -> Vec<Missing> {
        std::mem::take(&mut self.missing)
    }

    /// Loads each system `rounds` times, each time a new server; the runs of each, in the order of `entries`.
    pub fn compare(&mut self, entries: &[Entry], rounds: u32, load: &str) -> Vec<Vec<Run>> {
        self.each(entries, rounds, |stage| stage.drive(load))
    }

    /// Does `work` on each system `rounds` times, each time with a new server; what came of it, in the order of `entries`.
    ///
    /// A system that cannot be started is noted as missing, and so is one that failed in every run.
    pub fn each<T>(
        &mut self,
        entries: &[Entry],
        rounds: u32,
        work: impl FnMut(&mut Stage<'_>) -> Result<T, String>,
    ) -> Vec<Vec<T>> {
        let lived = self.each_life(entries, rounds, work);
        let outcomes = |runs: Vec<(T, Option<Life>)>| runs.into_iter().map(|(outcome, _)| outcome);
        lived
            .into_iter()
            .map(|runs| outcomes(runs).collect())
            .collect()
    }

    /// The same, and beside each outcome what the server cost from when it was ready to its end, where the kernel says.
    pub fn each_life<T>(
        &mut self,
        entries: &[Entry],
        rounds: u32,
        mut work: impl FnMut(&mut Stage<'_>) -> Result<T, String>,
    ) -> Vec<Vec<(T, Option<Life>)>> {
        let mut outcomes: Vec<Vec<(T, Option<Life>)>> =
            entries.iter().map(|_| Vec::new()).collect();
        let mut given_up = vec![false; entries.len()];
        let mut meter = Meter::new(entries.len() as u32 * rounds);
        for (round, place) in interleaved(entries.len(), rounds) {
            if self.is_stopped() || given_up[place] {
                continue;
            }
            let label = entries[place].system.label;
            meter.part(&format!("round {} of {rounds}, {label}", round + 1));
            let mut outcome = self.once(&entries[place], round, &mut meter, &mut work);
            // A busy machine may spoil one run; whoever fails twice in a row has another reason.
            if outcome.is_err() && !self.is_stopped() {
                outcome = self.once(&entries[place], round, &mut meter, &mut work);
            }
            match outcome {
                Ok(outcome) => outcomes[place].push(outcome),
                Err(_) if self.is_stopped() => {}
                Err(why) => {
                    given_up[place] = outcomes[place].is_empty();
                    self.miss(label, why);
                }
            }
        }
        meter.done();
        outcomes
    }

    fn once<T>(
        &self,
        entry: &Entry,
        round: u32,
        meter: &mut Meter,
        work: &mut impl FnMut(&mut Stage<'_>) -> Result<T, String>,
    ) -> Result<(T, Option<Life>), String> {
        let label = entry.system.label;
        let spec: ServerSpec = entry.system.spec(&self.programs, entry.cpus, &entry.more)?;
        let log = self
            .out
            .join("servers")
            .join(format!("{label}-{round}.log"));
        let server = Process::start(&spec, &log, self.keeper)
            .map_err(|why| format!("{}; {}", why.reason, why.remedy))?;
        let (ended, so_far) = (Life::of_ended_children(), Life::so_far(server.pid()));
        // A server on one processor and its load beside it: what is measured is the server, not their quarrel.
        let pinned = (entry.cpus == Cpus::One).then(Pinned::away_from_first);
        let outcome = work(&mut Stage {
            server: &server,
            system: entry.system,
            keeper: self.keeper,
            meter,
        });
        drop(pinned);
        server.end()?;
        let life = || {
            let whole = Life::of_ended_children()?.since(ended?);
            Some(whole.since(so_far?))
        };
        Ok((outcome?, life()))
    }
}

impl Stage<'_> {
    /// Loads the server as `loadgen run` would, with these flags.
    ///
    /// # Errors
    /// A sentence: when the flags make no sense, or there was nothing to measure.
    pub fn drive(&mut self, load: &str) -> Result<Run, String> {
        let mut plan = arguments(load)?.plan(self.server.port)?;
        plan.label = Some(self.system.label.to_owned());
        plan.server_pid = Some(self.server.pid());
        let limit = plan.limit;
        let meter = &mut *self.meter;
        let outcome = loadgen_run(plan, &[], self.keeper.stop(), &mut |progress| {
            meter.show(limit, progress);
        })?;
        match outcome.failure() {
            Some(why) => Err(why),
            None => Ok(outcome.run),
        }
    }
}

/// The load of `loadgen compare`, read as if it had been typed.
fn arguments(load: &str) -> Result<CompareArguments, String> {
    let words = ["loadgen", "compare", "--server", "claims=server {port}"];
    let words = words.into_iter().chain(load.split_whitespace());
    match Arguments::try_parse_from(words) {
        Ok(Arguments {
            command: Command::Compare(arguments),
        }) => Ok(arguments),
        Ok(_) => Err(format!("'{load}' is no load")),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_read_as_loadgen_reads_it() {
        let plan = arguments("-c 7 -P 3 -n 1k").unwrap().plan(1).unwrap();
        assert_eq!(plan.connections, 7);
        assert!(arguments("--wat").is_err());
    }
}
