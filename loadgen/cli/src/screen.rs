//! The terminal that a table is written to: its width, and whether it shows colours.

use std::env;
use std::io::{self, IsTerminal as _};

use report::Screen;

/// The width of a terminal that does not know it.
const DEFAULT_COLUMNS: u16 = 80;

/// The width of tables in a file.
const FILE_COLUMNS: u16 = 200;

/// The columns for sentences. In a file they are not wrapped, so that a search finds whole lines.
pub(crate) fn room() -> usize {
    match io::stdout().is_terminal() {
        true => usize::from(stdout().columns),
        false => usize::MAX,
    }
}

/// What stdout is.
pub(crate) fn stdout() -> Screen {
    let is_terminal = io::stdout().is_terminal();
    let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let columns = rustix::termios::tcgetwinsize(io::stdout()).map_or(0, |size| size.ws_col);
    Screen {
        columns: match (is_terminal, columns) {
            (false, _) => FILE_COLUMNS,
            (true, 0) => DEFAULT_COLUMNS,
            (true, columns) => columns,
        },
        colours: is_terminal && !no_colour,
    }
}
