//! Pictures and the page, drawn from `results` alone.
//!
//! ```text
//!  Comparison ──pictures/──> Picture ──plotly──> figure in report.html
//!      │                        └─────still───> SVG, PNG
//!      └──summary──> Table ──> page, terminal, CSV, Markdown
//! ```
//!
//! Nothing is computed here that `results` does not hold; what is decided here is how it looks. The crate opens no file, asks
//! no clock and measures nothing.

mod claims;
mod downloads;
mod lines;
mod look;
mod method;
mod page;
mod picture;
mod pictures;
mod plot;
mod plotly;
mod sentences;
#[cfg(feature = "stills")]
mod still;
mod summary;
mod table;
mod terminal;
mod terminal_plot;
mod theme;
mod ticks;
mod verdict;
mod witnesses;

pub use claims::terminal_claims;
pub use page::{page, page_with_claims};
pub use plot::{Colours, Format, PICTURES, PlotError, plot, plot_claim};
pub use sentences::{check_in_words, reasons, reasons_of_runs, word};
pub use summary::{csv, markdown};
pub use terminal::{Screen, terminal, terminal_table};

#[cfg(test)]
mod golden;
