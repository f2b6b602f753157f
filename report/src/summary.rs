//! The summary: one row a system, one column a metric, and what each is worth against the reference.

use results::statistics::{Contrast, MIN_RUNS, contrast};
use results::{Comparison, Group, Metric, Outcome, Workload, units};

use crate::sentences::word;
use crate::table::{Cell, Column, Table};
use crate::verdict_cells::{validity_cell, verdict_cell};

/// The summary as comma-separated values (RFC 4180), the numbers in full.
pub fn csv(comparison: &Comparison) -> String {
    of_reference(comparison).csv()
}

/// The summary as a table in Markdown, with the ratios.
pub fn markdown(comparison: &Comparison) -> String {
    of_reference(comparison).markdown()
}

fn of_reference(comparison: &Comparison) -> Table {
    let reference = comparison.reference().map(|system| system.label.as_str());
    Summary::new(comparison).table(reference)
}

/// The numbers of all groups, read from the histograms once; ratios to any reference follow from them.
pub(crate) struct Summary<'a> {
    comparison: &'a Comparison,
    rows: Vec<Row<'a>>,
    metrics: Vec<Metric>,
}

/// A group and, for each metric of the summary, the number of each of its runs.
struct Row<'a> {
    group: Group<'a>,
    values: Vec<Vec<f64>>,
}

impl<'a> Summary<'a> {
    /// Reads the numbers.
    pub(crate) fn new(comparison: &'a Comparison) -> Self {
        let groups = by_load(Group::of(comparison));
        let any_has = |metric: &Metric| {
            // A column of nothing but "n/a" says nothing.
            comparison.runs().any(|run| metric.of(run).is_some())
        };
        let metrics: Vec<Metric> = Metric::ALL.into_iter().filter(any_has).collect();
        let row = |group: Group<'a>| Row {
            values: metrics.iter().map(|metric| group.values(*metric)).collect(),
            group,
        };
        let rows = groups.into_iter().map(row).collect();
        Self {
            comparison,
            rows,
            metrics,
        }
    }

    /// The table, with the ratios to the system of this label.
    pub(crate) fn table(&self, reference: Option<&str>) -> Table {
        let columns = self.columns();
        let mut rows: Vec<Vec<Cell>> = self
            .rows
            .iter()
            .map(|row| self.cells(row, reference))
            .collect();
        rows.extend(missing_rows(self.comparison, columns.len()));
        Table { columns, rows }
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns = vec![Column::words("system")];
        if self.has_several_loads() {
            columns.push(Column::words("load"));
        }
        columns.extend([Column::words("answers"), Column::words("measurement")]);
        columns.push(Column::numbers("runs", "of this system under this load"));
        let metrics = self.metrics.iter();
        columns.extend(metrics.map(|metric| Column::of(*metric)));
        columns
    }

    fn cells(&self, row: &Row, reference: Option<&str>) -> Vec<Cell> {
        let group = &row.group;
        let is_reference = |other: &&Row| {
            let same_load = other.group.workload().same_load(group.workload());
            Some(other.group.label) == reference && other.group.label != group.label && same_load
        };
        let other = self.rows.iter().find(is_reference);
        let mut cells = vec![Cell::words(group.label)];
        if self.has_several_loads() {
            let loads = self.rows.iter().map(|row| row.group.workload());
            cells.push(Cell::words(group.workload().difference_from(loads)));
        }
        cells.extend([verdict_cell(group), validity_cell(group)]);
        cells.push(Cell::count(group.runs.len() as u64));
        for (place, metric) in self.metrics.iter().enumerate() {
            let against = other.map(|other| other.values[place].as_slice());
            cells.push(metric_cell(group, *metric, &row.values[place], against));
        }
        cells
    }

    fn has_several_loads(&self) -> bool {
        let loads = self.rows.iter().map(|row| row.group.workload());
        self.rows.first().is_some_and(|first| {
            let mut loads = loads;
            loads.any(|load| !load.same_load(first.group.workload()))
        })
    }
}

/// The groups of one load side by side: those are what is compared.
fn by_load(mut groups: Vec<Group>) -> Vec<Group> {
    let mut loads: Vec<&Workload> = Vec::new();
    for group in &groups {
        if !loads.iter().any(|load| load.same_load(group.workload())) {
            loads.push(group.workload());
        }
    }
    groups.sort_by_key(|group| {
        loads
            .iter()
            .position(|load| load.same_load(group.workload()))
    });
    groups
}

/// A system that could not be measured keeps its row and says why.
fn missing_rows(comparison: &Comparison, width: usize) -> Vec<Vec<Cell>> {
    let row = |label: &str, reason: &str, remedy: &str| {
        let mut cells = vec![Cell::words(units::NOT_MEASURED); width];
        cells[0] = Cell {
            note: format!("{reason}; {remedy}"),
            ..Cell::words(label)
        };
        cells
    };
    let missing = comparison
        .systems
        .iter()
        .filter_map(|system| match &system.outcome {
            Outcome::Missing { reason, remedy } => Some(row(&system.label, reason, remedy)),
            Outcome::Measured { .. } => None,
        });
    missing.collect()
}

fn metric_cell(group: &Group, metric: Metric, values: &[f64], reference: Option<&[f64]>) -> Cell {
    let value = metric.of_runs(values);
    let cell = Cell::number(value, |value| metric.text(value));
    if metric == Metric::Lost {
        let acknowledged = || format!("of {}", units::count(group.acknowledged()));
        return Cell {
            tone: if value > Some(0.0) { "fail" } else { "" },
            note: value.map_or_else(String::new, |_| acknowledged()),
            ..cell
        };
    }
    let contrast = reference.and_then(|reference| contrast(reference, values));
    Cell {
        note: contrast.map_or_else(String::new, |contrast| ratio(metric, &contrast)),
        ..cell
    }
}

/// `3.10× slower [2.62, 3.71]`; `3.10×` alone where the runs are too few.
pub(crate) fn ratio(metric: Metric, contrast: &Contrast) -> String {
    let times = units::number(contrast.ratio.value());
    match contrast.evidence {
        None => format!("{times}×"),
        Some(evidence) => format!(
            "{times}× {} [{},\u{a0}{}]",
            word(metric, contrast),
            units::number(evidence.low.value()),
            units::number(evidence.high.value()),
        ),
    }
}

/// What the ratios to this reference mean, for the foot of the table.
pub(crate) fn ratio_note(comparison: &Comparison, reference: &str) -> String {
    let runs = comparison.systems.iter().map(|system| system.runs().len());
    let fewest = runs.filter(|runs| *runs > 0).min();
    let mut note = format!(
        "Numbers are medians of the runs; lost updates are added up. Ratios are to {reference}, with a 95 % bootstrap \
         interval; ~ means that no difference is established (Mann–Whitney, p ≥ 0.05)."
    );
    if fewest.is_some_and(|runs| runs < MIN_RUNS) {
        note +=
            &format!(" Ratios without an interval need at least {MIN_RUNS} runs of each system.");
    }
    note
}

#[cfg(test)]
mod tests {
    use results::example;

    use super::*;

    fn summary(comparison: &Comparison) -> Table {
        Summary::new(comparison).table(Some("reactor"))
    }

    fn row<'a>(table: &'a Table, label: &str) -> &'a [Cell] {
        let found = table.rows.iter().find(|row| row[0].text == label);
        found.map(Vec::as_slice).unwrap_or_default()
    }

    #[test]
    fn every_system_has_a_row_as_long_as_the_headings() {
        let table = summary(&example::comparison(3));
        assert_eq!(table.rows.len(), 5);
        assert!(
            table
                .rows
                .iter()
                .all(|row| row.len() == table.columns.len())
        );
    }

    #[test]
    fn the_reference_has_no_ratio_and_the_others_have() {
        let table = summary(&example::comparison(5));
        let p99 = table
            .columns
            .iter()
            .position(|column| column.title == "p99")
            .unwrap();
        assert_eq!(row(&table, "reactor")[p99].note, "");
        let note = &row(&table, "threaded mutex")[p99].note;
        assert!(note.contains("× slower ["), "{note}");
    }

    #[test]
    fn a_wrong_system_and_a_missing_one_say_so() {
        let table = summary(&example::comparison(3));
        let racy = row(&table, "threaded racy");
        assert!(
            racy.iter()
                .any(|cell| cell.text == "WRONG" && cell.tone == "fail")
        );
        assert!(
            racy.iter()
                .any(|cell| cell.text == "411" && cell.tone == "fail")
        );
        let redis = row(&table, "redis");
        assert!(
            redis
                .iter()
                .any(|cell| cell.note.contains("apt-get install"))
        );
    }

    #[test]
    fn nothing_measured_is_an_empty_table() {
        let table = summary(&Comparison::of_runs("none".to_owned(), Vec::new()));
        assert!(table.rows.is_empty() && !table.columns.is_empty());
    }
}
