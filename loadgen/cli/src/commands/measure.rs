//! One measurement: what `run`, `run --repeat` and `calibrate` have in common.

use std::path::Path;

use loadgen::config::Config;
use loadgen::run::Outcome;
use loadgen::validity;
use results::{Run, Workload};

use super::with_runner;
use crate::args::RunArguments;
use crate::exit::{Exit, Reason};
use crate::{csv, output, screen, stored, summary};

/// Adds what the command line asks beyond the measurement itself: the baseline, and the goals.
pub(super) fn finish(run: &mut Run, arguments: &RunArguments, baseline: Option<&Run>) {
    if let Some(baseline) = baseline {
        validity::compare_with_baseline(run, baseline);
    }
    run.thresholds = arguments.goals.iter().map(|goal| goal.check(run)).collect();
}

/// The baseline that the run is to be compared with.
pub(super) fn baseline(arguments: &RunArguments, config: &Config) -> Result<Option<Run>, String> {
    let Some(path) = &arguments.baseline else {
        return Ok(None);
    };
    let runs = stored::one(path).map_err(|error| error.to_string())?;
    let [baseline] = <[Run; 1]>::try_from(runs)
        .map_err(|runs| format!("{} holds {} runs, not one", path.display(), runs.len()))?;
    // How long the calibration took does not matter.
    let workload = Workload {
        limit: baseline.workload.limit,
        ..config.workload.clone()
    };
    match workload.differences(&baseline.workload).as_slice() {
        [] => Ok(Some(baseline)),
        differences => Err(format!(
            "--baseline {} is of another load ({}); calibrate with the flags of this run",
            path.display(),
            differences.join("; ")
        )),
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
