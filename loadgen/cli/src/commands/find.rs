//! `loadgen find`: the greatest rate at which a server meets its thresholds.

use std::path::Path;

use loadgen::experiment::{RateSearch, Runner};
use results::units::{number, percent};
use results::{CheckCode, Finite, Run, Verdict};

use super::with_runner;
use crate::args::{AllowInvalid, FindArguments};
use crate::exit::{Exit, Reason};
use crate::invalid::why_invalid;

/// A server that answers a smaller share has fallen behind, whatever its latencies are.
const ACHIEVED: f64 = 0.98;

/// Searches the rate.
pub(crate) fn run(arguments: &FindArguments, command: &[String]) -> Result<Exit, Exit> {
    let (from, to) = (arguments.from, arguments.to);
    if arguments.load.rate.is_some() {
        let why = "find chooses the rate itself; leave out -r, or give --from and --to";
        return Err(Exit::usage(why));
    }
    let load = arguments.load.on(arguments.target.clone());
    load.rate_per_s(from as f64).build().map_err(Exit::usage)?;
    if from == 0 || from > to {
        return Err(Exit::usage(format!(
            "--from {from} --to {to} is not a range; write, for example, --from 1k --to 1M"
        )));
    }
    let mut search = RateSearch::new(from as f64, to as f64);
    with_runner(1, Path::new(""), |runner| {
        while let Some(rate) = search.next_rate() {
            match try_rate(rate, arguments, command, runner)? {
                None => search.kept = Some(rate),
                Some(miss) => search.missed = Some((rate, miss)),
            }
        }
        Ok::<(), Exit>(())
    })??;
    Ok(exit(search, arguments.allow))
}

/// Why a rate was too high.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Miss {
    why: String,
    /// Why the load generator itself may be the reason. An invalid run that met the thresholds does no harm.
    invalid: Option<String>,
}

/// Makes a run at a rate; returns why it is too high, if it is.
fn try_rate(
    rate: f64,
    arguments: &FindArguments,
    command: &[String],
    runner: &mut Runner<'_>,
) -> Result<Option<Miss>, Exit> {
    let load = arguments.load.on(arguments.target.clone());
    let load = load.rate_per_s(rate).command(command.to_vec());
    let config = load.build().map_err(Exit::usage)?;
    let name = format!("{} requests/s", number(rate));
    runner.begin(&name);
    let outcome = runner.run(config);
    // First: a run that Ctrl-C cut short has not failed.
    if runner.is_stopped() {
        let text = format!("while trying {name}");
        return Err(Exit::new(Reason::Interrupted, text));
    }
    let outcome = outcome.map_err(Exit::failed)?;
    if outcome.run.correctness.verdict == Verdict::Wrong {
        return Err(Exit::of(&outcome, arguments.allow));
    }
    let failure = outcome.failure.as_ref().map(ToString::to_string);
    let why = failure.or_else(|| too_high(&outcome.run, arguments));
    let invalid = why_invalid([&outcome.run]);
    let result = match (&why, &invalid) {
        (None, _) => "met".to_owned(),
        (Some(why), None) => why.clone(),
        (Some(why), Some(_)) => format!("{why}, in an invalid run"),
    };
    println!("{:>12} requests/s  {result}", number(rate));
    Ok(why.map(|why| Miss { why, invalid }))
}

/// Which threshold was missed, if one was.
fn too_high(run: &Run, arguments: &FindArguments) -> Option<String> {
    let mut checks = arguments.goals.iter().map(|goal| goal.check(run));
    if let Some(missed) = checks.find(|check| !check.met) {
        return Some(format!("{} is {}", missed.expression, missed.reading));
    }
    let achieved = run.totals.requests_per_s.map_or(0.0, Finite::value) / run.offered_per_s()?;
    if achieved < ACHIEVED {
        return Some(format!(
            "only {} of the requests were answered",
            percent(achieved)
        ));
    }
    // A client that limited the rate still met the thresholds; a late client may itself be why one was missed.
    let late = run.validity.failed_check(CheckCode::ScheduleLagP99)?;
    let [name, value, _] = report::check_in_words(late);
    Some(format!("the load generator was late ({name} {value})"))
}

/// What was found. A miss that the load generator may have caused says nothing about the server.
fn exit(search: RateSearch<Miss>, allow: AllowInvalid) -> Exit {
    let missed = search.missed.as_ref();
    let invalid = missed.and_then(|(_, miss)| miss.invalid.clone());
    let missed = missed.map(|(rate, miss)| (number(*rate), &miss.why));
    let found = match (search.kept.map(number), missed) {
        (Some(kept), Some((rate, why))) => Exit::ok(format!(
            "the greatest rate is {kept} requests/s; at {rate} {why}"
        )),
        (Some(kept), None) => Exit::ok(format!(
            "{kept} requests/s meet the thresholds; raise --to to try more"
        )),
        (None, Some((rate, why))) => Exit::new(
            Reason::Missed,
            format!("at {rate} requests/s {why}; give a lower --from"),
        ),
        (None, None) => Exit::failed("no rate was tried"),
    };
    found.unless_invalid(invalid, allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_miss_that_the_load_generator_may_have_caused_is_invalid() {
        let reason = |kept: Option<f64>, invalid: Option<&str>, allow_invalid| {
            let mut search = RateSearch::new(1.0, 10.0);
            let miss = Miss {
                why: "too high".to_owned(),
                invalid: invalid.map(str::to_owned),
            };
            (search.kept, search.missed) = (kept, Some((2.0, miss)));
            exit(search, AllowInvalid { allow_invalid }).reason
        };
        let late = Some("it was late");
        assert_eq!(reason(None, None, false), Reason::Missed);
        assert_eq!(reason(None, late, false), Reason::Invalid);
        assert_eq!(reason(None, late, true), Reason::Missed);
        assert_eq!(reason(Some(1.0), late, false), Reason::Invalid);
        assert_eq!(reason(Some(1.0), late, true), Reason::Allowed);
        assert_eq!(reason(Some(1.0), None, false), Reason::Ok);
    }
}
