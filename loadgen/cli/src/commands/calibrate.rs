//! `loadgen calibrate`: the same load against a server that does nothing. No server can look better than this baseline.

use loadgen::config::target::{Address, Target};
use loadgen::experiment::baseline_server;
use loadgen::validity;
use results::CheckLevel;

use super::run;
use crate::args::CalibrateArguments;
use crate::exit::Exit;
use crate::output;

/// Measures the baseline.
pub(crate) fn run(arguments: &CalibrateArguments, command: &[String]) -> Result<Exit, Exit> {
    let protocol = arguments.protocol().map_err(Exit::usage)?;
    let folder = arguments.out.as_deref();
    output::check_folder(folder)?;
    let server = baseline_server::start(protocol);
    let server = server
        .map_err(|error| Exit::failed(format!("cannot start the baseline server: {error}")))?;
    let (host, port) = (server.ip().to_string(), server.port());
    let address = Address::Tcp { host, port };
    let load = arguments.load.on(Target { protocol, address });
    let load = load.label("baseline".to_owned()).command(command.to_vec());
    let load = match arguments.load.keys {
        1 => load,
        // The baseline server has one counter for all keys.
        _ => load.check(CheckLevel::None),
    };
    let config = load.build().map_err(Exit::usage)?;
    eprintln!("loadgen: {config}");
    let mut outcome = run::measure(config)?;
    outcome.run.validity = validity::of_baseline(&outcome.run);
    run::show(&outcome.run, arguments.json, false, folder)?;
    Ok(Exit::of(&outcome, arguments.allow))
}
