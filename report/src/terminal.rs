//! The summary on a terminal: what was done, the table, a small plot, and the verdict last, where the eye is.

use comfy_table::{Attribute, Color};
use results::{Comparison, Metric};

use crate::method;
use crate::sentences::{Statement, Weight, statements};
use crate::style::Systems;
use crate::summary::Summary;
use crate::table::{Cell, Column, Table};
use crate::terminal_plot::{mark, percentile_plot};
use crate::text::{aligned, lines_of, plain_table, wrap};

/// The terminal that is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Its columns; 80 if unknown.
    pub columns: u16,
    /// Whether it shows colours: a terminal, and `NO_COLOR` is not set.
    pub colours: bool,
}

/// The summary of a comparison, a plot of its percentiles, and the verdict. Ends with a line break.
pub fn terminal(comparison: &Comparison, screen: Screen) -> String {
    let head = [comparison.title.clone(), method::subtitle(comparison)];
    let head = head
        .iter()
        .flat_map(|line| wrap(line, usize::from(screen.columns)));
    let mut text: String = head.map(|line| format!("{line}\n")).collect();
    text.push('\n');
    text += &summary_table(comparison, screen);
    if let Some(plot) = percentile_plot(comparison, screen) {
        text += &format!("\n{plot}");
    }
    text.push('\n');
    for statement in statements(comparison) {
        text += &said(&statement, screen);
    }
    text
}

/// The columns that are left out where the screen is too narrow for all, the first one first.
const LEFT_OUT: [&str; 10] = [
    "mem/conn",
    "switches/req",
    "runs",
    "max",
    "measurement",
    "CPU/req",
    "p99.9",
    "answers",
    RATIO,
    "load",
];

/// The one ratio that a terminal has room for: `3.10× slower [2.62, 3.71]`.
const RATIO: &str = "p99 ratio";

/// The table alone. Columns that do not fit are left out whole.
fn summary_table(comparison: &Comparison, screen: Screen) -> String {
    let mut table = marked_summary(comparison);
    let mut left_out = LEFT_OUT.iter();
    while width(&table) > usize::from(screen.columns)
        && let Some(title) = left_out.next()
    {
        if let Some(place) = table.place_of(title) {
            table.columns.remove(place);
            table
                .rows
                .iter_mut()
                .for_each(|row| drop(row.remove(place)));
        }
    }
    let mut text = plain_table();
    match screen.colours {
        true => text.enforce_styling(),
        false => text.force_no_tty(),
    };
    let cell = |column: &Column, text: &str| aligned(comfy_table::Cell::new(text), column.numeric);
    let heading = |column| cell(column, &column.title).add_attribute(Attribute::Bold);
    text.set_header(table.columns.iter().map(heading));
    for row in &table.rows {
        text.add_row(row.iter().zip(&table.columns).map(|(own, column)| {
            let cell = cell(column, &own.text);
            match own.tone {
                "fail" => cell.fg(Color::Red),
                "doubt" => cell.fg(Color::Yellow),
                "pass" => cell.fg(Color::Green),
                _ => cell,
            }
        }));
    }
    lines_of(&text)
}

/// The summary with each system's mark before its name, and the ratios of the p99 as a column.
fn marked_summary(comparison: &Comparison) -> Table {
    let reference = comparison.reference().map(|system| system.label.as_str());
    let mut table = Summary::new(comparison).table(reference);
    let systems = Systems::of(Some(comparison), None);
    for row in &mut table.rows {
        let place = systems.place(&row[0].text);
        let mark = place.map_or(' ', |place| mark(&systems, place));
        row[0].text.insert_str(0, &format!("{mark} "));
    }
    if let Some(p99) = table.place_of(Metric::P99.title())
        && table.rows.iter().any(|row| !row[p99].note.is_empty())
    {
        table.columns.push(Column::words(RATIO));
        for row in &mut table.rows {
            row.push(Cell::words(row[p99].note.clone()));
        }
    }
    table
}

/// The columns of the screen that the table would take: each cell has a space on both sides.
fn width(table: &Table) -> usize {
    let of_column = |(place, column): (usize, &Column)| {
        let cells = table.rows.iter().map(|row| row[place].text.chars().count());
        cells.fold(column.title.chars().count(), usize::max) + 2
    };
    table.columns.iter().enumerate().map(of_column).sum()
}

/// `FAIL  threaded racy: …`, wrapped under itself.
fn said(statement: &Statement, screen: Screen) -> String {
    let (word, colour) = match statement.weight {
        Weight::Fail => ("FAIL", "31"),
        Weight::Doubt => ("DOUBT", "33"),
        Weight::Pass => ("PASS", "32"),
        Weight::Note => ("NOTE", "2"),
    };
    let word = format!("{word:<6}");
    let word = if screen.colours {
        format!("\u{1b}[{colour}m{word}\u{1b}[0m")
    } else {
        word
    };
    let room = usize::from(screen.columns).saturating_sub(6).max(20);
    let lines = wrap(&statement.text, room);
    format!("{word}{}\n", lines.join("\n      "))
}

#[cfg(test)]
mod tests {
    use results::example;

    use super::*;

    fn screen(columns: u16) -> Screen {
        Screen {
            columns,
            colours: false,
        }
    }

    fn widest(text: &str) -> usize {
        text.lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn nothing_is_wider_than_the_screen() {
        let comparison = example::comparison(1);
        for columns in [60, 80, 100, 120, 200] {
            let text = terminal(&comparison, screen(columns));
            assert!(widest(&text) <= usize::from(columns), "{columns}:\n{text}");
        }
    }

    #[test]
    fn the_most_important_columns_stay() {
        let narrow = summary_table(&example::comparison(2), screen(60));
        let head = narrow.lines().next().unwrap_or_default();
        for title in ["system", "req/s", "p50", "p99", "lost"] {
            assert!(head.contains(title), "{narrow}");
        }
        assert!(!head.contains("mem/conn"), "{narrow}");
    }

    #[test]
    fn without_colours_no_escape_is_written() {
        let comparison = example::comparison(2);
        assert!(!terminal(&comparison, screen(100)).contains('\u{1b}'));
        let coloured = Screen {
            columns: 100,
            colours: true,
        };
        assert!(terminal(&comparison, coloured).contains("\u{1b}[31m"));
    }

    #[test]
    fn the_verdict_comes_last_and_the_failure_first_in_it() {
        let text = terminal(&example::comparison(2), screen(100));
        let verdict: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("FAIL") || line.starts_with("NOTE"))
            .collect();
        assert!(
            verdict[0].starts_with("FAIL  threaded racy: wrong replies"),
            "{text}"
        );
        assert!(
            verdict[1].starts_with("NOTE  redis was not measured"),
            "{text}"
        );
    }

    #[test]
    fn nothing_measured_is_said_and_does_not_panic() {
        let none = Comparison::of_runs("nothing".to_owned(), Vec::new());
        assert!(terminal(&none, screen(80)).contains("FAIL  nothing was measured"));
        let empty = Comparison::of_runs("empty".to_owned(), vec![example::empty("dead")]);
        assert!(terminal(&empty, screen(40)).contains("a run has no reply"));
        assert!(!terminal(&empty, screen(1)).is_empty());
    }
}
