//! Pictures, the page and the sentences, from `results` alone.
//!
//! ```text
//!  Comparison ──pictures/──> Picture ──plotly──> figure in report.html
//!      │                        └──static_picture──> SVG, PNG
//!      ├──summary──> Table ──> page, terminal, CSV, Markdown
//!      └──sentences──> verdict and reasons ──> page, terminal
//! ```
//!
//! Nothing is computed here that `results` does not hold; what is decided here is how it looks. The crate opens no file, asks
//! no clock and measures nothing.

mod anomalies;
mod axes;
mod claims;
mod downloads;
mod method;
mod page;
mod picture;
mod picture_file;
mod pictures;
mod plotly;
mod progress;
mod sentences;
mod static_picture;
mod style;
mod summary;
mod table;
mod terminal;
mod terminal_plot;
mod text;
mod theme;
mod verdict_cells;

pub use claims::terminal_claims;
pub use page::{page, page_with_claims};
pub use picture_file::{Colours, Format, PICTURES, PlotError, UnknownColours, plot, plot_claim};
pub use progress::Meter;
pub use sentences::{check_in_words, reasons, reasons_of_runs, word};
pub use summary::{csv, markdown};
pub use terminal::{Screen, terminal};
pub use text::{HeadedLines, headed_lines, text_table, wrap};
