//! `loadgen calibrate`: the same load against a server that does nothing. No server can look better than this baseline.

use loadgen::config::target::{Address, Target};
use loadgen::experiment::baseline_server;
use loadgen::validity;
use results::CheckLevel;

use super::measure;
use crate::args::CalibrateArguments;
use crate::exit::Exit;
use crate::output;

/// Measures the baseline.
pub(crate) fn run(arguments: &CalibrateArguments, command: &[String]) -> Exit {
    let protocol = match arguments.protocol() {
        Ok(protocol) => protocol,
        Err(why) => return Exit::usage(why),
    };
    let folder = arguments.out.as_deref();
    if let Some(why) = folder.and_then(output::hidden) {
        return Exit::usage(why);
    }
    let server = match baseline_server::start(protocol) {
        Ok(address) => address,
        Err(error) => return Exit::failed(format!("cannot start the baseline server: {error}")),
    };
    let address = Address::Tcp {
        host: server.ip().to_string(),
        port: server.port(),
    };
    let load = arguments.load.on(Target { protocol, address });
    let load = load.label("baseline".to_owned()).command(command.to_vec());
    let load = match arguments.load.keys {
        1 => load,
        // The baseline server has one counter for all keys.
        _ => load.check(CheckLevel::None),
    };
    let config = match load.build() {
        Ok(config) => config,
        Err(why) => return Exit::usage(why),
    };
    eprintln!("loadgen: {config}");
    let mut outcome = match measure::measure(config) {
        Ok(outcome) => outcome,
        Err(exit) => return exit,
    };
    outcome.run.validity = validity::of_baseline(&outcome.run);
    match measure::show(&outcome.run, arguments.json, false, folder) {
        Ok(()) => Exit::of(&outcome, arguments.allow.allow_invalid),
        Err(why) => Exit::failed(why),
    }
}
