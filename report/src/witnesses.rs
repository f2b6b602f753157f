//! The operations that convict a server: of each system and kind of wrong answer, how many there were and the first few.

use std::collections::BTreeMap;

use results::{Anomaly, Comparison, Example, units};

use crate::table::{Cell, Column, Table};

/// One row for each witness; no rows where nothing was wrong.
pub(crate) fn table(comparison: &Comparison) -> Table {
    let mut table = Table {
        columns: ["system", "wrong", "how often", "witness"]
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
            for example in examples.into_iter().take(Anomaly::MAX_EXAMPLES) {
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
