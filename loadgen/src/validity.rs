//! Could the load generator measure this run? A verdict on the client and its machine, not on the server.

mod baseline;
mod finding;

use std::time::Duration;

use results::units::{number, percent, time};
use results::{Latency, LoadMode, Quantile, Run, Validity, ValidityVerdict};

use crate::machine::stolen_time;
pub(crate) use baseline::{compare_with_floor, of_floor};
use finding::Finding;

/// A thread that is busy for more of the run than this had no time left to be punctual.
const BUSY_LIMIT: f64 = 0.95;

/// A thread that waited for a processor for more of the run than this saw replies late, and booked its own delay.
const WAITING_LIMIT: f64 = 0.10;

/// More of this machine's time given to others is felt in every percentile.
const STOLEN_LIMIT: f64 = 0.02;

/// A longer sleep than was asked for is longer than most of what is measured.
const HICCUP_LIMIT: Duration = Duration::from_millis(20);

/// A lag is harmless below this, or where it is a small part of what users wait.
const LAG_LIMIT: Duration = Duration::from_millis(1);
const LAG_SHARE_LIMIT: f64 = 0.10;

/// In a closed loop every connection is to be in flight all the time; the rest was spent in the load generator.
const OCCUPIED_LIMIT: f64 = 0.80;

/// What was seen in flight may differ from rate times mean latency by this part, where enough was seen.
const LITTLE_LIMIT: f64 = 0.20;
const LITTLE_LEAST_SEEN: f64 = 1_000.0;

/// A shorter run is mostly beginning and end, and Little's law is one of steady states.
const STEADY: Duration = Duration::from_secs(1);

/// Of a shorter run no shares are judged: a single slice of the scheduler, or tick of the kernel's clock, would be all of the verdict.
pub(crate) const SHORT: Duration = Duration::from_millis(100);

/// Makes every check that this run allows.
pub(crate) fn of(run: &Run) -> Validity {
    sum_up(checks(run))
}

fn checks(run: &Run) -> Vec<Finding> {
    let all = [
        busy(run),
        judging(run),
        waiting(run),
        stolen(run),
        hiccup(run),
        lag(run),
        achieved(run),
        occupied(run),
        little(run),
    ];
    all.into_iter().flatten().collect()
}

fn sum_up(found: impl IntoIterator<Item = Finding>) -> Validity {
    let mut validity = Validity {
        verdict: ValidityVerdict::Valid,
        reasons: Vec::new(),
        checks: Vec::new(),
    };
    found
        .into_iter()
        .for_each(|finding| finding.add_to(&mut validity));
    validity
}

/// The part of the run that the worst client thread spent so.
fn worst_share(run: &Run, part_ns: impl Fn(&results::ThreadCost) -> Option<u64>) -> Option<f64> {
    let worst_ns = run.client_cost.threads.iter().map(part_ns).max().flatten();
    worst_ns
        .filter(|_| shares_count(run))
        .map(|ns| ns as f64 / run.measured_ns() as f64)
}

/// Whether the run is long enough for shares of its time.
pub(crate) fn shares_count(run: &Run) -> bool {
    Duration::from_nanos(run.measured_ns()) >= SHORT
}

fn busy(run: &Run) -> Option<Finding> {
    let share = worst_share(run, |thread| Some(thread.cpu_ns()));
    let reason =
        "the rate is what the client could ask, not what the server could answer; try a greater -t";
    Finding::share(
        "busiest client thread",
        share,
        BUSY_LIMIT,
        ValidityVerdict::ClientBound,
        reason,
    )
}

/// The judge of several threads works in a thread of its own, during the warm-up too.
fn judging(run: &Run) -> Option<Finding> {
    let judge = run.client_cost.judge.as_ref()?;
    let share = shares_count(run).then(|| judge.cpu_ns() as f64 / run.elapsed_ns as f64);
    Finding::share(
        "the judge's thread",
        share,
        BUSY_LIMIT,
        ValidityVerdict::ClientBound,
        "client threads had to wait for it; lower the rate, or judge less closely (--check replies)",
    )
}

fn waiting(run: &Run) -> Option<Finding> {
    let share = worst_share(run, |thread| thread.run_queue_wait_ns);
    let reason = "the latencies contain that wait; leave the client a processor of its own";
    Finding::share(
        "client thread waiting for a processor",
        share,
        WAITING_LIMIT,
        ValidityVerdict::Suspect,
        reason,
    )
}

/// It is read before and after the whole run, warm-up included.
fn stolen(run: &Run) -> Option<Finding> {
    let machine_ns = run.elapsed_ns as f64 * f64::from(run.host.cores);
    let stolen_ns = run.client_cost.stolen_ns.filter(|_| shares_count(run));
    let share = |ns: u64| ns as f64 / machine_ns;
    // The difference of two whole numbers of ticks may be a tick too great.
    let surely_ns = stolen_ns.map(|ns| ns.saturating_sub(stolen_time::TICK_NS));
    let reason =
        "the hypervisor gave this machine's time to others; repeat the run elsewhere or later";
    Some(Finding::new(
        "stolen time",
        stolen_ns.map(|ns| percent(share(ns))),
        format!("at most {}", percent(STOLEN_LIMIT)),
        surely_ns.is_some_and(|ns| share(ns) > STOLEN_LIMIT),
        ValidityVerdict::Suspect,
        reason,
    ))
}

fn hiccup(run: &Run) -> Option<Finding> {
    let worst_ns = run.client_cost.hiccup_max_ns;
    let limit_ns = HICCUP_LIMIT.as_nanos() as u64;
    let fails = worst_ns.is_some_and(|ns| ns > limit_ns);
    let reason = "this machine, or this process, stood still for so long; the longest latencies may be its own";
    Some(Finding::new(
        "worst hiccup",
        worst_ns.map(time),
        format!("at most {}", time(limit_ns)),
        fails,
        ValidityVerdict::Suspect,
        reason,
    ))
}

/// Only an open loop has a schedule to lag behind.
fn lag(run: &Run) -> Option<Finding> {
    let Latency { response, lag, .. } = &run.latency;
    let lag_ns = lag.as_ref()?.quantile_ns(Quantile::P99);
    let tenth_ns = response
        .quantile_ns(Quantile::P99)
        .map_or(0.0, |ns| ns as f64 * LAG_SHARE_LIMIT) as u64;
    let limit_ns = tenth_ns.max(LAG_LIMIT.as_nanos() as u64);
    let fails = lag_ns.is_some_and(|ns| ns > limit_ns);
    let reason = "requests left late by the load generator's own fault; lower -r or raise -t";
    Some(Finding::new(
        "schedule lag p99",
        lag_ns.map(time),
        format!("at most {}", time(limit_ns)),
        fails,
        ValidityVerdict::ClientBound,
        reason,
    ))
}

/// CheckTotals, and never held against the client: whether it kept to the schedule is what the lag says.
fn achieved(run: &Run) -> Option<Finding> {
    let offered = run.offered_per_s()?;
    let share = run
        .totals
        .requests_per_s
        .map(|achieved| achieved.value() / offered);
    let limit = format!("{} requests/s offered", number(offered));
    Some(Finding::new(
        "achieved of offered",
        share.map(percent),
        limit,
        false,
        ValidityVerdict::Valid,
        "",
    ))
}

/// Little's law, N = X · R: in a closed loop N is known, so rate times mean latency must come to it.
fn occupied(run: &Run) -> Option<Finding> {
    let LoadMode::Closed = run.workload.mode else {
        return None;
    };
    let in_flight = f64::from(run.workload.connections) * f64::from(run.workload.pipeline_depth);
    let mean_s = run.latency.response.mean_ns().map(|ns| ns as f64 / 1e9);
    let rate = run.totals.requests_per_s.map(results::Finite::value);
    let steady = Duration::from_nanos(run.measured_ns()) >= STEADY && run.totals.failed() == 0;
    let share = rate
        .zip(mean_s)
        .filter(|_| steady)
        .map(|(rate, mean_s)| rate * mean_s / in_flight);
    let fails = share.is_some_and(|share| share < OCCUPIED_LIMIT);
    let reason =
        "between a reply and the next request the load generator took its time; try a greater -t";
    Some(Finding::new(
        "connections in flight (Little's law)",
        share.map(percent),
        format!("at least {}", percent(OCCUPIED_LIMIT)),
        fails,
        ValidityVerdict::ClientBound,
        reason,
    ))
}

/// Little's law of any loop: what was seen in flight against rate times mean service time. They come from different books, one kept by
/// looking and one by time stamps: if they disagree, one of them is wrong.
fn little(run: &Run) -> Option<Finding> {
    let residual = || {
        let Latency {
            response, service, ..
        } = &run.latency;
        let mean_s = service.as_ref().unwrap_or(response).mean_ns()? as f64 / 1e9;
        let expected = run.totals.requests_per_s?.value() * mean_s;
        let seen = run.totals.in_flight?.value();
        let steady = Duration::from_nanos(run.measured_ns()) >= STEADY && run.totals.failed() == 0;
        // The relative error of a mean of counts falls with the root of what was counted.
        let counted = seen.min(expected) * run.totals.in_flight_looks as f64;
        (steady && counted >= LITTLE_LEAST_SEEN).then(|| (seen - expected).abs() / expected)
    };
    let reason = "the counts of requests in flight and the latencies do not belong together";
    Finding::share(
        "residual of Little's law",
        residual(),
        LITTLE_LIMIT,
        ValidityVerdict::Suspect,
        reason,
    )
}

#[cfg(test)]
mod tests;
