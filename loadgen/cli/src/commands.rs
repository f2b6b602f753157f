//! The subcommands, one file each.

pub(crate) mod calibrate;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod diff;
pub(crate) mod find;
pub(crate) mod plot;
mod repeat;
pub(crate) mod run;
mod series;
pub(crate) mod shell;
pub(crate) mod sweep;

use std::path::Path;

use loadgen::experiment::{Runner, RunnerEvent};
use process::Interrupt;
use report::Meter;

use crate::exit::Exit;

/// Does `work` with a runner that shows how far it is, of this many runs. Its servers print into files under `out`.
fn with_runner<T>(
    runs: u32,
    out: &Path,
    work: impl FnOnce(&mut Runner<'_>) -> T,
) -> Result<T, Exit> {
    let interrupt = Interrupt::listen()
        .map_err(|error| Exit::failed(format!("cannot listen for Ctrl-C: {error}")))?;
    let mut meter = Meter::new(runs);
    let mut tell = |event: RunnerEvent<'_>| match event {
        RunnerEvent::Begins(name) => meter.begin(name),
        RunnerEvent::Progress(limit, progress) => {
            meter.show(limit, progress.requests, progress.elapsed);
        }
    };
    let done = work(&mut Runner::new(&interrupt, out.join("servers"), &mut tell));
    meter.done();
    Ok(done)
}
