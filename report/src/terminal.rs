//! The summary on a terminal: what was done, the table, a small plot, and the verdict last, where the eye is.

use comfy_table::{Attribute, Cell, Color};
use results::{Comparison, Metric};

use crate::method;
use crate::sentences::{Statement, Weight, statements};
use crate::style::Systems;
use crate::summary::Summary;
use crate::terminal_plot::{mark, percentile_plot};
use crate::text::{aligned, lines_of, plain_table, wrap};

/// The terminal that is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Its columns; 80 where nobody knows.
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
    text += &terminal_table(comparison, screen);
    if let Some(plot) = percentile_plot(comparison, screen) {
        text += &format!("\n{plot}");
    }
    text.push('\n');
    for statement in statements(comparison) {
        text += &said(&statement, screen);
    }
    text
}

/// The table alone. Columns that do not fit are left out, the least important first; none is torn.
pub fn terminal_table(comparison: &Comparison, screen: Screen) -> String {
    let mut columns = columns(comparison);
    while width(&columns) > usize::from(screen.columns) {
        let droppable = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.rank > 0);
        match droppable
            .max_by_key(|(_, column)| column.rank)
            .map(|(place, _)| place)
        {
            Some(place) => drop(columns.remove(place)),
            None => break,
        }
    }
    let mut table = plain_table();
    if screen.colours {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(columns.iter().map(|column| {
        aligned(Cell::new(&column.title), column.numeric).add_attribute(Attribute::Bold)
    }));
    let rows = columns.first().map_or(0, |column| column.cells.len());
    for row in 0..rows {
        table.add_row(columns.iter().map(|column| {
            let (text, tone) = &column.cells[row];
            let cell = aligned(Cell::new(text), column.numeric);
            match *tone {
                "fail" => cell.fg(Color::Red),
                "doubt" => cell.fg(Color::Yellow),
                "pass" => cell.fg(Color::Green),
                _ => cell,
            }
        }));
    }
    lines_of(&table)
}

/// A column and how soon it is left out: 0 never, else the highest first.
struct Column {
    title: String,
    cells: Vec<(String, &'static str)>,
    numeric: bool,
    rank: u8,
}

fn columns(comparison: &Comparison) -> Vec<Column> {
    let reference = comparison.reference().map(|system| system.label.as_str());
    let table = Summary::new(comparison).table(reference);
    let rank = |title: &str| match title {
        "mem/conn" => 9,
        "switches/req" => 8,
        "runs" => 7,
        "max" => 6,
        "measurement" => 5,
        "CPU/req" => 4,
        "p99.9" => 3,
        "answers" => 2,
        "load" => 1,
        _ => 0,
    };
    let column = |(place, column): (usize, &crate::table::Column)| Column {
        title: column.title.clone(),
        cells: table
            .rows
            .iter()
            .map(|row| (row[place].text.clone(), row[place].tone))
            .collect(),
        numeric: column.numeric,
        rank: rank(&column.title),
    };
    let mut columns: Vec<Column> = table.columns.iter().enumerate().map(column).collect();
    if let Some(first) = columns.first_mut() {
        let systems = Systems::of(Some(comparison), None);
        for (text, _) in &mut first.cells {
            let place = systems.place(text);
            *text = format!(
                "{} {text}",
                place.map_or(' ', |place| mark(&systems, place))
            );
        }
    }
    columns.extend(ratio_column(&table));
    columns
}

/// `3.10× slower [2.62, 3.71]`: the one comparison that a terminal has room for.
fn ratio_column(table: &crate::table::Table) -> Option<Column> {
    let place = table
        .columns
        .iter()
        .position(|column| column.title == Metric::P99.title())?;
    let any = table.rows.iter().any(|row| !row[place].note.is_empty());
    any.then(|| Column {
        title: "p99 ratio".to_owned(),
        cells: table
            .rows
            .iter()
            .map(|row| (row[place].note.clone(), ""))
            .collect(),
        numeric: false,
        rank: 1,
    })
}

/// The columns that the table would take: each has a space on both sides.
fn width(columns: &[Column]) -> usize {
    let of_column = |column: &Column| {
        let cells = column.cells.iter().map(|(text, _)| text.chars().count());
        cells
            .chain([column.title.chars().count()])
            .max()
            .unwrap_or(0)
            + 2
    };
    columns.iter().map(of_column).sum()
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
        let narrow = terminal_table(&example::comparison(2), screen(60));
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
            verdict[0].starts_with("FAIL  threaded racy: wrong answers"),
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
