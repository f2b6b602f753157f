//! The anomalies: of each system and kind, how many there are and the first few counterexamples.

use std::collections::BTreeMap;

use results::{AnomalyRecord, Comparison, Example, units};

use crate::table::{Cell, Column, Table};

/// One row for each counterexample; no rows where nothing was wrong.
pub(crate) fn table(comparison: &Comparison) -> Table {
    let mut table = Table {
        columns: ["system", "anomaly", "count", "counterexample"]
            .map(Column::words)
            .to_vec(),
        rows: Vec::new(),
    };
    for system in &comparison.systems {
        let mut kinds: BTreeMap<_, (u64, Vec<&Example>)> = BTreeMap::new();
        let all = system.runs().iter();
        for anomaly in all.flat_map(|run| &run.correctness.anomalies) {
            let (count, examples) = kinds.entry(anomaly.kind).or_default();
            *count += anomaly.count;
            examples.extend(&anomaly.examples);
        }
        for (kind, (count, examples)) in kinds {
            for example in examples.into_iter().take(AnomalyRecord::MAX_EXAMPLES) {
                table.rows.push(vec![
                    Cell::words(&system.label),
                    Cell::words(kind.to_string()),
                    Cell::words(units::count(count)),
                    Cell::words(&example.text),
                ]);
            }
        }
    }
    table
}
