//! How much work a server does that may use one processor, and how much where it may use all: the measurement of this claim.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use results::statistics::MIN_RUNS;
use results::{Figure, Unit};

use crate::bench::{Bench, Entry, Stage};
use crate::figures;
use crate::peer::Peer;
use crate::procfs;
use crate::rule::{Pair, Says};
use crate::system::{Hold, System};

/// Connections: enough to keep every processor at work.
fn connections() -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    (2 * processors).max(8)
}

/// Processor time of one request.
const WORK: Duration = Duration::from_millis(5);

/// One run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    /// Seconds of work in a second: processors that were kept at work.
    pub(super) work: f64,
    /// Threads that ran, or were ready to, on average. Whatever else the machine does keeps a ready thread waiting and not idle, so
    /// this is the same on a busy one: the most processors that the server could have kept at work.
    pub(super) ready: Option<f64>,
}

/// What a server did, a number for each run.
#[derive(Debug, Clone)]
pub(super) struct AtWork {
    pub(super) system: System,
    /// Where it might use one.
    pub(super) one: Vec<Done>,
    /// Where it might use all.
    pub(super) all: Vec<Done>,
}

pub(super) fn at_work(
    bench: &mut Bench<'_>,
    systems: &[System],
    rounds: u32,
    time: Duration,
) -> Vec<AtWork> {
    let on_both = |system: &System| [Entry::pinned(*system), Entry::from(*system)];
    let entries: Vec<Entry> = systems
        .iter()
        .flat_map(on_both)
        .map(Entry::holding)
        .collect();
    // Asked here: beside a server on one processor, this thread may use fewer.
    let connections = connections();
    let mut runs = bench
        .each(&entries, rounds, |stage| {
            work_done(stage, connections, time)
        })
        .into_iter();
    let of = |system: &System| AtWork {
        system: *system,
        one: runs.next().unwrap_or_default(),
        all: runs.next().unwrap_or_default(),
    };
    systems.iter().map(of).collect()
}

fn work_done(stage: &mut Stage<'_>, connections: usize, time: Duration) -> Result<Done, String> {
    let request = stage.system.held(Hold::AtWork, WORK);
    let pid = stage.server.pid();
    let peers: io::Result<Vec<Peer>> = (0..connections)
        .map(|_| Peer::connect(stage.server.port))
        .collect();
    let peers = peers.map_err(|error| format!("the server could not be reached: {error}"))?;
    let (start, before) = (Instant::now(), procfs::ran_or_ready(pid));
    // The peers stay until the server's threads have been asked: a thread whose peer leaves takes its times with it.
    let ask = |mut peer: Peer| -> io::Result<(u32, Peer)> {
        let mut answers = 0;
        while start.elapsed() < time {
            peer.ask(&request)?;
            answers += 1;
        }
        Ok((answers, peer))
    };
    let asked: io::Result<Vec<(u32, Peer)>> = thread::scope(|scope| {
        let ask = &ask;
        let threads: Vec<_> = peers
            .into_iter()
            .map(|peer| scope.spawn(move || ask(peer)))
            .collect();
        let lost = || io::Error::other("a client's thread panicked");
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| lost())?)
            .collect()
    });
    let asked = asked.map_err(|error| format!("the server did not compute: {error}"))?;
    let elapsed_s = start.elapsed().as_secs_f64();
    let ready = || {
        Some(
            procfs::ran_or_ready(pid)?
                .checked_sub(before?)?
                .as_secs_f64()
                / elapsed_s,
        )
    };
    let answers: u32 = asked.iter().map(|(answers, _)| answers).sum();
    Ok(Done {
        work: (answers * WORK).as_secs_f64() / elapsed_s,
        ready: ready(),
    })
}

/// One processor, and the error of the clocks.
pub(super) const ONE: f64 = 1.05;

/// More than one, beyond doubt: one run with so many is proof, for nothing can make it more than it was. And the gain that is called one.
const SEVERAL: f64 = 1.2;

/// So much of one processor was to be had: a server that got less shows nothing by staying below one.
const NEARLY_ONE: f64 = 0.8;

impl AtWork {
    pub(super) fn take(&mut self, more: Self) {
        self.one.extend(more.one);
        self.all.extend(more.all);
    }

    /// All against one, run by run.
    pub(super) fn pair(&self) -> Pair {
        Pair {
            condition: self.system.label.to_owned(),
            reference: work(&self.one),
            candidate: work(&self.all),
        }
    }

    /// Of the runs that were hindered least; `None` of too few.
    pub(super) fn speed_up(&self) -> Option<f64> {
        let enough = self.one.len().min(self.all.len()) >= MIN_RUNS;
        enough.then(|| most(&self.all) / most(&self.one))
    }

    /// What the runs that were hindered least say of a server that is said to be stuck.
    pub(super) fn says(&self) -> Says {
        let Some(speed_up) = self.speed_up() else {
            return Says::Nothing;
        };
        let (one, all) = (most(&self.one), most(&self.all));
        match () {
            // Where it was hindered on one processor alone, it gains without doing more than one processor's work.
            () if all >= SEVERAL && speed_up >= SEVERAL => Says::Refutes,
            // However busy the machine is: a second of its threads was never ready.
            () if all <= ONE && self.has_one_ready() => Says::Confirms,
            () if one < NEARLY_ONE || !(NEARLY_ONE..=ONE).contains(&all) => Says::Nothing,
            () if speed_up < SEVERAL => Says::Confirms,
            () => Says::Nothing,
        }
    }

    /// Whether one of its threads was ready nearly always, and never a second beside it.
    fn has_one_ready(&self) -> bool {
        let ready: Option<Vec<f64>> = self.all.iter().map(|done| done.ready).collect();
        let most = ready.and_then(|ready| ready.into_iter().reduce(f64::max));
        most.is_some_and(|most| (NEARLY_ONE..=ONE).contains(&most))
    }

    pub(super) fn figures(&self, processors: usize) -> Vec<Figure> {
        let speed_up = format!("speed-up from one processor to {processors}");
        let runs = self.one.len().min(self.all.len());
        let ratio = |seen| figures::ratio(self.system.label, &speed_up, &seen, runs);
        let at_work = |of: usize, runs: &[Done]| {
            let what = format!("processors at work, of {of}");
            figures::middle(self.system.label, &what, Unit::PerRequest, &work(runs))
        };
        let ready: Vec<f64> = self.all.iter().filter_map(|done| done.ready).collect();
        let what = "threads that ran or were ready to, on average";
        let ready = figures::middle(self.system.label, what, Unit::PerRequest, &ready);
        let kept = [at_work(1, &self.one), at_work(processors, &self.all)];
        let kept = kept
            .into_iter()
            .filter(|_| self.system.keeps_time_at_work());
        let speed_up = self.pair().contrast().map(ratio);
        [speed_up, ready]
            .into_iter()
            .chain(kept)
            .flatten()
            .collect()
    }
}

fn work(runs: &[Done]) -> Vec<f64> {
    runs.iter().map(|done| done.work).collect()
}

/// The work of the run that was hindered least.
pub(super) fn most(runs: &[Done]) -> f64 {
    work(runs).into_iter().fold(0.0, f64::max)
}
