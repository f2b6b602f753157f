//! `loadgen run`: one plan, one run, its files and its summary.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering;

use results::{Run, Workload, file, hgrm, hlog};

use crate::books::validity;
use crate::cli::args::RunArguments;
use crate::cli::ending::Ending;
use crate::cli::progress::Meter;
use crate::cli::{csv, signals, stored, summary};
use crate::drive::engine;
use crate::plan::Plan;
use crate::record::{self, Outcome};

/// Does it.
pub fn run(arguments: &RunArguments, command: &[String]) -> Ending {
    let plan = match arguments.plan() {
        Ok(plan) => plan,
        Err(why) => return Ending::Usage(why),
    };
    if arguments.dry_run {
        eprintln!("loadgen: {plan}");
        return Ending::Good("nothing was done (--dry-run)".to_owned());
    }
    let null_floor = match null_floor(arguments, &plan) {
        Ok(floor) => floor,
        Err(why) => return Ending::Usage(why),
    };
    let mut outcome = match drive(plan, command) {
        Ok(outcome) => outcome,
        Err(ending) => return ending,
    };
    if let Some(floor) = null_floor {
        validity::compare_with_floor(&mut outcome.run, &floor);
    }
    outcome.run.thresholds = arguments
        .goals
        .iter()
        .map(|goal| goal.check(&outcome.run))
        .collect();
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

/// The run against nothing that this one is to be compared with.
fn null_floor(arguments: &RunArguments, plan: &Plan) -> Result<Option<Run>, String> {
    let Some(path) = &arguments.null_floor else {
        return Ok(None);
    };
    let runs = stored::one(path).map_err(|error| error.to_string())?;
    let [floor] = <[Run; 1]>::try_from(runs)
        .map_err(|runs| format!("{} holds {} runs, not one", path.display(), runs.len()))?;
    // How long the calibration took does not matter.
    let workload = Workload {
        limit: floor.workload.limit,
        ..record::workload(plan)
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
pub(super) fn drive(plan: Plan, command: &[String]) -> Result<Outcome, Ending> {
    eprintln!("loadgen: {plan}");
    let stop = signals::stop_flag()
        .map_err(|error| Ending::Failed(format!("cannot listen for Ctrl-C: {error}")))?;
    let (limit, mut meter) = (plan.limit, Meter::new(1));
    let outcome = engine::run(plan, command, &stop, &mut |progress| {
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
        write(run, folder).map_err(|error| {
            format!(
                "cannot write into {}: {error}; choose another --out",
                folder.display()
            )
        })?;
    }
    let text = match (as_json, as_csv) {
        (true, _) => {
            serde_json::to_string_pretty(run)
                .map_err(|error| format!("cannot write the run as JSON: {error}"))?
                + "\n"
        }
        (_, true) => csv::text(run),
        _ => summary::text(run),
    };
    match io::stdout().write_all(text.as_bytes()) {
        // Whoever closed the pipe has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to stdout: {error}"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes the files of a run, each whole or not at all.
fn write(run: &Run, folder: &Path) -> io::Result<()> {
    file::save(&folder.join("run.json"), run)?;
    file::write_atomically(&folder.join("intervals.ndjson"), &intervals(run)?)?;
    file::write_atomically(&folder.join("latency.hlog"), hlog::text(run).as_bytes())?;
    file::write_atomically(
        &folder.join("latency.hgrm"),
        hgrm::text(&run.latency.response).as_bytes(),
    )
}

/// The intervals of `run.json` once more, one on each line, for tools that read lines.
fn intervals(run: &Run) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for interval in &run.intervals {
        serde_json::to_writer(&mut lines, interval)?;
        lines.push(b'\n');
    }
    Ok(lines)
}
