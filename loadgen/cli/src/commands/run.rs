//! `loadgen run`: one load, one run, its files and its summary.

use super::measure::{baseline, finish, measure, show};
use super::repeat;
use crate::args::RunArguments;
use crate::exit::Exit;
use crate::output;

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
        return repeat::run(arguments, load, baseline.as_ref(), command);
    }
    let folder = arguments.out.as_deref();
    output::check_folder(folder)?;
    let mut outcome = measure(config)?;
    finish(&mut outcome.run, arguments, baseline.as_ref());
    show(&outcome.run, arguments.json, arguments.csv, folder)?;
    Ok(Exit::of(&outcome, arguments.allow))
}
