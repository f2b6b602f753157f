//! The baseline: the same load on a server that does no work. Checks the baseline, and compares runs with it.

use results::{
    Check, CheckCode, LoadMode, MeasuredCheck, Quantile, Run, Validity, ValidityVerdict,
};

use super::{add, checks, sum_up, verdict_if_failed};

/// A run closer to its baseline than this says little about its server.
const BASELINE_LIMIT: f64 = 0.90;

/// Makes every check that applies to a baseline. In a closed loop the client is the limit by design, so its own checks
/// cannot fail; those of the machine can.
pub fn of_baseline(run: &Run) -> Validity {
    let mut checks = checks(&run.into());
    if run.workload.mode == LoadMode::Closed {
        for check in &mut checks {
            if verdict_if_failed(check.code) == ValidityVerdict::ClientBound {
                *check =
                    MeasuredCheck::new(check.code, check.value.map(results::Finite::value), None);
            }
        }
    }
    sum_up(checks)
}

/// Compares a run with its baseline. A run as fast as its baseline measured the load generator and the kernel, not the server.
pub fn compare_with_baseline(run: &mut Run, baseline: &Run) {
    let rate = |run: &Run| run.totals.requests_per_s.map(results::Finite::value);
    let p50_ns = |run: &Run| run.latency.response.quantile_ns(Quantile::P50);
    if baseline.validity.verdict != ValidityVerdict::Valid {
        let failed: Vec<Check> = baseline.validity.failed().cloned().collect();
        // An invalid baseline that names no failed check counts as one failed check.
        let number = failed.len().max(1) as f64;
        let check = MeasuredCheck::new(CheckCode::BaselineFailedChecks, Some(number), Some(0.0));
        add(
            &mut run.validity,
            MeasuredCheck {
                because: failed,
                ..check
            },
        );
    }
    let limit = Some(BASELINE_LIMIT);
    let check = match run.workload.mode {
        LoadMode::Closed => {
            let share = rate(run)
                .zip(rate(baseline))
                .map(|(run, baseline)| run / baseline);
            MeasuredCheck::new(CheckCode::RateOfBaseline, share, limit)
        }
        LoadMode::Open { .. } => {
            let both_ns = p50_ns(run).zip(p50_ns(baseline));
            let share = both_ns.map(|(run, baseline)| baseline as f64 / run as f64);
            MeasuredCheck::new(CheckCode::BaselineP50, share, limit)
        }
    };
    add(&mut run.validity, check);
}
