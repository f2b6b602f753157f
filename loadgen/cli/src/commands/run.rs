//! `loadgen run`: one load, one run, its files and its summary.

use super::measure::{baseline, finish, measure, show};
use super::repeat;
use crate::args::RunArguments;
use crate::exit::Exit;
use crate::output;

/// Makes the run, or the runs with `--repeat`.
pub(crate) fn run(arguments: &RunArguments, command: &[String]) -> Exit {
    let load = arguments.load(command);
    let config = match load.clone().build() {
        Ok(config) => config,
        Err(why) => return Exit::usage(why),
    };
    if arguments.repeat > 1 && arguments.history.is_some() {
        return Exit::usage("--history FILE holds one run; leave it or --repeat out");
    }
    eprintln!("loadgen: {config}");
    if arguments.repeat > 1 {
        eprintln!(
            "loadgen: {} runs, one after the other, of one server that is not restarted between them",
            arguments.repeat
        );
    }
    if arguments.dry_run {
        return Exit::ok("nothing was done (--dry-run)");
    }
    let baseline = match baseline(arguments, &config) {
        Ok(baseline) => baseline,
        Err(why) => return Exit::usage(why),
    };
    if arguments.repeat > 1 {
        return repeat::run(arguments, load, baseline.as_ref(), command);
    }
    if let Some(why) = arguments.out.as_deref().and_then(output::hidden) {
        return Exit::usage(why);
    }
    let mut outcome = match measure(config) {
        Ok(outcome) => outcome,
        Err(exit) => return exit,
    };
    finish(&mut outcome.run, arguments, baseline.as_ref());
    let folder = arguments.out.as_deref();
    match show(&outcome.run, arguments.json, arguments.csv, folder) {
        Ok(()) => Exit::of(&outcome, arguments.allow.allow_invalid),
        Err(why) => Exit::failed(why),
    }
}
