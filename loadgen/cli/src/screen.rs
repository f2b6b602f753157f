//! The terminal that a table is written to: its width, and whether it shows colours.

use std::env;
use std::io::{self, IsTerminal as _};

use report::Screen;

/// Where nobody knows: the width of a punched card.
const DEFAULT_COLUMNS: u16 = 80;

/// A file has no edge; a table in one is as wide as it needs to be.
const FILE_COLUMNS: u16 = 200;

/// The columns that words may take: a file has no edge, and whoever searches one wants whole lines.
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
    let columns = match is_terminal {
        true => {
            rustix::termios::tcgetwinsize(io::stdout()).map_or(DEFAULT_COLUMNS, |size| size.ws_col)
        }
        false => FILE_COLUMNS,
    };
    Screen {
        // A terminal that does not know its size says 0.
        columns: if columns == 0 {
            DEFAULT_COLUMNS
        } else {
            columns
        },
        colours: is_terminal && !no_colour,
    }
}
