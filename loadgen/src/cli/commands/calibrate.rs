//! `loadgen calibrate`: the same load against a responder that does nothing. No server can look better than this.

use results::CheckLevel;

use crate::cli::args::CalibrateArguments;
use crate::cli::commands::run;
use crate::cli::ending::Ending;
use crate::cli::output;
use crate::config::target::{Place, Target};
use crate::experiment::baseline_server;
use crate::validity;

/// Does it.
pub fn run(arguments: &CalibrateArguments, command: &[String]) -> Ending {
    let protocol = match arguments.protocol() {
        Ok(protocol) => protocol,
        Err(why) => return Ending::Usage(why),
    };
    if let Some(why) = arguments.out.as_deref().and_then(output::hidden) {
        return Ending::Usage(why);
    }
    let address = match baseline_server::start(protocol) {
        Ok(address) => address,
        Err(error) => return Ending::Failed(format!("cannot start the responder: {error}")),
    };
    let place = Place::Tcp {
        host: address.ip().to_string(),
        port: address.port(),
    };
    let mut plan = match arguments.load.plan(Target { protocol, place }) {
        Ok(plan) => plan,
        Err(why) => return Ending::Usage(why),
    };
    plan.label = Some("baseline".to_owned());
    if plan.keys.count() > 1 {
        // The responder has one counter for all of them.
        plan.check = CheckLevel::None;
    }
    let mut outcome = match run::drive(plan, command) {
        Ok(outcome) => outcome,
        Err(ending) => return ending,
    };
    outcome.run.validity = validity::of_baseline(&outcome.run);
    let folder = arguments.out.as_deref();
    match run::show(&outcome.run, arguments.json, false, folder) {
        Ok(()) => Ending::of(&outcome, arguments.allow_invalid),
        Err(why) => Ending::Failed(why),
    }
}
