//! Runs of one command, one after the other, of a server that is the user's: what `sweep` and `run --repeat` have in common.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use results::{Comparison, file};

use crate::cli::progress::Meter;
use crate::config::Config;
use crate::run::record::Outcome;
use crate::run::run as loadgen_run;

/// Makes the runs, each under its name on the progress bar, and hands over each as soon as it is made; `book` says whether to go on.
///
/// Ctrl-C ends the series, and a run that it cut short is no run of the series.
pub(super) fn drive(
    runs: &[(String, Config)],
    command: &[String],
    stop: &Arc<AtomicBool>,
    mut book: impl FnMut(&str, Result<Outcome, String>) -> ControlFlow<()>,
) {
    let mut meter = Meter::new(runs.len() as u32);
    for (name, plan) in runs {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        meter.part(name);
        let limit = plan.limit;
        let outcome = loadgen_run(plan.clone(), command, stop, &mut |progress| {
            meter.show(limit, progress);
        });
        let cut_short = match &outcome {
            Ok(outcome) => outcome.run.interrupted,
            Err(_) => stop.load(Ordering::Relaxed),
        };
        if !cut_short && book(name, outcome).is_break() {
            break;
        }
    }
    meter.done();
}

/// Writes all runs as `comparison.json`, which `diff` and `plot` read, and the page of them.
pub(super) fn write(comparison: &Comparison, folder: &Path) -> io::Result<()> {
    file::save(&folder.join("comparison.json"), comparison)?;
    file::write_atomically(
        &folder.join("report.html"),
        report::page(comparison).as_bytes(),
    )
}
