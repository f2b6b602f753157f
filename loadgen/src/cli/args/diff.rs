//! `loadgen diff`: is the new one worse?

use std::path::PathBuf;

use clap::Args;

/// The arguments of `loadgen diff`.
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// What to compare with: run.json or comparison.json, or a folder of runs
    pub base: PathBuf,
    /// What to compare: the same
    #[arg(required = true)]
    pub new: Vec<PathBuf>,
    /// Compare also what was measured under another load, judged less closely (--check), or on another machine
    #[arg(long)]
    pub force: bool,
    /// Judge also runs in which the load generator was in the way; the last line says so all the same
    #[arg(long)]
    pub allow_invalid: bool,
}
