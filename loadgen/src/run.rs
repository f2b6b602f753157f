//! A whole run, from the first connection to the last judgement.

pub mod record;
mod sum;
pub(crate) mod workload;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use results::{ServerCost, ThreadCost};

use crate::check::checker_thread::{self, Session};
use crate::check::reconciliation::Values;
use crate::check::totals::CheckTotals;
use crate::client::clock::Clock;
use crate::client::request_budget::nanoseconds;
use crate::client::worker_input::{Share, Stage, WorkerMessage, WorkerOutput};
use crate::client::workers::Workers;
use crate::config::Config;
use crate::machine::file_limit;
use crate::machine::hiccups::Hiccups;
use crate::machine::stolen_time;
use crate::metrics::intervals::Intervals;
use crate::protocol::encode::Requests;
use crate::run::record::Outcome;
use crate::target::cost_series::CostSeries;
use crate::target::final_values::{self, FinalValues};
use crate::target::process::Process;
use crate::target::ready::ReadyTarget;

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Requests answered or given up.
    pub requests: u64,
    /// The time since the start.
    pub elapsed: Duration,
}

/// Makes a run. Set `stop` to end it early: what there is by then is judged and returned.
///
/// # Errors
/// A sentence, when there was nothing to measure: no server, another protocol, no room for the connections.
pub fn run(
    plan: Config,
    command: &[String],
    stop: &Arc<AtomicBool>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, String> {
    file_limit::raise_for(plan.connections)?;
    let plan = Arc::new(plan);
    let run = RandomState::new().build_hasher().finish();
    let requests = Arc::new(Requests::new(&plan, run));
    let mut reached = ReadyTarget::new(&plan, run, &requests)?;
    let clock = Clock::start();
    let session = checker_thread::convene(&plan, run, &reached.before)?;
    let started_unix_ms = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64);
    let scene = Scene {
        plan: &plan,
        run,
        requests: &requests,
        clock,
        stop,
    };
    let mut load = load(&scene, &mut reached, session, progress)?;
    if let Some(why) = load.nothing_connected() {
        return Err(why);
    }
    let after = after(&scene, &reached, &mut load);
    let interrupted = stop.load(Ordering::Relaxed);
    Ok(record::outcome(record::Parts {
        plan: &plan,
        command,
        started_unix_ms,
        interrupted,
        requests: &requests,
        reached,
        load,
        after,
    }))
}

/// What stays the same all through a run.
struct Scene<'a> {
    plan: &'a Arc<Config>,
    run: u64,
    requests: &'a Arc<Requests>,
    clock: Clock,
    stop: &'a Arc<AtomicBool>,
}

/// What the load left behind.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) start_ns: u64,
    pub(crate) threads: Vec<WorkerOutput>,
    /// What the threads' reporters told, and the court unless there was none.
    pub(crate) told: CheckTotals,
    /// What the thread of the court has cost, where it has one.
    pub(crate) judge_cost: Option<ThreadCost>,
    pub(crate) slices: Intervals,
    pub(crate) watch: CostSeries,
    /// What the server held while the connections were still open.
    pub(crate) levels: ServerCost,
    pub(crate) hiccup_max_ns: Option<u64>,
    pub(crate) stolen_ns: Option<u64>,
}

impl Load {
    /// Why not one connection could be made, if none could.
    fn nothing_connected(&self) -> Option<String> {
        let any = self.threads.iter().any(|done| !done.served.is_empty());
        let first = self.threads.iter().flat_map(|done| &done.refused).next();
        first.filter(|_| !any).map(|broken| broken.text.clone())
    }
}

fn load(
    scene: &Scene<'_>,
    reached: &mut ReadyTarget,
    session: Session,
    progress: &mut dyn FnMut(Progress),
) -> Result<Load, String> {
    let Scene { plan, clock, .. } = *scene;
    let crew = Workers::start(session.reporters, |thread, updates, signals| Share {
        thread,
        plan: plan.clone(),
        address: reached.address.clone(),
        run: scene.run,
        requests: scene.requests.clone(),
        clock,
        stop: scene.stop.clone(),
        updates,
        signals,
    })?;
    crew.until(Stage::Connected, |_, _| {});
    let stolen_before_ns = stolen_time::stolen_ns();
    let hiccups = Hiccups::watch();
    let mut watch = CostSeries::new(reached.process);
    watch.take(clock.now_ns(), || reached.sums());
    let start_ns = clock.now_ns();
    crew.go(start_ns);

    let mut slices = Intervals::new(plan.threads);
    let mut requests_of = vec![0; plan.threads as usize];
    crew.until(Stage::Finished, |thread, news| match news {
        WorkerMessage::Slice(slice) => {
            slices.add(thread, *slice);
            let now_ns = clock.now_ns();
            if watch.is_due(now_ns) {
                watch.take(now_ns, || reached.sums());
            }
        }
        WorkerMessage::Progress(requests) => {
            requests_of[thread as usize] = requests;
            let elapsed = Duration::from_nanos(clock.now_ns().saturating_sub(start_ns));
            progress(Progress {
                requests: requests_of.iter().sum(),
                elapsed,
            });
        }
        WorkerMessage::ReadyTarget(_) => {}
    });
    let hiccup_max_ns = hiccups.worst().map(nanoseconds);
    let stolen_ns = stolen_time::stolen_ns()
        .zip(stolen_before_ns)
        .map(|(after, before)| after.saturating_sub(before));
    watch.take(clock.now_ns(), || reached.last_sums(plan.timeout));
    let levels = levels(reached);
    let mut threads = crew.finish()?;
    let mut told = CheckTotals::default();
    for done in &mut threads {
        told.merge(mem::take(&mut done.told));
    }
    let mut judge_cost = None;
    if let Some(clerk) = session.clerk {
        let (court, cost) = clerk.adjourn();
        told.court = Some(Box::new(court));
        judge_cost = cost;
    }
    Ok(Load {
        start_ns,
        threads,
        told,
        judge_cost,
        slices,
        watch,
        levels,
        hiccup_max_ns,
        stolen_ns,
    })
}

/// What the server holds now, if it is still there: memory, threads and files, no sums.
fn levels(reached: &ReadyTarget) -> ServerCost {
    let process = reached.process.filter(|process| !process.has_ended());
    let (rss_bytes, threads) = process.map_or((None, None), Process::levels);
    ServerCost {
        rss_idle_bytes: reached.rss_idle_bytes,
        rss_bytes,
        pss_bytes: process.and_then(Process::pss_bytes),
        threads,
        open_files: process.and_then(Process::open_files),
        ..ServerCost::default()
    }
}

/// The last look at the counters. Nothing else is asked meanwhile, but it is an operation like all others.
fn after(scene: &Scene<'_>, reached: &ReadyTarget, load: &mut Load) -> Values {
    if !scene.plan.counts() {
        return Values::NotAsked;
    }
    if let Values::Unknown(why) = &reached.before {
        return Values::Unknown(why.clone());
    }
    let since_start_ns = || scene.clock.now_ns().saturating_sub(load.start_ns);
    let from_ns = since_start_ns();
    let was_lost = load.threads.iter().any(|done| done.lost_connections > 0);
    let is_stopped = || scene.stop.load(Ordering::Relaxed);
    let look = final_values::look(scene.plan, scene.requests, reached, was_lost, is_stopped);
    let to_ns = since_start_ns();
    match (look, &mut load.told.court) {
        (FinalValues::SameEpoch(Values::Known(values)), Some(court)) => {
            court.looked(scene.plan, &values, from_ns, to_ns);
            Values::Known(values)
        }
        (FinalValues::NewEpoch(why), Some(court)) if scene.plan.sessions().is_some() => {
            court.dismiss();
            Values::Unknown(format!(
                "{why}; clients that came later were told of the new counters, so that no answer was held against another"
            ))
        }
        (FinalValues::SameEpoch(values), _) => values,
        (FinalValues::NewEpoch(why), _) => Values::Unknown(why),
    }
}
