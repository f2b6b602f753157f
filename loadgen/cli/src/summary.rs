//! A run in words and one small table, for the person who made it.

mod latencies;

use loadgen::validity;
use results::units::{NOT_MEASURED, bytes, count, number, percent, time, time_of};
use results::{Fairness, Finite, LoadMode, Run, RunLimit, Threshold, ValidityVerdict};

use crate::replies;

/// The summary, wrapped to this many columns. A number that is not known is written `n/a`.
pub(crate) fn text(run: &Run, room: usize) -> String {
    let name = match run.label == run.target.address {
        true => run.label.clone(),
        false => format!("{} ({})", run.label, run.target.address),
    };
    let mut lines = vec![("run", name), ("rate", rate(run))];
    lines.extend(latencies::lines(run));
    lines.extend(replies::lines(&run.correctness));
    let failures = run.totals.failures.iter();
    lines.extend(failures.map(|(why, times)| ("failures", format!("{} × {why}", count(*times)))));
    let thresholds = run.thresholds.iter();
    lines.extend(thresholds.map(|threshold| ("threshold", met(threshold))));
    let fairness = run.fairness.iter();
    lines.extend(fairness.map(|fairness| ("spread", spread(fairness, run.warmup_ns > 0))));
    lines.push(("server", server(run)));
    lines.push(("client", client(run)));
    lines.push(("valid", valid(run)));
    report::headed_lines(&lines, room)
}

fn met(threshold: &Threshold) -> String {
    let met = if threshold.met { "met" } else { "MISSED" };
    format!("{} {met}: {}", threshold.expression, threshold.reading)
}

fn known(value: Option<String>) -> String {
    value.unwrap_or_else(|| NOT_MEASURED.to_owned())
}

fn rate(run: &Run) -> String {
    let (totals, achieved) = (&run.totals, run.totals.requests_per_s.map(Finite::value));
    let (completed, measured) = (count(totals.completed), time(run.measured_ns()));
    let rate = known(achieved.map(number));
    let mut parts = vec![format!(
        "{rate} requests/s: {completed} answered in {measured}"
    )];
    if let (Some(offered), Some(achieved)) = (run.offered_per_s(), achieved) {
        let share = percent(achieved / offered);
        parts.push(format!("{} offered, {share} achieved", number(offered)));
    }
    if let Some((unsent_ns, requests)) = unsent(run) {
        let (time, requests) = (time(unsent_ns), number(requests));
        parts.push(format!(
            "the last {time} of the schedule, about {requests} requests, were not sent: all connections were lost"
        ));
    }
    if run.warmup_ns > 0 {
        parts.push(format!(
            "the first {} were cut off as warm-up",
            time(run.warmup_ns)
        ));
    }
    if totals.delayed > 0 {
        let delayed = count(totals.delayed);
        parts.push(format!(
            "{delayed} held back because too many were in flight"
        ));
    }
    parts.join("; ")
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

/// How evenly the connections were served, counted from the first request on: the warm-up is part of it.
fn spread(fairness: &Fairness, has_warmup: bool) -> String {
    let jain_index = fairness
        .jain_index
        .map(|index| format!("{:.2}", index.value()));
    let mut text = format!(
        "{} to {} replies on each of {} connections (Jain's index {}), worst p99 {}",
        count(fairness.completed_min),
        count(fairness.completed_max),
        count(fairness.connections.into()),
        known(jain_index),
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
        let first = first.join(", ");
        text += &format!("; STARVED: number {first}{more} got less than a tenth of the mean");
    }
    text
}

fn server(run: &Run) -> String {
    let Some(cost) = &run.server_cost else {
        return "cost unknown: the server has no INFO. Pass --server-pid for a local server"
            .to_owned();
    };
    let per_request = |total: Option<u64>, text: fn(f64) -> String| {
        let share = total.map(|total| total as f64 / run.totals.completed as f64);
        known(share.filter(|share| share.is_finite()).map(text))
    };
    format!(
        "{} CPU per request ({} user, {} system), {} switches per request, {} resident, {}",
        per_request(cost.cpu_ns(), time_of),
        per_request(cost.cpu_user_ns, time_of),
        per_request(cost.cpu_system_ns, time_of),
        per_request(cost.switches(), number),
        known(cost.rss_bytes.map(|rss| bytes(rss as f64))),
        cost.threads.map_or("n/a threads".to_owned(), threads),
    )
}

fn threads(number: u64) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} thread{plural}", count(number))
}

fn client(run: &Run) -> String {
    let (cost, cpu_ns) = (&run.client_cost, run.client_cost.cpu_ns() as f64);
    let per_request = cpu_ns / run.totals.completed as f64;
    if cost.threads.is_empty() || !per_request.is_finite() {
        return NOT_MEASURED.to_owned();
    }
    let number = cost.threads.len() as u64;
    let busy = percent(cpu_ns / (run.measured_ns() as f64 * number as f64));
    let (per_request, threads) = (time_of(per_request), threads(number));
    let text = format!("{per_request} CPU per request, {threads} busy {busy}");
    // The checker works during the warm-up too: its time is divided by all that it checked.
    let checked: u64 = run
        .intervals
        .iter()
        .map(|interval| interval.completed)
        .sum();
    match cost.checker.as_ref().filter(|_| checked > 0) {
        None => text,
        Some(checker) => {
            let cpu_ns = checker.cpu_ns() as f64;
            let per_request = time_of(cpu_ns / checked as f64);
            let busy = percent(cpu_ns / run.elapsed_ns as f64);
            format!("{text}; and the checker thread {per_request}, busy {busy}")
        }
    }
}

fn valid(run: &Run) -> String {
    let measured_ns = run.measured_ns();
    let verdict = match run.validity.verdict {
        ValidityVerdict::Valid if !validity::is_long_enough_for_shares(measured_ns) => {
            let (measured, enough) = (time(measured_ns), time(validity::SHORT.as_nanos() as u64));
            return format!(
                "yes, as far as {measured} can show: whether a client was too busy is checked in runs of at least {enough}"
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
    fn requests_that_a_schedule_could_not_send_are_reported() {
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
    fn a_spread_that_includes_the_warm_up_says_so() {
        let mut run = example::open_loop("a");
        assert!(!text(&run, 80).contains("warm-up included"));
        run.warmup_ns = 1_000;
        assert!(text(&run, usize::MAX).contains("over the whole run, warm-up included"));
    }

    #[test]
    fn the_client_line_includes_the_checker_thread() {
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
    fn a_valid_run_that_is_short_says_what_was_not_checked() {
        let mut run = example::closed_loop("a");
        assert!(valid(&run).starts_with("yes: the load generator"));
        run.elapsed_ns = 2_000_000;
        assert!(valid(&run).starts_with("yes, as far as 2.00\u{a0}ms can show"));
    }
}
