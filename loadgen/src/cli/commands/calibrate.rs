//! `loadgen calibrate`: the same load against a responder that does nothing. No server can look better than this.

use results::CheckLevel;

use crate::cli::args::CalibrateArguments;
use crate::cli::commands::run;
use crate::cli::ending::Ending;
use crate::drive::null_server;
use crate::plan::target::{Place, Target};

/// Does it.
pub fn run(arguments: &CalibrateArguments, command: &[String]) -> Ending {
    let protocol = match arguments.protocol() {
        Ok(protocol) => protocol,
        Err(why) => return Ending::Usage(why),
    };
    let address = match null_server::start(protocol) {
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
    plan.label = Some("null floor".to_owned());
    if plan.keys.count() > 1 {
        // The responder has one counter for all of them.
        plan.check = CheckLevel::None;
    }
    match run::drive(plan, command) {
        Ok(outcome) => match run::show(
            &outcome.run,
            arguments.json,
            false,
            arguments.out.as_deref(),
        ) {
            // That the client is the limit here is what was asked, and no fault.
            Ok(()) => Ending::of(&outcome, true),
            Err(why) => Ending::Failed(why),
        },
        Err(ending) => ending,
    }
}
