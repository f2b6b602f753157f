//! Anomalies in the replies, counted by kind, with the first few as examples.

use std::collections::BTreeMap;

use history::{Anomaly, Key, Operation, Verdict};
use results::{AnomalyRecord, Example, Witness};

/// Anomalies by kind. Ten examples per kind bound the memory and the report's length.
#[derive(Debug, Default)]
pub(crate) struct Anomalies {
    kinds: BTreeMap<Anomaly, AnomalyRecord>,
}

impl Anomalies {
    /// Adds one wrong reply.
    #[cold]
    pub(crate) fn add(&mut self, found: Anomaly, text: String) {
        let anomaly = self.of(found);
        anomaly.count += 1;
        if anomaly.examples.len() < AnomalyRecord::MAX_EXAMPLES {
            anomaly.examples.push(Example {
                text,
                operations: Vec::new(),
            });
        }
    }

    /// Adds another thread's anomalies.
    pub(crate) fn merge(&mut self, other: Self) {
        for (kind, found) in other.kinds {
            let anomaly = self.of(kind);
            anomaly.count += found.count;
            let room = AnomalyRecord::MAX_EXAMPLES - anomaly.examples.len();
            anomaly
                .examples
                .extend(found.examples.into_iter().take(room));
        }
    }

    /// Adds the history's anomalies; `name` maps a key's number to its name.
    pub(crate) fn add_verdict(&mut self, verdict: &Verdict, name: &dyn Fn(u32) -> String) {
        for (found, count) in verdict.counts.seen() {
            let anomaly = self.of(found);
            anomaly.count += count;
            let room = AnomalyRecord::MAX_EXAMPLES.saturating_sub(anomaly.examples.len());
            let examples = verdict.examples.iter();
            let examples = examples.filter(|example| example.anomaly == found);
            anomaly
                .examples
                .extend(examples.take(room).map(|one| example(one, name)));
        }
    }

    /// Whether there are no anomalies.
    pub(crate) fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Returns one record per kind.
    pub(crate) fn into_records(self) -> Vec<AnomalyRecord> {
        self.kinds.into_values().collect()
    }

    fn of(&mut self, kind: Anomaly) -> &mut AnomalyRecord {
        let empty = || AnomalyRecord {
            kind,
            count: 0,
            examples: Vec::new(),
        };
        self.kinds.entry(kind).or_insert_with(empty)
    }
}

/// Returns a counterexample as text and as data.
fn example(found: &history::Counterexample, name: &dyn Fn(u32) -> String) -> Example {
    let on_key = |key: Key| format!(" (key '{}')", name(key.number()));
    let operations = [&found.faulty, &found.other].into_iter().flatten();
    Example {
        text: format!(
            "{}{}",
            found.evidence(),
            found.key.map_or(String::new(), on_key)
        ),
        operations: operations.map(|one| witness(one, name)).collect(),
    }
}

fn witness(operation: &Operation, name: &dyn Fn(u32) -> String) -> Witness {
    Witness {
        operation: operation.kind.name().to_owned(),
        key: name(operation.key.number()),
        connection: operation.connection.number(),
        sequence: operation.sequence,
        began_ns: operation.inv_ns,
        ended_ns: operation.ret_ns,
        value: operation.value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_ten_are_kept() {
        let (mut mine, mut theirs) = (Anomalies::default(), Anomalies::default());
        for number in 0..7 {
            mine.add(Anomaly::CrossTalk, format!("mine {number}"));
            theirs.add(Anomaly::CrossTalk, format!("theirs {number}"));
        }
        theirs.add(Anomaly::LostUpdate, "lost".to_owned());
        mine.merge(theirs);
        let anomalies = mine.into_records();
        assert_eq!(
            anomalies
                .iter()
                .map(|a| (a.kind, a.count))
                .collect::<Vec<_>>(),
            [(Anomaly::LostUpdate, 1), (Anomaly::CrossTalk, 14)]
        );
        assert_eq!(anomalies[1].examples.len(), 10);
        assert_eq!(anomalies[1].examples[7].text, "theirs 0");
    }
}
