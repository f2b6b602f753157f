//! `loadgen run`: one plan, one run, its files and its summary.

use std::path::Path;
use std::sync::atomic::Ordering;

use results::{Run, Workload};

use crate::cli::args::RunArguments;
use crate::cli::commands::repeat;
use crate::cli::ending::Ending;
use crate::cli::progress::Meter;
use crate::cli::{csv, output, screen, signals, stored, summary};
use crate::config::Config;
use crate::run::record::Outcome;
use crate::run::run as loadgen_run;
use crate::run::workload::workload;
use crate::validity;

/// Does it.
pub fn run(arguments: &RunArguments, command: &[String]) -> Ending {
    let plan = match arguments.plan() {
        Ok(plan) => plan,
        Err(why) => return Ending::Usage(why),
    };
    if arguments.dry_run {
        eprintln!("loadgen: {plan}");
        if arguments.repeat > 1 {
            eprintln!("loadgen: {}", repeat::in_words(arguments.repeat));
        }
        return Ending::Good("nothing was done (--dry-run)".to_owned());
    }
    let null_floor = match null_floor(arguments, &plan) {
        Ok(floor) => floor,
        Err(why) => return Ending::Usage(why),
    };
    if arguments.repeat == 1
        && let Some(why) = arguments.out.as_deref().and_then(output::hidden)
    {
        return Ending::Usage(why);
    }
    if arguments.repeat > 1 {
        return repeat::run(arguments, &plan, null_floor.as_ref(), command);
    }
    let mut outcome = match drive(plan, command) {
        Ok(outcome) => outcome,
        Err(ending) => return ending,
    };
    judge(&mut outcome.run, arguments, null_floor.as_ref());
    match show(
        &outcome.run,
        arguments.json,
        arguments.csv,
        arguments.out.as_deref(),
    ) {
        Ok(()) => Ending::of(&outcome, arguments.allow_invalid),
        Err(why) => Ending::Failed(why),
    }
}

/// Adds what the command line asks beyond the measurement itself: the null floor, and the limits.
pub(super) fn judge(run: &mut Run, arguments: &RunArguments, null_floor: Option<&Run>) {
    if let Some(floor) = null_floor {
        validity::compare_with_baseline(run, floor);
    }
    run.thresholds = arguments.goals.iter().map(|goal| goal.check(run)).collect();
}

/// The run against nothing that this one is to be compared with.
fn null_floor(arguments: &RunArguments, plan: &Config) -> Result<Option<Run>, String> {
    let Some(path) = &arguments.null_floor else {
        return Ok(None);
    };
    let runs = stored::one(path).map_err(|error| error.to_string())?;
    let [floor] = <[Run; 1]>::try_from(runs)
        .map_err(|runs| format!("{} holds {} runs, not one", path.display(), runs.len()))?;
    // How long the calibration took does not matter.
    let workload = Workload {
        limit: floor.workload.limit,
        ..workload(plan)
    };
    match workload.differences(&floor.workload).as_slice() {
        [] => Ok(Some(floor)),
        differences => Err(format!(
            "--null-floor {} is of another load ({}); calibrate with the flags of this run",
            path.display(),
            differences.join("; ")
        )),
    }
}

/// Makes the run, with its first line and its progress on stderr.
pub(super) fn drive(plan: Config, command: &[String]) -> Result<Outcome, Ending> {
    eprintln!("loadgen: {plan}");
    let stop = signals::stop_flag()
        .map_err(|error| Ending::Failed(format!("cannot listen for Ctrl-C: {error}")))?;
    let (limit, mut meter) = (plan.limit, Meter::new(1));
    let outcome = loadgen_run(plan, command, &stop, &mut |progress| {
        meter.show(limit, progress);
    });
    meter.done();
    outcome.map_err(|why| match stop.load(Ordering::Relaxed) {
        true => Ending::Interrupted(format!("before the load began: {why}")),
        false => Ending::Failed(why),
    })
}

/// Writes the files, where there is a folder for them, and what stdout is to have.
pub(super) fn show(
    run: &Run,
    as_json: bool,
    as_csv: bool,
    folder: Option<&Path>,
) -> Result<(), String> {
    if let Some(folder) = folder {
        output::keep(run, folder)?;
    }
    let text = match (as_json, as_csv) {
        (true, _) => output::json(run)?,
        (_, true) => csv::text(std::slice::from_ref(run)),
        _ => summary::text(run, screen::room()),
    };
    output::print(&text)
}
