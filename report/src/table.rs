//! A table as data: the page, the terminal and the CSV write the same cells.

use results::Metric;
use serde::Serialize;

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    /// The rows, each as long as the headings.
    pub(crate) rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Column {
    pub(crate) title: String,
    /// What it stands for, in words.
    pub(crate) meaning: String,
    /// Whether the cells are numbers, which are set against the right.
    pub(crate) numeric: bool,
    /// The unit of the bare numbers in the CSV, where a cell has no room for one.
    pub(crate) unit: &'static str,
}

impl Column {
    pub(crate) fn words(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            meaning: String::new(),
            numeric: false,
            unit: "",
        }
    }

    pub(crate) fn numbers(title: impl Into<String>, meaning: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            meaning: meaning.into(),
            numeric: true,
            unit: "",
        }
    }

    pub(crate) fn of(metric: Metric) -> Self {
        Self::numbers(metric.title(), metric.meaning()).in_unit(metric.unit())
    }

    /// The column with the unit of its bare numbers.
    pub(crate) fn in_unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Cell {
    /// What is read.
    pub(crate) text: String,
    /// The number behind it, by which rows are sorted and which the CSV holds.
    pub(crate) value: Option<f64>,
    /// A second line, smaller.
    pub(crate) note: String,
    /// `fail`, `doubt`, `pass`, or nothing.
    pub(crate) tone: &'static str,
}

impl Cell {
    pub(crate) fn words(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A whole number.
    pub(crate) fn count(number: u64) -> Self {
        Self::number(Some(number as f64), |_| results::units::count(number))
    }

    /// A number and how it is written; [`results::units::NOT_MEASURED`] where there is none.
    pub(crate) fn number(value: Option<f64>, text: impl Fn(f64) -> String) -> Self {
        Self {
            text: value.map_or_else(|| results::units::NOT_MEASURED.to_owned(), text),
            value,
            ..Self::default()
        }
    }
}

/// `90.0 µs … 95.2 µs`.
pub(crate) fn between((low, high): (f64, f64), text: impl Fn(f64) -> String) -> String {
    format!("{} … {}", text(low), text(high))
}

impl Table {
    /// The place of the column of this title.
    pub(crate) fn place_of(&self, title: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.title == title)
    }

    /// Comma-separated values (RFC 4180): numbers in full, words quoted where they must be.
    pub(crate) fn csv(&self) -> String {
        let heading = |column: &Column| match column.unit {
            "" => quoted(&column.title),
            unit => quoted(&format!("{} ({unit})", column.title)),
        };
        let mut lines = vec![join(self.columns.iter().map(heading))];
        for row in &self.rows {
            lines.push(join(row.iter().map(|cell| match cell.value {
                Some(value) => value.to_string(),
                None => quoted(&cell.text),
            })));
        }
        lines.join("\r\n") + "\r\n"
    }

    /// A table in Markdown: the cells as they are read, what is set small in brackets.
    pub(crate) fn markdown(&self) -> String {
        let headings = self.columns.iter().map(|column| column.title.clone());
        let rule = |column: &Column| if column.numeric { "---:" } else { "---" };
        let rules = self.columns.iter().map(|column| rule(column).to_owned());
        let cell = |cell: &Cell| match &cell.note[..] {
            "" => cell.text.clone(),
            note => format!("{} ({note})", cell.text),
        };
        let mut lines = vec![markdown_row(headings), markdown_row(rules)];
        lines.extend(
            self.rows
                .iter()
                .map(|row| markdown_row(row.iter().map(cell))),
        );
        lines.concat()
    }
}

/// A bar would end a cell, and a line break the row.
fn markdown_row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<_> = cells
        .map(|cell| cell.replace('|', "\\|").replace('\n', " "))
        .collect();
    format!("| {} |\n", cells.join(" | "))
}

fn join(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",")
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_holds_what_is_read() {
        let table = Table {
            columns: vec![Column::words("system"), Column::of(Metric::P99)],
            rows: vec![vec![
                Cell::words("a|b"),
                Cell {
                    note: "1.50 ×".to_owned(),
                    ..Cell::number(Some(1_500_000.0), results::units::time_of)
                },
            ]],
        };
        assert_eq!(
            table.markdown(),
            "| system | p99 |\n| --- | ---: |\n| a\\|b | 1.50\u{a0}ms (1.50 ×) |\n"
        );
    }

    #[test]
    fn a_csv_holds_the_numbers_and_quotes_the_words() {
        let table = Table {
            columns: vec![Column::words("system"), Column::of(Metric::P99)],
            rows: vec![
                vec![
                    Cell::words("say \"a, b\""),
                    Cell::number(Some(1_500_000.0), results::units::time_of),
                ],
                vec![
                    Cell::words("c"),
                    Cell::number(None, results::units::time_of),
                ],
            ],
        };
        assert_eq!(
            table.csv(),
            "system,p99 (ns)\r\n\"say \"\"a, b\"\"\",1500000\r\nc,n/a\r\n"
        );
    }
}
