//! `loadgen diff`, `plot` and `check`: what was measured before.

use std::path::PathBuf;

use clap::Args;
use report::Colours;
use results::CheckLevel;

use super::AllowInvalid;
use super::load::{CHECK_LEVELS, named};

/// The arguments of `loadgen diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The runs to compare with: run.json, comparison.json, or a folder of runs
    pub(crate) base: PathBuf,
    /// The runs to compare: files or folders of the same kind
    #[arg(required = true)]
    pub(crate) new: Vec<PathBuf>,
    /// Compare runs even if their load, their --check or their machine differs
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) allow: AllowInvalid,
}

/// The arguments of `loadgen plot`.
#[derive(Debug, Args)]
pub(crate) struct PlotArguments {
    /// run.json, comparison.json, or folders that hold one; all are drawn into one picture
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The file to write: .html is the whole page, .svg and .png are one picture
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The title of the page [default: the title of the comparison, if there is only one]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// The picture for .svg and .png. Pictures of the claims are drawn by `claims plot`
    #[arg(long, value_name = "NAME", default_value = report::PICTURES[0], value_parser = report::PICTURES)]
    pub(crate) picture: String,
    /// The colours for .svg and .png; the page has both
    #[arg(long, value_name = "light|dark", default_value = "light")]
    pub(crate) theme: Colours,
}

/// The arguments of `loadgen check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// A file that run --history wrote; it may be cut off at the end
    pub(crate) file: PathBuf,
    /// What to check
    #[arg(long, value_name = "LEVEL", default_value = "full", value_parser = named(&CHECK_LEVELS))]
    pub(crate) check: CheckLevel,
    /// Print the verdict as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
