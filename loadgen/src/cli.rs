//! The command line: what is typed, what is shown, how it ends.

mod answers;
pub mod args;
pub mod commands;
mod csv;
mod doubt;
pub mod ending;
mod output;
pub mod progress;
mod repeats;
mod screen;
mod series;
mod sides;
pub mod signals;
mod stored;
pub mod summary;
