//! `loadgen run`: one load, one run, its files and its summary. `--repeat` and `calibrate` use its parts.

use std::path::Path;

use loadgen::config::Config;
use loadgen::run::Outcome;
use loadgen::validity;
use results::{Run, Workload};

use super::{repeat, with_runner};
use crate::args::RunArguments;
use crate::exit::{Exit, Reason};
use crate::{csv, output, screen, stored, summary};

/// Makes the run, or the runs with `--repeat`.
pub(crate) fn run(arguments: &RunArguments, command: &[String]) -> Result<Exit, Exit> {
    let load = arguments.load(command);
    let config = load.clone().build().map_err(Exit::usage)?;
    let repeat = arguments.repeat;
    if repeat > 1 && arguments.history.is_some() {
        return Err(Exit::usage(
            "--history FILE holds one run; leave out --history or --repeat",
        ));
    }
    eprintln!("loadgen: {config}");
    if repeat > 1 {
        eprintln!("loadgen: {repeat} runs in turn; the server is not restarted between them");
    }
    if arguments.dry_run {
        return Ok(Exit::ok("nothing was done (--dry-run)"));
    }
    let baseline = baseline(arguments, &config)?;
    if repeat > 1 {
        let finish = |run: &mut Run| finish(run, arguments, baseline.as_ref());
        return repeat::run(arguments, load, finish, command);
    }
    let folder = arguments.out.as_deref();
    output::check_folder(folder)?;
    let mut outcome = measure(config)?;
    finish(&mut outcome.run, arguments, baseline.as_ref());
    show(&outcome.run, arguments.json, arguments.csv, folder)?;
    Ok(Exit::of(&outcome, arguments.allow))
}

/// Adds to a run what the command line asks for beyond the measurement: the baseline and the thresholds.
fn finish(run: &mut Run, arguments: &RunArguments, baseline: Option<&Run>) {
    if let Some(baseline) = baseline {
        validity::compare_with_baseline(run, baseline);
    }
    run.thresholds = arguments.goals.iter().map(|goal| goal.check(run)).collect();
}

/// Reads the baseline of `--baseline`, which has to be of the same load.
fn baseline(arguments: &RunArguments, config: &Config) -> Result<Option<Run>, Exit> {
    let Some(path) = &arguments.baseline else {
        return Ok(None);
    };
    let (runs, path) = (stored::one(path).map_err(Exit::usage)?, path.display());
    let [baseline] = <[Run; 1]>::try_from(runs)
        .map_err(|runs| Exit::usage(format!("{path} holds {} runs, not one", runs.len())))?;
    // A calibration may take more or less time than the run.
    let workload = Workload {
        limit: baseline.workload.limit,
        ..config.workload.clone()
    };
    match workload.differences(&baseline.workload).as_slice() {
        [] => Ok(Some(baseline)),
        differences => Err(Exit::usage(format!(
            "--baseline {path} has another load ({}); calibrate with the flags of this run",
            differences.join("; ")
        ))),
    }
}

/// Makes one run of a server that is there, with its progress on stderr.
pub(super) fn measure(config: Config) -> Result<Outcome, Exit> {
    with_runner(1, Path::new(""), |runner| {
        let outcome = runner.run(config);
        outcome.map_err(|why| match runner.is_stopped() {
            true => Exit::new(Reason::Interrupted, format!("before the load began: {why}")),
            false => Exit::failed(why),
        })
    })?
}

/// Writes the files, if there is a folder for them, and prints the requested output.
pub(super) fn show(
    run: &Run,
    as_json: bool,
    as_csv: bool,
    folder: Option<&Path>,
) -> Result<(), Exit> {
    if let Some(folder) = folder {
        output::keep(run, folder)?;
    }
    match (as_json, as_csv) {
        (true, _) => output::print_json(run),
        (_, true) => output::print(csv::text(std::slice::from_ref(run))),
        _ => output::print(summary::text(run, screen::room())),
    }
}
