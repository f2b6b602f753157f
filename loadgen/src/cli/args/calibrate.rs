//! `loadgen calibrate`: what the load generator can do on this machine.

use std::path::PathBuf;

use clap::Args;

use super::LoadArguments;
use crate::config::operation::{Kind, Mix};
use crate::config::target::Protocol;

/// The arguments of `loadgen calibrate`.
#[derive(Debug, Args)]
pub struct CalibrateArguments {
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as help")]
    pub load: LoadArguments,
    /// Write run.json and the other files into this folder: what run --null-floor reads
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// End with 0 also where the machine was in the way of the load generator; the last line says so all the same
    #[arg(long)]
    pub allow_invalid: bool,
    /// Print run.json on stdout instead of the summary
    #[arg(long)]
    pub json: bool,
}

impl CalibrateArguments {
    /// What the responder has to speak for this load.
    ///
    /// # Errors
    /// A sentence that names the flag, its value and the remedy.
    pub fn protocol(&self) -> Result<Protocol, String> {
        match &self.load.operation {
            _ if self.load.by.get() != 1 => Err(format!(
                "--by {} needs a server that understands it; calibrate without --by",
                self.load.by
            )),
            None => Ok(Protocol::Resp),
            Some(mix) if *mix == Mix::only(Kind::Incr) => Ok(Protocol::Resp),
            Some(mix) if *mix == Mix::only(Kind::Echo) => Ok(Protocol::Echo),
            Some(mix) => Err(format!(
                "--op {mix} needs a server that understands it; calibrate with incr or echo"
            )),
        }
    }
}
