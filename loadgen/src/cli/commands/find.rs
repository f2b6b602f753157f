//! `loadgen find`: the greatest rate at which a server keeps its limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use results::units::{number, percent};
use results::{CheckCode, Finite, Run, Verdict};

use crate::cli::args::{FindArguments, LoadArguments};
use crate::cli::doubt::doubt;
use crate::cli::ending::Ending;
use crate::cli::progress::Meter;
use crate::cli::signals;
use crate::run::run as loadgen_run;

/// Two rates nearer than this are one: runs of one rate differ by as much.
const PRECISION: f64 = 1.05;

/// A server that answers less of what is offered has fallen behind, whatever its latencies are.
const ACHIEVED: f64 = 0.98;

/// Does it.
pub fn run(arguments: &FindArguments, command: &[String]) -> Ending {
    if arguments.load.rate.is_some() {
        return Ending::Usage(
            "find chooses the rate itself; leave -r away, or give --from and --to".to_owned(),
        );
    }
    let at_first = LoadArguments {
        rate: Some(arguments.from as f64),
        ..arguments.load.clone()
    };
    if let Err(why) = at_first.plan(arguments.target.clone()) {
        return Ending::Usage(why);
    }
    if arguments.from == 0 || arguments.from > arguments.to {
        return Ending::Usage(format!(
            "--from {} --to {} is no range; give --from 1k --to 1M",
            arguments.from, arguments.to
        ));
    }
    let stop = match signals::stop_flag() {
        Ok(stop) => stop,
        Err(error) => return Ending::Failed(format!("cannot listen for Ctrl-C: {error}")),
    };
    let mut search = Search::new(arguments.from as f64, arguments.to as f64);
    while let Some(rate) = search.next() {
        match try_rate(rate, arguments, command, &stop) {
            Ok(None) => search.kept(rate),
            Ok(Some(miss)) => search.missed(rate, miss),
            Err(ending) => return ending,
        }
    }
    search.ending(arguments.allow_invalid)
}

/// Why a rate was too high.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Miss {
    why: String,
    /// Why it may have been the load generator's fault. One that was in the way of a limit which was kept has done no harm.
    doubt: Option<String>,
}

/// Runs at a rate; says why it is too high, if it is.
fn try_rate(
    rate: f64,
    arguments: &FindArguments,
    command: &[String],
    stop: &Arc<AtomicBool>,
) -> Result<Option<Miss>, Ending> {
    let mut load = arguments.load.clone();
    load.rate = Some(rate);
    let plan = load.plan(arguments.target.clone()).map_err(Ending::Usage)?;
    let mut meter = Meter::new(1);
    meter.part(&format!("{} requests/s", number(rate)));
    let limit = plan.limit;
    let outcome = loadgen_run(plan, command, stop, &mut |progress| {
        meter.show(limit, progress);
    });
    meter.done();
    // Asked first: a server that was given up on Ctrl-C has not failed.
    if stop.load(Ordering::Relaxed) {
        return Err(Ending::Interrupted(format!(
            "while trying {} requests/s",
            number(rate)
        )));
    }
    let outcome = outcome.map_err(Ending::Failed)?;
    if outcome.run.correctness.verdict == Verdict::Wrong {
        return Err(Ending::of(&outcome, true));
    }
    let why = outcome
        .failure()
        .or_else(|| too_high(&outcome.run, arguments));
    let miss = why.map(|why| Miss {
        why,
        doubt: doubt([&outcome.run]),
    });
    let said = match &miss {
        None => "kept".to_owned(),
        Some(Miss { why, doubt: None }) => why.clone(),
        Some(Miss { why, .. }) => format!("{why}, in a run that is in doubt"),
    };
    println!("{:>12} requests/s  {said}", number(rate));
    Ok(miss)
}

/// Which limit was missed, if one was.
fn too_high(run: &Run, arguments: &FindArguments) -> Option<String> {
    let checks = arguments.goals.iter().map(|goal| goal.check(run));
    if let Some(missed) = checks.into_iter().find(|check| !check.met) {
        return Some(format!("{} is {}", missed.expression, missed.reading));
    }
    let achieved = run.totals.requests_per_s.map_or(0.0, Finite::value) / run.offered_per_s()?;
    if achieved < ACHIEVED {
        return Some(format!("only {} of it was answered", percent(achieved)));
    }
    // A client that was in the way kept the limit all the same; one that was late may have missed it by its own fault.
    let late = run.validity.failed_check(CheckCode::ScheduleLagP99)?;
    let [name, value, _] = report::check_in_words(late);
    Some(format!(
        "the load generator itself was late ({name} {value})"
    ))
}

/// A bisection on a logarithmic scale, after doubling until something gives way.
#[derive(Debug)]
struct Search {
    from: f64,
    to: f64,
    kept: Option<f64>,
    missed: Option<(f64, Miss)>,
}

impl Search {
    fn new(from: f64, to: f64) -> Self {
        Self {
            from,
            to,
            kept: None,
            missed: None,
        }
    }

    /// The next rate to try; `None` once the answer is as precise as it can be.
    fn next(&self) -> Option<f64> {
        let next = match (self.kept, &self.missed) {
            (None, None) => self.from,
            (Some(kept), None) => (kept * 2.0).min(self.to),
            (Some(kept), Some((missed, _))) if missed / kept > PRECISION => (kept * missed).sqrt(),
            (_, Some(_)) => return None,
        };
        // Whole rates are what people ask for and read.
        let next = next.round();
        (self.kept != Some(next)).then_some(next)
    }

    fn kept(&mut self, rate: f64) {
        self.kept = Some(rate);
    }

    fn missed(&mut self, rate: f64, miss: Miss) {
        self.missed = Some((rate, miss));
    }

    /// What was found; a limit that the load generator may have missed itself is no finding about the server.
    fn ending(self, allow_invalid: bool) -> Ending {
        let doubt = self
            .missed
            .as_ref()
            .and_then(|(_, miss)| miss.doubt.clone());
        let missed = self.missed.map(|(rate, miss)| (rate, miss.why));
        let found = match (self.kept, missed) {
            (Some(kept), Some((missed, why))) => Ending::Good(format!(
                "the greatest rate is {} requests/s; at {} {why}",
                number(kept),
                number(missed)
            )),
            (Some(kept), None) => Ending::Good(format!(
                "{} requests/s are kept; more was not tried (--to)",
                number(kept)
            )),
            (None, Some((missed, why))) => Ending::Missed(format!(
                "not even {} requests/s: {why}; give a lower --from",
                number(missed)
            )),
            (None, None) => Ending::Failed("no rate was tried".to_owned()),
        };
        found.unless(doubt, allow_invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn miss(doubt: Option<&str>) -> Miss {
        Miss {
            why: "too high".to_owned(),
            doubt: doubt.map(str::to_owned),
        }
    }

    /// What is found of a server that keeps its limits up to `capacity`, and in how many tries.
    fn found(from: f64, to: f64, capacity: f64) -> (Option<f64>, u32) {
        let (mut search, mut tries) = (Search::new(from, to), 0);
        while let Some(rate) = search.next() {
            tries += 1;
            assert!(tries < 50);
            match rate <= capacity {
                true => search.kept(rate),
                false => search.missed(rate, miss(None)),
            }
        }
        (search.kept, tries)
    }

    #[test]
    fn the_greatest_rate_is_found_to_five_percent() {
        for capacity in [1_000.0, 1_234.0, 77_777.0, 999_999.0] {
            let (kept, tries) = found(1_000.0, 10e6, capacity);
            let kept = kept.unwrap();
            assert!(
                kept <= capacity && capacity / kept <= PRECISION * 1.001,
                "{kept} of {capacity}"
            );
            assert!(tries <= 17, "{tries}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_respected() {
        assert_eq!(found(1_000.0, 50_000.0, 1e9).0, Some(50_000.0));
        assert_eq!(found(1_000.0, 50_000.0, 500.0).0, None);
        assert_eq!(found(7.0, 7.0, 100.0).0, Some(7.0));
    }

    #[test]
    fn a_rate_that_the_load_generator_may_have_missed_itself_is_not_believed() {
        let code = |kept: Option<f64>, doubt, allow_invalid| {
            let mut search = Search::new(1.0, 10.0);
            kept.into_iter().for_each(|rate| search.kept(rate));
            search.missed(2.0, miss(doubt));
            format!("{:?}", search.ending(allow_invalid).code())
        };
        let expected = |code: u8| format!("{:?}", std::process::ExitCode::from(code));
        let late = Some("it was late");
        assert_eq!(code(None, None, false), expected(4));
        assert_eq!(code(None, late, false), expected(5));
        assert_eq!(code(None, late, true), expected(4));
        assert_eq!(code(Some(1.0), late, false), expected(5));
        assert_eq!(code(Some(1.0), late, true), expected(0));
        assert_eq!(code(Some(1.0), None, false), expected(0));
    }
}
