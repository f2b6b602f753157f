//! `loadgen run`: one plan, one run, its files and its summary.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering;

use results::{Run, Workload, file, hgrm, hlog};

use crate::books::validity;
use crate::cli::args::RunArguments;
use crate::cli::commands::repeat;
use crate::cli::ending::Ending;
use crate::cli::progress::Meter;
use crate::cli::{csv, screen, signals, stored, summary};
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
        && let Some(why) = arguments.out.as_deref().and_then(hidden)
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
        validity::compare_with_floor(run, floor);
    }
    run.thresholds = arguments.goals.iter().map(|goal| goal.check(run)).collect();
}

/// Why a run must not be kept in a folder: where one holds many runs, `diff` and `plot` would read those instead.
pub(super) fn hidden(folder: &Path) -> Option<String> {
    folder.join("comparison.json").exists().then(|| {
        let folder = folder.display();
        format!(
            "{folder} holds many runs (comparison.json), behind which one more would not be seen; choose another --out"
        )
    })
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
        keep(run, folder)?;
    }
    let text = match (as_json, as_csv) {
        (true, _) => json(run)?,
        (_, true) => csv::text(std::slice::from_ref(run)),
        _ => summary::text(run, screen::room()),
    };
    print(&text)
}

/// What goes to stdout. Whoever closed the pipe has seen enough.
pub(super) fn print(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to stdout: {error}"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A file of ours as text.
pub(super) fn json(value: &impl file::Format) -> Result<String, String> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n")
        .map_err(|error| format!("cannot write the runs as JSON: {error}"))
}

/// Writes the files of a run.
pub(super) fn keep(run: &Run, folder: &Path) -> Result<(), String> {
    write(run, folder).map_err(|error| cannot_write(folder, &error))
}

pub(super) fn cannot_write(folder: &Path, error: &io::Error) -> String {
    format!(
        "cannot write into {}: {error}; choose another --out",
        folder.display()
    )
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
