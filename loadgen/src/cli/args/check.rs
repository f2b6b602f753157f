//! `loadgen check`: a history that was saved, judged again.

use std::path::PathBuf;

use clap::Args;

use super::load::Check;

/// The arguments of `loadgen check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// A file that run --history wrote, also one that a crash has torn
    pub file: PathBuf,
    /// How closely to judge
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "full")]
    pub check: Check,
    /// Print the verdict as JSON on stdout instead of words
    #[arg(long)]
    pub json: bool,
}
