//! `loadgen diff`: is the new one worse?

use std::path::PathBuf;

use clap::Args;

use super::AllowInvalid;

/// The arguments of `loadgen diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// What to compare with: run.json or comparison.json, or a folder of runs
    pub(crate) base: PathBuf,
    /// What to compare: the same
    #[arg(required = true)]
    pub(crate) new: Vec<PathBuf>,
    /// Compare runs even if their load, their --check or their machine differs
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) allow: AllowInvalid,
}
