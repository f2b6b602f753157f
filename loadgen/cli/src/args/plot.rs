//! `loadgen plot`: stored runs, overlaid in one picture.

use std::path::PathBuf;

use clap::Args;
use report::Colours;

/// The arguments of `loadgen plot`.
#[derive(Debug, Args)]
pub(crate) struct PlotArguments {
    /// run.json or comparison.json, or folders that hold one; the curves of all are overlaid
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Where to draw: a name that ends in .html (the whole page), .svg or .png
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The title of the page [default: that of the comparison, where one alone is drawn]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// Which picture, for .svg and .png. The others, who blocks whom, who runs when and how long data waits in the kernel, are those
    /// of claims: `claims plot` draws them
    #[arg(long, value_name = "NAME", default_value = report::PICTURES[0], value_parser = report::PICTURES)]
    pub(crate) picture: String,
    /// The colours of .svg and .png; the page has both
    #[arg(long, value_name = "light|dark", default_value = "light")]
    pub(crate) theme: Colours,
}
