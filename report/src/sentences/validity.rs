//! The checks of the load generator in words: what each measured, its limit, what a failure means and what to do.

use results::{Bound, Check, CheckCode, MeasuredCheck, Run, Validity, units};

/// Why a run is not valid: each failed check in a sentence, with what it means and what to do. Empty of a valid run.
pub fn reasons(validity: &Validity) -> Vec<String> {
    let all = with_kinds(validity).into_iter();
    all.map(|(_, reason)| reason).collect()
}

/// The reasons of several runs: each kind once, in the words of the first run that has it, with the indexes of all runs that have it.
pub fn reasons_of_runs<'a>(runs: impl IntoIterator<Item = &'a Run>) -> Vec<(String, Vec<usize>)> {
    let mut kinds: Vec<(String, String, Vec<usize>)> = Vec::new();
    for (index, run) in runs.into_iter().enumerate() {
        for (kind, reason) in with_kinds(&run.validity) {
            match kinds.iter_mut().find(|(known, ..)| *known == kind) {
                Some((_, _, indexes)) => indexes.push(index),
                None => kinds.push((kind, reason, vec![index])),
            }
        }
    }
    let without_kind = |(_, reason, indexes)| (reason, indexes);
    kinds.into_iter().map(without_kind).collect()
}

/// Each reason after its kind. Reasons of one kind differ in their numbers only.
fn with_kinds(validity: &Validity) -> Vec<(String, String)> {
    if validity.reasons_v1.is_empty() {
        let reason = |check: &Check| (check_in_words(check)[0].clone(), reason(check));
        return validity.failed().map(reason).collect();
    }
    let kind = |reason: &str| reason.replace(|letter: char| letter.is_ascii_digit(), "");
    let reasons = validity.reasons_v1.iter();
    reasons.map(|text| (kind(text), text.clone())).collect()
}

/// What a check measured, the value, and the limit.
pub fn check_in_words(check: &Check) -> [String; 3] {
    let check = match check {
        Check::Measured(check) => check,
        Check::Text(text) => return [&text.name, &text.reading, &text.limit].map(String::clone),
    };
    let text = |value: results::Finite| check.unit.text(value.value());
    [
        name(check.code).to_owned(),
        check.value.map_or(units::NOT_MEASURED.to_owned(), text),
        match (check.limit.map(text), check.code.bound()) {
            (None, _) => "shown, not checked here".to_owned(),
            (Some(limit), Bound::AtMost) => format!("at most {limit}"),
            (Some(limit), Bound::AtLeast) => format!("at least {limit}"),
            (Some(limit), Bound::Either) => format!("{limit} offered"),
        },
    ]
}

fn reason(check: &Check) -> String {
    let [name, value, limit] = check_in_words(check);
    let failure = format!("{name} is {value}, should be {limit}");
    match check {
        Check::Measured(check) => format!("{failure}: {}", meaning(check)),
        Check::Text(_) => failure,
    }
}

fn name(code: CheckCode) -> &'static str {
    match code {
        CheckCode::BusiestClientThread => "busiest client thread",
        CheckCode::CheckerThread => "checker thread",
        CheckCode::WaitingForProcessor => "client thread waiting for a processor",
        CheckCode::StolenTime => "stolen time",
        CheckCode::WorstHiccup => "worst hiccup",
        CheckCode::ScheduleLagP99 => "schedule lag p99",
        CheckCode::AchievedRate => "achieved rate",
        CheckCode::ConnectionsInFlight => "connections in flight (Little's law)",
        CheckCode::LittlesLawResidual => "residual of Little's law",
        CheckCode::BaselineFailedChecks => "failed checks of the baseline",
        CheckCode::RateOfBaseline => "rate as a share of the baseline's",
        CheckCode::BaselineP50 => "the baseline's p50 as a share of this run's",
    }
}

/// What it means that the check failed, and what to do.
fn meaning(check: &MeasuredCheck) -> String {
    let meaning = match check.code {
        CheckCode::BusiestClientThread => {
            "the rate is what the client could send, not what the server could answer; try a greater -t"
        }
        CheckCode::CheckerThread => {
            "client threads had to wait for it; lower the rate, or check less (--check replies)"
        }
        CheckCode::WaitingForProcessor => {
            "the latencies contain that wait; leave the client a processor of its own"
        }
        CheckCode::StolenTime => {
            "the hypervisor gave this machine's time to others; repeat the run elsewhere or later"
        }
        CheckCode::WorstHiccup => {
            "this machine, or this process, stood still for so long; the longest latencies may be its own"
        }
        CheckCode::ScheduleLagP99 => "the load generator sent requests late; lower -r or raise -t",
        CheckCode::AchievedRate => "the server did not keep up",
        CheckCode::ConnectionsInFlight => {
            "the load generator took time between a reply and the next request; try a greater -t"
        }
        CheckCode::LittlesLawResidual => {
            "the counts of requests in flight contradict the latencies"
        }
        CheckCode::BaselineFailedChecks => {
            let failed = check.because.iter().map(reason);
            return format!(
                "an invalid baseline cannot be compared with ({}); repeat loadgen calibrate",
                failed.collect::<Vec<_>>().join("; ")
            );
        }
        CheckCode::RateOfBaseline => {
            "a server that does nothing is hardly faster; try a greater -t, or another machine for the client"
        }
        CheckCode::BaselineP50 => {
            "a server that does nothing answers hardly sooner: the latencies are the client's and the kernel's"
        }
    };
    meaning.to_owned()
}

#[cfg(test)]
mod tests {
    use results::{CheckOutcome, TextCheck};

    use super::*;

    fn failed(code: CheckCode, value: f64, limit: f64) -> Check {
        let check = MeasuredCheck::new(code, Some(value), Some(limit));
        assert_eq!(check.outcome, CheckOutcome::Failed);
        Check::Measured(check)
    }

    fn validity(checks: Vec<Check>) -> Validity {
        Validity {
            checks,
            ..Validity::UNCHECKED
        }
    }

    fn plain(texts: &[String]) -> Vec<String> {
        texts
            .iter()
            .map(|text| text.replace('\u{a0}', " "))
            .collect()
    }

    #[test]
    fn a_reason_has_the_value_the_limit_the_meaning_and_the_remedy() {
        let checks = vec![
            failed(CheckCode::BusiestClientThread, 0.96, 0.95),
            failed(CheckCode::ScheduleLagP99, 12e6, 1e6),
            failed(CheckCode::ConnectionsInFlight, 0.5, 0.8),
        ];
        assert_eq!(
            plain(&reasons(&validity(checks))),
            [
                "busiest client thread is 96.0 %, should be at most 95.0 %: the rate is what the client could send, not what the \
                 server could answer; try a greater -t",
                "schedule lag p99 is 12.0 ms, should be at most 1.00 ms: the load generator sent requests late; lower -r or raise -t",
                "connections in flight (Little's law) is 50.0 %, should be at least 80.0 %: the load generator took time between a \
                 reply and the next request; try a greater -t",
            ]
        );
    }

    #[test]
    fn an_invalid_baseline_says_why() {
        let hiccup = failed(CheckCode::WorstHiccup, 500e6, 20e6);
        let Check::Measured(mut check) = failed(CheckCode::BaselineFailedChecks, 1.0, 0.0) else {
            return;
        };
        check.because = vec![hiccup];
        let said = &plain(&reasons(&validity(vec![Check::Measured(check)])))[0];
        assert!(
            said.starts_with(
                "failed checks of the baseline is 1, should be at most 0: an invalid baseline"
            ) && said.contains("(worst hiccup is 500 ms, "),
            "{said}"
        );
    }

    #[test]
    fn checks_and_reasons_of_version_1_keep_their_text() {
        let text = TextCheck {
            name: "worst hiccup".to_owned(),
            reading: "500 ms".to_owned(),
            limit: "at most 20 ms".to_owned(),
            outcome: CheckOutcome::Failed,
        };
        let old = Validity {
            reasons_v1: vec!["worst hiccup 500 ms, as it was written".to_owned()],
            ..validity(vec![Check::Text(text)])
        };
        assert_eq!(reasons(&old), old.reasons_v1);
        assert_eq!(
            check_in_words(&old.checks[0]),
            ["worst hiccup", "500 ms", "at most 20 ms"]
        );
    }

    #[test]
    fn a_kind_of_reason_is_given_once_with_the_runs_that_have_it() {
        let run = |lag_ns| {
            let mut run = results::example::open_loop("a");
            run.validity = validity(vec![failed(CheckCode::ScheduleLagP99, lag_ns, 1e6)]);
            run
        };
        let runs = [run(2e6), results::example::open_loop("b"), run(3e6)];
        let all = reasons_of_runs(&runs);
        assert_eq!(all.len(), 1);
        assert!(
            all[0].0.contains("2.00\u{a0}ms") && all[0].1 == [0, 2],
            "{all:?}"
        );
    }
}
