//! `--allow-invalid`, the same in every command that measures.

use clap::Args;

/// Whether an invalid measurement is accepted.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct AllowInvalid {
    /// Exit 0 even if the measurement is invalid; the last line still says so
    #[arg(long)]
    pub(crate) allow_invalid: bool,
}
