//! Could the load generator measure this run? A verdict on the client and its machine, not on the server.

mod baseline;

use std::time::Duration;

use results::{
    Check, CheckCode, CheckOutcome, ClientCost, Finite, Latency, LoadMode, MeasuredCheck, Quantile,
    Run, ThreadCost, Totals, Validity, ValidityVerdict, Workload,
};

use crate::machine::stolen_time;
pub use baseline::{compare_with_baseline, of_baseline};

/// A thread that is busy for more of the run than this had no time left to be punctual.
const BUSY_LIMIT: f64 = 0.95;

/// A thread that waits for a processor for more of the run than this sees replies late and adds its own delay.
const WAITING_LIMIT: f64 = 0.10;

/// More of this machine's time given to others is felt in every percentile.
const STOLEN_LIMIT: f64 = 0.02;

/// A longer sleep than was asked for is longer than most of what is measured.
const HICCUP_LIMIT: Duration = Duration::from_millis(20);

/// A lag is harmless below this, or where it is a small part of what users wait.
const LAG_LIMIT: Duration = Duration::from_millis(1);
const LAG_SHARE_LIMIT: f64 = 0.10;

/// In a closed loop every connection is to be in flight all the time; the rest was spent in the load generator.
const IN_FLIGHT_LIMIT: f64 = 0.80;

/// What was seen in flight may differ from rate times mean latency by this part, where enough was seen.
const LITTLE_LIMIT: f64 = 0.20;
const LITTLE_LEAST_SEEN: f64 = 1_000.0;

/// A shorter run is mostly beginning and end, and Little's law is one of steady states.
const STEADY: Duration = Duration::from_secs(1);

/// Shares are not checked in a shorter run: a single slice of the scheduler, or tick of the kernel's clock, would decide.
pub const SHORT: Duration = Duration::from_millis(100);

/// What the checks look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'a> {
    pub(crate) workload: &'a Workload,
    pub(crate) cores: u32,
    pub(crate) elapsed_ns: u64,
    pub(crate) warmup_ns: u64,
    pub(crate) interrupted: bool,
    pub(crate) totals: &'a Totals,
    pub(crate) latency: &'a Latency,
    pub(crate) client_cost: &'a ClientCost,
}

impl<'a> From<&'a Run> for Evidence<'a> {
    fn from(record: &'a Run) -> Self {
        Self {
            workload: &record.workload,
            cores: record.host.cores,
            elapsed_ns: record.elapsed_ns,
            warmup_ns: record.warmup_ns,
            interrupted: record.interrupted,
            totals: &record.totals,
            latency: &record.latency,
            client_cost: &record.client_cost,
        }
    }
}

impl Evidence<'_> {
    fn measured_ns(&self) -> u64 {
        self.elapsed_ns.saturating_sub(self.warmup_ns)
    }
}

/// Makes every check that this run allows.
pub(crate) fn check(run: &Evidence<'_>) -> Validity {
    sum_up(checks(run))
}

fn checks(run: &Evidence<'_>) -> Vec<MeasuredCheck> {
    let all = [
        Some(busy(run)),
        checker(run),
        Some(waiting(run)),
        Some(stolen(run)),
        Some(hiccup(run)),
        lag(run),
        achieved(run),
        connections_in_flight(run),
        Some(little(run)),
    ];
    all.into_iter().flatten().collect()
}

fn sum_up(checks: Vec<MeasuredCheck>) -> Validity {
    let mut validity = Validity::UNCHECKED;
    for check in checks {
        add(&mut validity, check);
    }
    validity
}

/// Adds a check; one that failed makes the verdict worse.
fn add(validity: &mut Validity, check: MeasuredCheck) {
    if check.outcome == CheckOutcome::Failed {
        validity.verdict = validity.verdict.max(verdict_if_failed(check.code));
    }
    validity.checks.push(Check::Measured(check));
}

/// What a failed check makes of the run.
fn verdict_if_failed(code: CheckCode) -> ValidityVerdict {
    match code {
        CheckCode::BusiestClientThread
        | CheckCode::CheckerThread
        | CheckCode::ScheduleLagP99
        | CheckCode::ConnectionsInFlight
        | CheckCode::RateOfBaseline => ValidityVerdict::ClientBound,
        CheckCode::WaitingForProcessor
        | CheckCode::StolenTime
        | CheckCode::WorstHiccup
        | CheckCode::LittlesLawResidual
        | CheckCode::BaselineFailedChecks
        | CheckCode::BaselineP50 => ValidityVerdict::Suspect,
        CheckCode::AchievedRate => ValidityVerdict::Valid,
    }
}

/// The part of the run that the worst client thread spent so.
fn worst_share(run: &Evidence<'_>, part_ns: impl Fn(&ThreadCost) -> Option<u64>) -> Option<f64> {
    let worst_ns = run.client_cost.threads.iter().map(part_ns).max().flatten();
    worst_ns
        .filter(|_| is_long_enough_for_shares(run.measured_ns()))
        .map(|ns| ns as f64 / run.measured_ns() as f64)
}

/// Whether the run is long enough for shares of its time.
pub fn is_long_enough_for_shares(measured_ns: u64) -> bool {
    Duration::from_nanos(measured_ns) >= SHORT
}

fn busy(run: &Evidence<'_>) -> MeasuredCheck {
    let share = worst_share(run, |thread| Some(thread.cpu_ns()));
    MeasuredCheck::new(CheckCode::BusiestClientThread, share, Some(BUSY_LIMIT))
}

/// The checker of several threads has a thread of its own, which also works during the warm-up.
fn checker(run: &Evidence<'_>) -> Option<MeasuredCheck> {
    let checker = run.client_cost.checker.as_ref()?;
    let share = is_long_enough_for_shares(run.measured_ns())
        .then(|| checker.cpu_ns() as f64 / run.elapsed_ns as f64);
    Some(MeasuredCheck::new(
        CheckCode::CheckerThread,
        share,
        Some(BUSY_LIMIT),
    ))
}

fn waiting(run: &Evidence<'_>) -> MeasuredCheck {
    let share = worst_share(run, |thread| thread.run_queue_wait_ns);
    MeasuredCheck::new(CheckCode::WaitingForProcessor, share, Some(WAITING_LIMIT))
}

/// Stolen time is read before and after the whole run, warm-up included.
fn stolen(run: &Evidence<'_>) -> MeasuredCheck {
    let machine_ns = run.elapsed_ns as f64 * f64::from(run.cores);
    let stolen_ns = run
        .client_cost
        .stolen_ns
        .filter(|_| is_long_enough_for_shares(run.measured_ns()));
    let share = |ns: u64| ns as f64 / machine_ns;
    // The difference of two whole numbers of ticks may be a tick too great.
    let surely_ns = stolen_ns.map(|ns| ns.saturating_sub(stolen_time::TICK_NS));
    MeasuredCheck::new(
        CheckCode::StolenTime,
        stolen_ns.map(share),
        Some(STOLEN_LIMIT),
    )
    .decided_by(surely_ns.map(share))
}

fn hiccup(run: &Evidence<'_>) -> MeasuredCheck {
    let worst_ns = run.client_cost.hiccup_max_ns.map(|ns| ns as f64);
    let limit_ns = HICCUP_LIMIT.as_nanos() as f64;
    MeasuredCheck::new(CheckCode::WorstHiccup, worst_ns, Some(limit_ns))
}

/// Only an open loop has a schedule to lag behind.
fn lag(run: &Evidence<'_>) -> Option<MeasuredCheck> {
    let Latency { response, lag, .. } = &run.latency;
    let lag_ns = lag.as_ref()?.quantile_ns(Quantile::P99);
    let tenth_ns = response
        .quantile_ns(Quantile::P99)
        .map_or(0.0, |ns| ns as f64 * LAG_SHARE_LIMIT);
    let limit_ns = tenth_ns.floor().max(LAG_LIMIT.as_nanos() as f64);
    Some(MeasuredCheck::new(
        CheckCode::ScheduleLagP99,
        lag_ns.map(|ns| ns as f64),
        Some(limit_ns),
    ))
}

/// Shown, and never held against the client: whether it kept to the schedule is what the lag says.
fn achieved(run: &Evidence<'_>) -> Option<MeasuredCheck> {
    let offered = run
        .totals
        .offered_per_s(run.workload, run.warmup_ns, run.interrupted)?;
    let achieved = run.totals.requests_per_s.map(Finite::value);
    Some(MeasuredCheck::new(
        CheckCode::AchievedRate,
        achieved,
        Some(offered),
    ))
}

/// Little's law, N = X · R: in a closed loop N is known, so rate times mean latency must come to it.
fn connections_in_flight(run: &Evidence<'_>) -> Option<MeasuredCheck> {
    let LoadMode::Closed = run.workload.mode else {
        return None;
    };
    let in_flight = f64::from(run.workload.connections) * f64::from(run.workload.pipeline_depth);
    let mean_s = run.latency.response.mean_ns().map(|ns| ns as f64 / 1e9);
    let rate = run.totals.requests_per_s.map(Finite::value);
    let share = rate
        .zip(mean_s)
        .filter(|_| is_steady(run))
        .map(|(rate, mean_s)| rate * mean_s / in_flight);
    Some(MeasuredCheck::new(
        CheckCode::ConnectionsInFlight,
        share,
        Some(IN_FLIGHT_LIMIT),
    ))
}

/// Little's law of any loop: requests counted in flight against rate times mean service time. The count comes from samples, the service
/// time from time stamps: if they disagree, one of them is wrong.
fn little(run: &Evidence<'_>) -> MeasuredCheck {
    let residual = || {
        let Latency {
            response, service, ..
        } = &run.latency;
        let mean_s = service.as_ref().unwrap_or(response).mean_ns()? as f64 / 1e9;
        let expected = run.totals.requests_per_s?.value() * mean_s;
        let seen = run.totals.in_flight?.value();
        // The relative error of a mean of counts falls with the root of what was counted.
        let counted = seen.min(expected) * run.totals.in_flight_looks as f64;
        (is_steady(run) && counted >= LITTLE_LEAST_SEEN).then(|| (seen - expected).abs() / expected)
    };
    MeasuredCheck::new(
        CheckCode::LittlesLawResidual,
        residual(),
        Some(LITTLE_LIMIT),
    )
}

fn is_steady(run: &Evidence<'_>) -> bool {
    Duration::from_nanos(run.measured_ns()) >= STEADY && run.totals.failed() == 0
}

#[cfg(test)]
mod tests;
