//! The null floor: the same load on a responder that does nothing. Is it to be believed, and is a run told from it?

use results::{LoadMode, Quantile, Run, Validity, ValidityVerdict};

use super::finding::Finding;
use super::{checks, sum_up};

/// Nearer to what nothing can do than this, a run says little about its server.
const FLOOR_LIMIT: f64 = 0.90;

/// Every check that a run against such a responder allows. In a closed loop the client is the limit there by design: that it is busy
/// is what was asked for. A machine that disturbs it is as much in the way as ever.
pub(crate) fn of_floor(run: &Run) -> Validity {
    let found = checks(run).into_iter();
    match run.workload.mode {
        LoadMode::Closed => {
            sum_up(found.map(|finding| finding.unless(ValidityVerdict::ClientBound)))
        }
        LoadMode::Open { .. } => sum_up(found),
    }
}

/// Checks a run against the same load on a responder that does nothing: what is as fast as that was the load generator and the kernel.
pub(crate) fn compare_with_floor(run: &mut Run, floor: &Run) {
    let rate = |run: &Run| run.totals.requests_per_s.map(results::Finite::value);
    let p50_ns = |run: &Run| run.latency.response.quantile_ns(Quantile::P50);
    if floor.validity.verdict != ValidityVerdict::Valid {
        Finding::new(
            "the null floor's own measurement",
            Some("in doubt".to_owned()),
            "valid".to_owned(),
            true,
            ValidityVerdict::Suspect,
            &format!(
                "nothing can be held against a floor that nobody believes ({}); repeat loadgen calibrate",
                floor.validity.reasons.join("; ")
            ),
        )
        .add_to(&mut run.validity);
    }
    let finding = match run.workload.mode {
        LoadMode::Closed => Finding::share(
            "rate as a part of the null floor's",
            rate(run).zip(rate(floor)).map(|(run, floor)| run / floor),
            FLOOR_LIMIT,
            ValidityVerdict::ClientBound,
            "a server that does nothing is hardly faster; try a greater -t, or another machine for the client",
        ),
        LoadMode::Open { .. } => Finding::share(
            "the null floor's p50 as a part of this run's",
            p50_ns(run)
                .zip(p50_ns(floor))
                .map(|(run, floor)| floor as f64 / run as f64),
            FLOOR_LIMIT,
            ValidityVerdict::Suspect,
            "a server that does nothing answers hardly sooner: the latencies are the client's and the kernel's",
        ),
    };
    if let Some(finding) = finding {
        finding.add_to(&mut run.validity);
    }
}
