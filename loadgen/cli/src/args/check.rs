//! `loadgen check`: checks a saved history again.

use std::path::PathBuf;

use clap::Args;

use super::load::Check;

/// The arguments of `loadgen check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// A file that run --history wrote; it may end in the middle
    pub(crate) file: PathBuf,
    /// How closely to check
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "full")]
    pub(crate) check: Check,
    /// Print the verdict as JSON on stdout instead of words
    #[arg(long)]
    pub(crate) json: bool,
}
