//! Text for a terminal: wrapped lines, lines under headings, and tables.

use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};

/// The text in lines of at most `room` characters, broken at spaces. A longer word has a line of its own and is not cut.
pub fn wrap(text: &str, room: usize) -> Vec<&str> {
    let (mut lines, mut rest) = (Vec::new(), text);
    while let Some((edge, beyond)) = rest.char_indices().nth(room) {
        let indent = rest.len() - rest.trim_start().len();
        let at_the_edge = (beyond == ' ' && edge > indent).then_some(edge);
        let before = || rest[..edge].rfind(' ').filter(|at| *at > indent);
        let behind = || rest[indent..].find(' ').map(|at| indent + at);
        let Some(at) = at_the_edge.or_else(before).or_else(behind) else {
            break;
        };
        lines.push(&rest[..at]);
        rest = rest[at..].trim_start_matches(' ');
    }
    lines.push(rest);
    lines
}

/// Lines of text with a heading each, or with an empty one.
pub type HeadedLines = Vec<(&'static str, String)>;

/// Headed lines as they are printed: the headings in a column on the left, the text wrapped beside them to `room` columns in all.
pub fn headed_lines(lines: &[(&str, String)], room: usize) -> String {
    const HEADING: usize = 10;
    let mut text = String::new();
    for (heading, words) in lines {
        let mut heading = *heading;
        for line in wrap(words, room.saturating_sub(HEADING)) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{heading:<HEADING$}{line}");
            heading = "";
        }
    }
    text
}

/// A table as text, a line each row. Cells of the columns in `left` begin at the left, the others end at the right.
pub fn text_table<const COLUMNS: usize>(
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
    left: &[usize],
) -> String {
    let mut table = plain_table();
    for row in rows {
        table.add_row(
            row.into_iter()
                .enumerate()
                .map(|(column, text)| aligned(Cell::new(text), !left.contains(&column))),
        );
    }
    if let Some(first) = table.column_mut(0) {
        first.set_padding((0, 1));
    }
    lines_of(&table)
}

/// A table without frames, as wide as its cells are.
pub(crate) fn plain_table() -> Table {
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table
}

pub(crate) fn aligned(cell: Cell, right: bool) -> Cell {
    cell.set_alignment(match right {
        true => CellAlignment::Right,
        false => CellAlignment::Left,
    })
}

/// The lines of a table without the spaces at their ends.
pub(crate) fn lines_of(table: &Table) -> String {
    let lines = table.lines();
    lines
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_wide_goes_on_under_itself() {
        let lines = [("valid", "suspect: it stood still".to_owned())];
        assert_eq!(
            headed_lines(&lines, usize::MAX),
            "valid     suspect: it stood still\n"
        );
        let narrow = "valid     suspect: it\n          stood still\n";
        assert_eq!(headed_lines(&lines, 22), narrow);
    }

    #[test]
    fn lines_break_at_spaces_and_keep_their_indent() {
        assert_eq!(wrap("  a row of cells", 40), ["  a row of cells"]);
        assert_eq!(
            wrap("unbreakable and so on", 3),
            ["unbreakable", "and", "so", "on"]
        );
        assert_eq!(wrap("", 0), [""]);
    }

    #[test]
    fn a_table_has_words_at_the_left_and_numbers_at_the_right() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned);
        let rows = [row(["", "p50", ""]), row(["run 1", "1.00 ms", "suspect"])];
        assert_eq!(
            text_table(rows, &[0, 2]),
            "           p50\nrun 1  1.00 ms  suspect\n"
        );
    }
}
