//! A whole run, from the first connection to its record.

mod failure;
mod record;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use results::{ServerCost, ThreadCost};

pub use crate::check::CheckError;
use crate::check::{self, CheckTotals, Checking};
pub use crate::client::WorkerError;
use crate::client::{Clock, Stage, WorkerInput, WorkerMessage, WorkerOutput, Workers};
use crate::config::Config;
use crate::machine::file_limit;
pub use crate::machine::file_limit::FileLimitError;
use crate::machine::hiccups::Hiccups;
use crate::machine::stolen_time::stolen_ns;
use crate::machine::time::nanoseconds;
use crate::metrics::Intervals;
use crate::protocol::encode::Encoder;
pub use crate::target::TargetError;
use crate::target::{CostSeries, CounterValues, FinalValues, ReadyTarget, read_final_values};
pub use failure::{Failure, Outcome};

/// The progress of a run.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Requests answered or given up.
    pub requests: u64,
    /// The time since the start.
    pub elapsed: Duration,
}

/// Observes a run. `()` ignores everything.
pub trait Observer {
    /// Receives the progress several times a second.
    fn progress(&mut self, progress: Progress) {
        let _ = progress;
    }

    /// Polled several times a second: `true` ends the run early. The results so far are checked and returned.
    fn is_stopped(&self) -> bool {
        false
    }
}

impl Observer for () {}

/// Why there was nothing to measure.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The limit of open files is too low.
    #[error(transparent)]
    FileLimit(#[from] FileLimitError),
    /// The server is absent, or speaks another protocol.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The replies cannot be checked.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// A worker cannot be started.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// No connection could be made.
    #[error("{0}")]
    NothingConnected(String),
}

/// Makes a run.
///
/// # Errors
/// If nothing can be measured: no server, another protocol, or too few open files.
pub fn run(config: Config, observer: &mut impl Observer) -> Result<Outcome, RunError> {
    file_limit::raise_for(config.workload.connections)?;
    let run = RandomState::new().build_hasher().finish();
    let encoder = Arc::new(Encoder::new(&config, run));
    let mut target = ReadyTarget::connect(&config, run, &encoder)?;
    let checking = check::start(&config, run, &target.before)?;
    let context = Context {
        config: Arc::new(config),
        run,
        encoder,
        clock: Clock::start(),
        stop: Arc::new(AtomicBool::new(false)),
    };
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let started_unix_ms = since_1970.map_or(0, |since| since.as_millis() as u64);
    let mut load = send_load(&context, &mut target, checking, observer)?;
    if let Some(why) = load.nothing_connected() {
        return Err(RunError::NothingConnected(why));
    }
    let after = final_values(&context, &target, &mut load, observer);
    Ok(record::record(record::Parts {
        config: &context.config,
        started_unix_ms,
        interrupted: observer.is_stopped(),
        names: context.encoder.names(),
        target,
        load,
        after,
    }))
}

/// The constants of a run.
struct Context {
    config: Arc<Config>,
    run: u64,
    encoder: Arc<Encoder>,
    clock: Clock,
    /// Tells the workers to stop.
    stop: Arc<AtomicBool>,
}

/// The result of the load.
#[derive(Debug)]
struct Load {
    start_ns: u64,
    workers: Vec<WorkerOutput>,
    /// The merged results of the workers' feeds, and the check, if any.
    check: CheckTotals,
    /// The cost of the checker thread, if any.
    checker_cost: Option<ThreadCost>,
    intervals: Intervals,
    costs: CostSeries,
    /// The server's memory, threads and open files while the connections were still open.
    levels: ServerCost,
    hiccup_max_ns: Option<u64>,
    stolen_ns: Option<u64>,
}

impl Load {
    /// Returns why no connection could be made; `None` if one could.
    fn nothing_connected(&self) -> Option<String> {
        let any = self.workers.iter().any(|one| !one.connections.is_empty());
        let first = self.workers.iter().flat_map(|one| &one.refused).next();
        first.filter(|_| !any).map(|error| error.text.clone())
    }
}

fn send_load(
    context: &Context,
    target: &mut ReadyTarget,
    checking: Checking,
    observer: &mut impl Observer,
) -> Result<Load, WorkerError> {
    let (config, clock) = (&context.config, context.clock);
    let workers = Workers::start(checking.feeds, |worker, messages, signals| WorkerInput {
        worker,
        config: config.clone(),
        endpoint: target.endpoint.clone(),
        run: context.run,
        encoder: context.encoder.clone(),
        clock,
        stop: context.stop.clone(),
        messages,
        signals,
    })?;
    workers.until(Stage::Connected, |_, _| {});
    let stolen_before_ns = stolen_ns();
    let hiccups = Hiccups::watch();
    let mut costs = CostSeries::new(target.process);
    costs.take(clock.now_ns(), || target.cost_so_far());
    let start_ns = clock.now_ns();
    workers.go(start_ns);

    let threads = config.workload.threads;
    let mut intervals = Intervals::new(threads);
    let mut requests_of = vec![0; threads as usize];
    workers.until(Stage::Finished, |worker, message| {
        if observer.is_stopped() {
            context.stop.store(true, Ordering::Relaxed);
        }
        let now_ns = clock.now_ns();
        match message {
            WorkerMessage::Interval(interval) => {
                intervals.add(worker, *interval);
                if costs.is_due(now_ns) {
                    costs.take(now_ns, || target.cost_so_far());
                }
            }
            WorkerMessage::Progress(requests) => {
                requests_of[worker as usize] = requests;
                observer.progress(Progress {
                    requests: requests_of.iter().sum(),
                    elapsed: Duration::from_nanos(now_ns.saturating_sub(start_ns)),
                });
            }
            WorkerMessage::Reached(_) => {}
        }
    });
    let hiccup_max_ns = hiccups.worst().map(nanoseconds);
    let stolen = stolen_ns().zip(stolen_before_ns);
    costs.take(clock.now_ns(), || target.final_cost(config.timeout));
    let levels = target.levels();
    let mut workers = workers.finish()?;
    let mut check = CheckTotals::default();
    for worker in &mut workers {
        check.merge(mem::take(&mut worker.check));
    }
    let mut checker_cost = None;
    if let Some(thread) = checking.thread {
        let (history_check, cost) = thread.join();
        check.check = Some(Box::new(history_check));
        checker_cost = cost;
    }
    Ok(Load {
        start_ns,
        workers,
        check,
        checker_cost,
        intervals,
        costs,
        levels,
        hiccup_max_ns,
        stolen_ns: stolen.map(|(after, before)| after.saturating_sub(before)),
    })
}

/// Reads the counters after the load. The reads are part of the history.
fn final_values(
    context: &Context,
    target: &ReadyTarget,
    load: &mut Load,
    observer: &impl Observer,
) -> CounterValues {
    let config = &context.config;
    match &target.before {
        CounterValues::NotAsked => return CounterValues::NotAsked,
        CounterValues::Unknown(why) => return CounterValues::Unknown(why.clone()),
        CounterValues::Known(_) => {}
    }
    let since_start_ns = || context.clock.now_ns().saturating_sub(load.start_ns);
    let from_ns = since_start_ns();
    let mut lost = load.workers.iter();
    let was_lost = lost.any(|worker| worker.recorder.lost_connections > 0);
    let is_stopped = || observer.is_stopped();
    let values = read_final_values(config, &context.encoder, target, was_lost, is_stopped);
    let to_ns = since_start_ns();
    match (values, &mut load.check.check) {
        (FinalValues::SameServer(CounterValues::Known(values)), Some(check)) => {
            check.read_at_the_end(config, &values, from_ns, to_ns);
            CounterValues::Known(values)
        }
        (FinalValues::Restarted(why), Some(check))
            if config.workload.session_requests().is_some() =>
        {
            check.set_inconclusive();
            CounterValues::Unknown(format!(
                "{why}; later sessions used the new counters, so the replies were not compared with each other"
            ))
        }
        (FinalValues::SameServer(values), _) => values,
        (FinalValues::Restarted(why), _) => CounterValues::Unknown(why),
    }
}
