//! A run in words and one small table, for the person who made it.

mod latencies;

use std::fmt::Write as _;

use loadgen::validity;
use results::units::{bytes, count, number, percent, time, time_of};
use results::{Fairness, Finite, LoadMode, Run, RunLimit, Threshold, ValidityVerdict};

use crate::answers;

/// The summary, wrapped to so many columns. A number that is not known is written `n/a`.
pub(crate) fn text(run: &Run, room: usize) -> String {
    let name = match run.label == run.target.address {
        true => run.label.clone(),
        false => format!("{} ({})", run.label, run.target.address),
    };
    let mut lines = vec![("run", name), ("rate", rate(run))];
    lines.extend(latencies::lines(run));
    lines.extend(answers::lines(&run.correctness));
    lines.extend(
        run.totals
            .failures
            .iter()
            .map(|(reason, failures)| ("failures", format!("{} × {reason}", count(*failures)))),
    );
    lines.extend(
        run.thresholds
            .iter()
            .map(|threshold| ("limit", kept(threshold))),
    );
    lines.extend(
        run.fairness
            .as_ref()
            .map(|fairness| ("spread", spread(fairness, run.warmup_ns > 0))),
    );
    lines.push(("server", server(run)));
    lines.push(("client", client(run)));
    lines.push(("valid", valid(run)));
    report::headed_lines(&lines, room)
}

fn kept(threshold: &Threshold) -> String {
    let kept = if threshold.met { "kept" } else { "MISSED" };
    format!("{} {kept}: {}", threshold.expression, threshold.reading)
}

fn rate(run: &Run) -> String {
    let achieved = run.totals.requests_per_s.map(Finite::value);
    let rate = achieved.map_or("n/a".to_owned(), number);
    let mut text = format!(
        "{rate} requests/s: {} answered in {}",
        count(run.totals.completed),
        time(run.measured_ns())
    );
    if let (Some(offered), Some(achieved)) = (run.offered_per_s(), achieved) {
        let _ = write!(
            text,
            "; {} offered, {} achieved",
            number(offered),
            percent(achieved / offered)
        );
    }
    if let Some((unsent_ns, requests)) = unsent(run) {
        let _ = write!(
            text,
            "; the last {} of the schedule, some {} requests, were not sent: no connection was left",
            time(unsent_ns),
            number(requests)
        );
    }
    if run.warmup_ns > 0 {
        let _ = write!(
            text,
            "; the first {} were cut off as warm-up",
            time(run.warmup_ns)
        );
    }
    if run.totals.delayed > 0 {
        let _ = write!(
            text,
            "; {} held back because too many were in flight",
            count(run.totals.delayed)
        );
    }
    text
}

/// How much of the schedule's time was left when the last connection was lost, and how many requests that was; `None` of a schedule
/// that was sent to its end.
fn unsent(run: &Run) -> Option<(u64, f64)> {
    let (LoadMode::Open { rate_per_s, .. }, RunLimit::Duration { duration_ns }) =
        (run.workload.mode, run.workload.limit)
    else {
        return None;
    };
    let left_ns = duration_ns.saturating_sub(run.elapsed_ns);
    let ended_early = !run.interrupted && run.totals.failed() > 0 && left_ns > duration_ns / 100;
    ended_early.then(|| (left_ns, (rate_per_s.value() * left_ns as f64 / 1e9).round()))
}

/// How evenly the connections were served. That is counted from the first request on, also where the latencies are not.
fn spread(fairness: &Fairness, has_warmup: bool) -> String {
    let known = |value: Option<String>| value.unwrap_or_else(|| "n/a".to_owned());
    let mut text = format!(
        "{} to {} replies on each of {} connections (Jain's index {}), worst p99 {}",
        count(fairness.completed_min),
        count(fairness.completed_max),
        count(fairness.connections.into()),
        known(
            fairness
                .jain_index
                .map(|index| format!("{:.2}", index.value()))
        ),
        known(fairness.worst_p99_ns.map(time)),
    );
    if has_warmup {
        text += ", over the whole run, warm-up included";
    }
    if fairness.starved > 0 {
        let first: Vec<_> = fairness.starved_first.iter().map(u32::to_string).collect();
        let more = match u64::from(fairness.starved) - first.len() as u64 {
            0 => String::new(),
            more => format!(" and {} more", count(more)),
        };
        let _ = write!(
            text,
            "; STARVED: number {}{more} got nothing or less than a tenth of the mean",
            first.join(", ")
        );
    }
    text
}

fn server(run: &Run) -> String {
    let Some(cost) = &run.server_cost else {
        return "cost unknown: the server has no INFO. Pass --server-pid for a local server"
            .to_owned();
    };
    let per_request = |total: Option<u64>| {
        Some(total? as f64 / run.totals.completed as f64).filter(|cost| cost.is_finite())
    };
    let known = |value: Option<String>| value.unwrap_or_else(|| "n/a".to_owned());
    format!(
        "{} CPU per request ({} user, {} system), {} switches per request, {} resident, {}",
        known(per_request(cost.cpu_ns()).map(time_of)),
        known(per_request(cost.cpu_user_ns).map(time_of)),
        known(per_request(cost.cpu_system_ns).map(time_of)),
        known(per_request(cost.switches()).map(number)),
        known(cost.rss_bytes.map(|rss| bytes(rss as f64))),
        cost.threads.map_or("n/a threads".to_owned(), threads),
    )
}

fn threads(number: u64) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} thread{plural}", count(number))
}

fn client(run: &Run) -> String {
    let cpu_ns = run.client_cost.cpu_ns() as f64;
    let per_request = cpu_ns / run.totals.completed as f64;
    let number_of_threads = run.client_cost.threads.len();
    if number_of_threads == 0 || !per_request.is_finite() {
        return "n/a".to_owned();
    }
    let busy = cpu_ns / (run.measured_ns() as f64 * number_of_threads as f64);
    let mut text = format!(
        "{} CPU per request, {} busy {}",
        time_of(per_request),
        threads(number_of_threads as u64),
        percent(busy)
    );
    // The checker works during the warm-up too: its time is divided by all that it checked.
    let checked: u64 = run
        .intervals
        .iter()
        .map(|interval| interval.completed)
        .sum();
    if let Some(checker) = &run.client_cost.checker
        && checked > 0
    {
        let _ = write!(
            text,
            "; and the checker thread {}, busy {}",
            time_of(checker.cpu_ns() as f64 / checked as f64),
            percent(checker.cpu_ns() as f64 / run.elapsed_ns as f64)
        );
    }
    text
}

fn valid(run: &Run) -> String {
    let verdict = match run.validity.verdict {
        ValidityVerdict::Valid if !validity::is_long_enough_for_shares(run.measured_ns()) => {
            return format!(
                "yes, as far as {} can tell: what part of its time a client was busy or kept waiting is checked from {} on",
                time(run.measured_ns()),
                time(validity::SHORT.as_nanos() as u64)
            );
        }
        ValidityVerdict::Valid => "yes: the load generator did not limit the result",
        ValidityVerdict::Suspect => "suspect: ",
        ValidityVerdict::ClientBound => "client-bound: ",
    };
    format!("{verdict}{}", report::reasons(&run.validity).join("; "))
}

#[cfg(test)]
mod tests {
    use results::{FailureReason, example};

    use super::*;

    #[test]
    fn what_a_schedule_could_not_send_is_said() {
        let mut run = example::empty("a");
        run.workload.mode = LoadMode::Open {
            rate_per_s: Finite::new(1_000.0).unwrap(),
            arrival: results::Arrival::Constant,
            max_in_flight: 1,
        };
        run.workload.limit = RunLimit::Duration {
            duration_ns: 3_000_000_000,
        };
        run.elapsed_ns = 1_200_000_000;
        assert_eq!(unsent(&run), None, "nothing was lost");
        run.totals.failures.insert(FailureReason::Closed, 1);
        assert_eq!(unsent(&run), Some((1_800_000_000, 1_800.0)));
        run.elapsed_ns = 3_000_500_000;
        assert_eq!(unsent(&run), None, "all was sent");
        run.elapsed_ns = 1_200_000_000;
        run.interrupted = true;
        assert_eq!(unsent(&run), None, "the user did not want the rest");
    }

    #[test]
    fn what_covers_the_whole_run_says_so() {
        let mut run = example::open_loop("a");
        assert!(!text(&run, 80).contains("warm-up included"));
        run.warmup_ns = 1_000;
        assert!(text(&run, usize::MAX).contains("over the whole run, warm-up included"));
    }

    #[test]
    fn the_checker_thread_is_part_of_what_the_client_costs() {
        let mut run = example::open_loop("a");
        assert!(!client(&run).contains("checker"));
        run.client_cost.checker = run.client_cost.threads.first().cloned();
        let alone = client(&run)
            .split_once("; and the checker thread")
            .map(|(own, _)| own.to_owned());
        let of_one = alone.unwrap();
        assert!(
            client(&run)
                .matches(of_one.split(' ').next().unwrap())
                .count()
                >= 2
        );
    }

    #[test]
    fn a_run_that_is_too_short_for_a_verdict_says_how_far_it_goes() {
        let mut run = example::closed_loop("a");
        assert!(valid(&run).starts_with("yes: the load generator"));
        run.elapsed_ns = 2_000_000;
        assert!(valid(&run).starts_with("yes, as far as 2.00\u{a0}ms can tell"));
    }
}
