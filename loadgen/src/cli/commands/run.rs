//! `loadgen run`: one plan, one run, its files and its summary.

use std::io::{self, Write as _};
use std::path::Path;

use results::{Run, file, hgrm, hlog};

use crate::cli::args::RunArguments;
use crate::cli::ending::Ending;
use crate::cli::progress::Meter;
use crate::cli::{csv, signals, summary};
use crate::drive::engine;

/// Does it.
pub fn run(arguments: &RunArguments, command: &[String]) -> Ending {
    let plan = match arguments.plan() {
        Ok(plan) => plan,
        Err(why) => return Ending::Usage(why),
    };
    eprintln!("loadgen: {plan}");
    if arguments.dry_run {
        return Ending::Good("nothing was done (--dry-run)".to_owned());
    }
    let stop = match signals::stop_flag() {
        Ok(stop) => stop,
        Err(error) => return Ending::Failed(format!("cannot listen for Ctrl-C: {error}")),
    };
    let limit = plan.limit;
    let mut meter = Meter::new(1);
    let outcome = engine::run(plan, command, &stop, &mut |progress| {
        meter.show(limit, progress);
    });
    meter.done();
    let mut outcome = match outcome {
        Ok(outcome) => outcome,
        Err(why) => return Ending::Failed(why),
    };
    outcome.run.thresholds = arguments
        .goals
        .iter()
        .map(|goal| goal.check(&outcome.run))
        .collect();
    let ending = Ending::of(&outcome, arguments.allow_invalid);
    match show(&outcome.run, arguments) {
        Ok(()) => ending,
        Err(why) => Ending::Failed(why),
    }
}

fn show(run: &Run, arguments: &RunArguments) -> Result<(), String> {
    if let Some(folder) = &arguments.out {
        write(run, folder).map_err(|error| {
            format!(
                "cannot write into {}: {error}; choose another --out",
                folder.display()
            )
        })?;
    }
    let text = match (arguments.json, arguments.csv) {
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
