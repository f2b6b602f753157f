//! Checks whether the client and its machine could measure this run. It does not check the server.

mod baseline;

use std::time::Duration;

use results::{
    Check, CheckCode, CheckOutcome, ClientCost, Finite, Latency, LoadMode, MeasuredCheck, Quantile,
    Run, ThreadCost, Totals, Validity, ValidityVerdict, Workload,
};

use crate::machine::stolen_time;
pub use baseline::{compare_with_baseline, of_baseline};

/// A thread that is busy for a larger share of the run cannot send on time.
const BUSY_LIMIT: f64 = 0.95;

/// A thread that waits for a processor for a larger share of the run sees replies late and adds its own delay.
const WAITING_LIMIT: f64 = 0.10;

/// A larger share of stolen time affects every percentile.
const STOLEN_LIMIT: f64 = 0.02;

/// A longer oversleep exceeds most measured latencies.
const HICCUP_LIMIT: Duration = Duration::from_millis(20);

/// A lag is harmless below this, or if it is a small part of the response time.
const LAG_LIMIT: Duration = Duration::from_millis(1);
const LAG_SHARE_LIMIT: f64 = 0.10;

/// In a closed loop every connection has a request in flight; the remaining time was spent in the load generator.
const IN_FLIGHT_LIMIT: f64 = 0.80;

/// With enough samples, the requests in flight may differ from rate times mean latency by this part.
const LITTLE_LIMIT: f64 = 0.20;
const LITTLE_LEAST_SEEN: f64 = 1_000.0;

/// A shorter run is mostly start and end, and Little's law needs a steady state.
const STEADY: Duration = Duration::from_secs(1);

/// A shorter run's shares are not checked: one scheduler slice, or one tick of the kernel's clock, would decide.
pub const SHORT: Duration = Duration::from_millis(100);

/// The input of the checks.
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

/// Makes every check that applies to this run.
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

/// Adds a check; a failed one worsens the verdict.
fn add(validity: &mut Validity, check: MeasuredCheck) {
    if check.outcome == CheckOutcome::Failed {
        validity.verdict = validity.verdict.max(verdict_if_failed(check.code));
    }
    validity.checks.push(Check::Measured(check));
}

/// Returns the verdict on a run whose check failed.
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

/// Returns the largest share of the run that a client thread spent on `part_ns`.
fn worst_share(run: &Evidence<'_>, part_ns: impl Fn(&ThreadCost) -> Option<u64>) -> Option<f64> {
    let worst_ns = run.client_cost.threads.iter().map(part_ns).max().flatten();
    worst_ns
        .filter(|_| is_long_enough_for_shares(run.measured_ns()))
        .map(|ns| ns as f64 / run.measured_ns() as f64)
}

/// Whether the run is long enough to check shares of its time.
pub fn is_long_enough_for_shares(measured_ns: u64) -> bool {
    Duration::from_nanos(measured_ns) >= SHORT
}

fn busy(run: &Evidence<'_>) -> MeasuredCheck {
    let share = worst_share(run, |thread| Some(thread.cpu_ns()));
    MeasuredCheck::new(CheckCode::BusiestClientThread, share, Some(BUSY_LIMIT))
}

/// With several client threads the checker has its own thread, which also works during the warm-up.
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

/// Stolen time is read before and after the whole run, including the warm-up.
fn stolen(run: &Evidence<'_>) -> MeasuredCheck {
    let machine_ns = run.elapsed_ns as f64 * f64::from(run.cores);
    let stolen_ns = run
        .client_cost
        .stolen_ns
        .filter(|_| is_long_enough_for_shares(run.measured_ns()));
    let share = |ns: u64| ns as f64 / machine_ns;
    // The difference of two whole numbers of ticks may be one tick too large.
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

/// Only an open loop has a schedule, so only it has lag.
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

/// Informational only: the lag shows whether the client kept to its schedule.
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

/// Little's law, N = X · R: in a closed loop N is known, so rate times mean latency must equal it.
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

/// Little's law of any loop: compares the requests in flight with rate times mean service time. The count comes from samples,
/// the service time from time stamps: if they disagree, one is wrong.
fn little(run: &Evidence<'_>) -> MeasuredCheck {
    let residual = || {
        let Latency {
            response, service, ..
        } = &run.latency;
        let mean_s = service.as_ref().unwrap_or(response).mean_ns()? as f64 / 1e9;
        let expected = run.totals.requests_per_s?.value() * mean_s;
        let seen = run.totals.in_flight?.value();
        // The relative error of a mean of counts falls with the square root of the total count.
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
