//! `loadgen calibrate`: what the load generator can do on this machine.

use std::path::PathBuf;

use clap::Args;
use results::{Operation, Protocol};

use super::load::Mix;
use super::{AllowInvalid, LoadArguments};

/// The arguments of `loadgen calibrate`.
#[derive(Debug, Args)]
pub(crate) struct CalibrateArguments {
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    /// Write run.json, latency.hlog and latency.hgrm into this folder, for run --baseline
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) allow: AllowInvalid,
    /// Print run.json instead of the summary
    #[arg(long)]
    pub(crate) json: bool,
}

impl CalibrateArguments {
    /// The protocol that the baseline server needs for this load.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub(crate) fn protocol(&self) -> Result<Protocol, String> {
        let (by, operations) = (self.load.by, self.load.operations.as_ref());
        if by.get() != 1 {
            return Err(format!(
                "--by {by} needs a server that understands it; calibrate without --by"
            ));
        }
        match operations.map(|Mix(operations)| &operations[..]) {
            None => Ok(Protocol::Resp),
            Some([only]) if only.operation == Operation::INCR => Ok(Protocol::Resp),
            Some([only]) if only.operation == Operation::Echo => Ok(Protocol::Echo),
            Some(_) => Err(
                "this --op needs a server that understands it; calibrate with incr or echo"
                    .to_owned(),
            ),
        }
    }
}
