//! What was wrong with the answers: counted by kind, with the first few as examples.

use std::collections::BTreeMap;

use results::{Anomaly, AnomalyKind, Example};

/// Wrong answers by kind. A lying server fills neither the memory nor the report: ten examples a kind are kept.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kinds: BTreeMap<AnomalyKind, Anomaly>,
}

impl Findings {
    /// Counts one wrong answer; `describe` is asked only while examples are still wanted.
    #[cold]
    pub(crate) fn add(&mut self, kind: AnomalyKind, describe: impl FnOnce() -> String) {
        let anomaly = self.of(kind);
        anomaly.count += 1;
        if anomaly.examples.len() < Anomaly::MAX_EXAMPLES {
            anomaly.examples.push(Example {
                text: describe(),
                operations: Vec::new(),
            });
        }
    }

    /// Takes over what another thread found.
    pub(crate) fn merge(&mut self, other: Self) {
        for (kind, found) in other.kinds {
            let anomaly = self.of(kind);
            anomaly.count += found.count;
            let room = Anomaly::MAX_EXAMPLES - anomaly.examples.len();
            anomaly
                .examples
                .extend(found.examples.into_iter().take(room));
        }
    }

    /// Whether nothing was wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// One entry a kind.
    pub(crate) fn into_anomalies(self) -> Vec<Anomaly> {
        self.kinds.into_values().collect()
    }

    fn of(&mut self, kind: AnomalyKind) -> &mut Anomaly {
        let empty = || Anomaly {
            kind,
            count: 0,
            examples: Vec::new(),
        };
        self.kinds.entry(kind).or_insert_with(empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_ten_are_shown() {
        let (mut mine, mut theirs) = (Findings::default(), Findings::default());
        for number in 0..7 {
            mine.add(AnomalyKind::CrossTalk, || format!("mine {number}"));
            theirs.add(AnomalyKind::CrossTalk, || format!("theirs {number}"));
        }
        theirs.add(AnomalyKind::LostUpdate, || "lost".to_owned());
        mine.merge(theirs);
        let anomalies = mine.into_anomalies();
        assert_eq!(
            anomalies
                .iter()
                .map(|a| (a.kind, a.count))
                .collect::<Vec<_>>(),
            [(AnomalyKind::LostUpdate, 1), (AnomalyKind::CrossTalk, 14)]
        );
        assert_eq!(anomalies[1].examples.len(), 10);
        assert_eq!(anomalies[1].examples[7].text, "theirs 0");
    }
}
