//! How much work a server does that may use one processor, and how much where it may use all: the measurement of this claim.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use loadgen::experiment::StartedServer;
use results::statistics::MIN_RUNS;
use results::{Figure, Unit};

use testkit::Client;

use crate::client::connect;
use crate::systems::{Slow, System};
use crate::threads::ran_or_ready;
use crate::{Experiment, Failure, Indication, Pair, Setup, figures};

/// Connections: enough to keep every processor at work.
fn connections() -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    (2 * processors).max(8)
}

/// Processor time of one request.
const WORK: Duration = Duration::from_millis(5);

/// One run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    /// Seconds of work in a second: the processors that were kept at work.
    pub(super) processors: f64,
    /// Threads that ran or were ready to run, on average: the most processors that the server could have kept at work. Other
    /// programs keep a ready thread waiting, not idle, so this is the same on a busy machine.
    pub(super) ready: Option<f64>,
}

/// What a server did, for each run.
#[derive(Debug, Clone)]
pub(super) struct WorkDone {
    pub(super) system: System,
    /// Where it might use one processor.
    pub(super) one: Vec<Work>,
    /// Where it might use all.
    pub(super) all: Vec<Work>,
}

pub(super) fn work_done(
    experiment: &mut Experiment<'_>,
    systems: &[System],
    rounds: u32,
) -> Vec<WorkDone> {
    let time = Duration::from_millis(experiment.quick_or_full(250, 1_000));
    let on_both = |system: &System| [system.on_one_processor(), Setup::from(*system)];
    let setups = systems.iter().flat_map(on_both);
    let setups: Vec<Setup> = setups.map(Setup::with_slow_requests).collect();
    // Asked here: while the server has one processor, this thread may use fewer.
    let connections = connections();
    let runs = experiment.each(&setups, rounds, |system, server| {
        work(system, server, connections, time)
    });
    let mut runs = runs.into_iter();
    let of = |system: &System| WorkDone {
        system: *system,
        one: runs.next().unwrap_or_default(),
        all: runs.next().unwrap_or_default(),
    };
    systems.iter().map(of).collect()
}

fn work(
    system: System,
    server: &mut StartedServer<'_, '_>,
    connections: usize,
    time: Duration,
) -> Result<Work, Failure> {
    let request = system.slow_request(Slow::Computes, WORK);
    let (pid, port) = (server.process.pid(), server.process.port);
    let clients: io::Result<Vec<Client>> = (0..connections).map(|_| connect(port)).collect();
    let clients = clients.map_err(Failure::request("the server could not be reached"))?;
    let (start, before) = (Instant::now(), ran_or_ready(pid));
    // The clients stay until the server's threads have been asked: a thread whose client leaves takes its times with it.
    let ask = |mut client: Client| -> io::Result<(u32, Client)> {
        let mut answers = 0;
        while start.elapsed() < time {
            client.try_ask(&request)?;
            answers += 1;
        }
        Ok((answers, client))
    };
    let asked: io::Result<Vec<(u32, Client)>> = thread::scope(|scope| {
        let spawn = |client| scope.spawn(|| ask(client));
        let threads: Vec<_> = clients.into_iter().map(spawn).collect();
        let panicked = |_| io::Error::other("a client's thread panicked");
        let answers = threads.into_iter();
        answers
            .map(|thread| thread.join().map_err(panicked)?)
            .collect()
    });
    let asked = asked.map_err(Failure::request("the server did not compute"))?;
    let elapsed_s = start.elapsed().as_secs_f64();
    let ready = before.zip(ran_or_ready(pid));
    let ready = ready.and_then(|(before, after)| after.checked_sub(before));
    let answers: u32 = asked.iter().map(|(answers, _)| answers).sum();
    Ok(Work {
        processors: (answers * WORK).as_secs_f64() / elapsed_s,
        ready: ready.map(|ready| ready.as_secs_f64() / elapsed_s),
    })
}

/// One processor, and the error of the clocks.
pub(super) const ONE: f64 = 1.05;

/// More than one beyond doubt: one run with this many is proof, for no disturbance adds work. It is also the least gain that
/// counts.
const SEVERAL: f64 = 1.2;

/// This much of one processor was free: a server that got less shows nothing by staying below one.
const NEARLY_ONE: f64 = 0.8;

impl WorkDone {
    pub(super) fn add(&mut self, more: Self) {
        self.one.extend(more.one);
        self.all.extend(more.all);
    }

    /// All processors against one, run by run.
    pub(super) fn pair(&self) -> Pair {
        let (one, all) = (processors(&self.one), processors(&self.all));
        Pair::new(self.system.label, one, all)
    }

    /// Of the quickest runs; `None` of too few.
    pub(super) fn speed_up(&self) -> Option<f64> {
        let enough = self.one.len().min(self.all.len()) >= MIN_RUNS;
        enough.then(|| most(&self.all) / most(&self.one))
    }

    /// What the quickest runs say of the claim that it is stuck.
    pub(super) fn indication(&self) -> Indication {
        let Some(speed_up) = self.speed_up() else {
            return Indication::Undecided;
        };
        let (one, all) = (most(&self.one), most(&self.all));
        match () {
            // A server that was disturbed on one processor alone gains without more than one processor's work.
            () if all >= SEVERAL && speed_up >= SEVERAL => Indication::Refutes,
            // However busy the machine is: a second of its threads was never ready.
            () if all <= ONE && self.has_one_ready() => Indication::Confirms,
            () if one < NEARLY_ONE || !(NEARLY_ONE..=ONE).contains(&all) => Indication::Undecided,
            () if speed_up < SEVERAL => Indication::Confirms,
            () => Indication::Undecided,
        }
    }

    /// Whether one of its threads was ready nearly always, and never a second one.
    fn has_one_ready(&self) -> bool {
        let ready: Option<Vec<f64>> = self.all.iter().map(|run| run.ready).collect();
        let most = ready.and_then(|ready| ready.into_iter().reduce(f64::max));
        most.is_some_and(|most| (NEARLY_ONE..=ONE).contains(&most))
    }

    pub(super) fn figures(&self, processors_in_all: usize) -> Vec<Figure> {
        let label = self.system.label;
        let median =
            |what: &str, values: &[f64]| figures::median_of(label, what, Unit::PerRequest, values);
        let speed_up = format!("speed-up from one processor to {processors_in_all}");
        let ready: Vec<f64> = self.all.iter().filter_map(|run| run.ready).collect();
        let ready = median("threads that ran or were ready to run, on average", &ready);
        let mut all = vec![self.pair().ratio_figure(label, &speed_up), ready];
        if self.system.computes_exactly() {
            for (of, runs) in [(1, &self.one), (processors_in_all, &self.all)] {
                all.push(median(
                    &format!("processors at work, of {of}"),
                    &processors(runs),
                ));
            }
        }
        all.into_iter().flatten().collect()
    }
}

fn processors(runs: &[Work]) -> Vec<f64> {
    runs.iter().map(|run| run.processors).collect()
}

/// The work of the run that was disturbed least.
pub(super) fn most(runs: &[Work]) -> f64 {
    processors(runs).into_iter().fold(0.0, f64::max)
}
