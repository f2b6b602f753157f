//! Judges the counters: every answer of INCR and GET passes here, in the order in which its thread saw it.

use results::AnomalyKind;

use crate::books::findings::Findings;
use crate::books::seen::Seen;

/// What one thread knows about the counters. The threads' judges are put together at the end of the run.
///
/// Here is the place for a check of the whole history: each operation is told of when it starts and when its fate is
/// known, and never in between.
#[derive(Debug)]
pub(crate) struct Judge {
    seen: Seen,
    keys: Vec<KeyBook>,
    checked: u64,
    /// What was wrong.
    pub findings: Findings,
}

/// The books of one counter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KeyBook {
    /// Increments that the server acknowledged.
    pub acknowledged: u64,
    /// Increments that went out whole and whose reply never came.
    pub ambiguous: u64,
}

/// The last value that one connection saw of each counter. Pipelined or not, its next one must not be older.
#[derive(Debug)]
pub(crate) struct LastValues {
    values: Vec<i64>,
}

impl LastValues {
    /// A connection that has seen nothing but what the counters held before the run.
    pub(crate) fn new(before: &[i64]) -> Self {
        Self {
            values: before.to_vec(),
        }
    }
}

impl Judge {
    /// A judge of `keys` counters.
    pub(crate) fn new(keys: u32) -> Self {
        Self {
            seen: Seen::new(keys),
            keys: vec![KeyBook::default(); keys as usize],
            checked: 0,
            findings: Findings::default(),
        }
    }

    /// INCR returned `value`.
    #[inline]
    pub(crate) fn incremented(
        &mut self,
        connection: u32,
        key: u32,
        value: i64,
        last: &mut LastValues,
    ) {
        self.checked += 1;
        self.keys[key as usize].acknowledged += 1;
        let last = &mut last.values[key as usize];
        if !self.seen.insert(key, value) {
            self.findings.add(AnomalyKind::LostUpdate, || {
                format!("INCR returned {value} a second time (connection {connection}, key {key})")
            });
        } else if value <= *last {
            let last = *last;
            self.findings.add(AnomalyKind::CounterRegression, || {
                format!("INCR returned {value} after connection {connection} had seen {last} (key {key})")
            });
        }
        *last = (*last).max(value);
    }

    /// GET returned `value`.
    #[inline]
    pub(crate) fn read(&mut self, connection: u32, key: u32, value: i64, last: &mut LastValues) {
        self.checked += 1;
        let last = &mut last.values[key as usize];
        if value < *last {
            let last = *last;
            self.findings.add(AnomalyKind::NonMonotonicRead, || {
                format!(
                    "GET returned {value} after connection {connection} had seen {last} (key {key})"
                )
            });
        }
        *last = (*last).max(value);
    }

    /// A reply that touches no counter was compared with what it had to be.
    #[inline]
    pub(crate) fn compared(&mut self) {
        self.checked += 1;
    }

    /// An increment went out whole, and nobody will ever know what became of it.
    pub(crate) fn ambiguous(&mut self, key: u32) {
        self.keys[key as usize].ambiguous += 1;
    }

    /// Takes over what another thread's judge knows.
    pub(crate) fn merge(&mut self, other: Self) {
        let Self { seen, findings, .. } = self;
        seen.merge(&other.seen, |key, value| {
            findings.add(AnomalyKind::LostUpdate, || {
                format!("INCR returned {value} on two threads (key {key})")
            });
        });
        self.findings.merge(other.findings);
        self.checked += other.checked;
        for (mine, theirs) in self.keys.iter_mut().zip(other.keys) {
            mine.acknowledged += theirs.acknowledged;
            mine.ambiguous += theirs.ambiguous;
        }
    }

    /// Answers that were looked at.
    pub(crate) fn checked(&self) -> u64 {
        self.checked
    }

    /// The books of the counters, by number.
    pub(crate) fn keys(&self) -> &[KeyBook] {
        &self.keys
    }

    /// Values whose uniqueness could not be checked: see [`Seen`].
    pub(crate) fn unchecked(&self) -> u64 {
        self.seen.unchecked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(judge: Judge) -> Vec<(AnomalyKind, u64)> {
        judge
            .findings
            .into_anomalies()
            .iter()
            .map(|anomaly| (anomaly.kind, anomaly.count))
            .collect()
    }

    #[test]
    fn a_right_counter_is_not_accused() {
        let mut judge = Judge::new(1);
        let (mut one, mut two) = (LastValues::new(&[0]), LastValues::new(&[0]));
        judge.incremented(1, 0, 1, &mut one);
        judge.incremented(2, 0, 3, &mut two);
        judge.incremented(1, 0, 2, &mut one);
        judge.read(1, 0, 2, &mut one);
        judge.read(2, 0, 3, &mut two);
        assert_eq!(
            judge.keys(),
            [KeyBook {
                acknowledged: 3,
                ambiguous: 0
            }]
        );
        assert_eq!(judge.checked(), 5);
        assert!(judge.findings.is_empty());
    }

    #[test]
    fn each_wrong_answer_has_its_name() {
        let mut judge = Judge::new(1);
        let (mut one, mut two) = (LastValues::new(&[0]), LastValues::new(&[0]));
        judge.incremented(1, 0, 7, &mut one);
        judge.incremented(2, 0, 7, &mut two);
        judge.incremented(1, 0, 3, &mut one);
        judge.read(2, 0, 6, &mut two);
        assert_eq!(
            kinds(judge),
            [
                (AnomalyKind::LostUpdate, 1),
                (AnomalyKind::CounterRegression, 1),
                (AnomalyKind::NonMonotonicRead, 1)
            ]
        );
    }

    #[test]
    fn what_was_there_before_the_run_counts() {
        let mut judge = Judge::new(1);
        let mut last = LastValues::new(&[100]);
        judge.incremented(0, 0, 5, &mut last);
        assert_eq!(kinds(judge), [(AnomalyKind::CounterRegression, 1)]);
    }

    #[test]
    fn two_threads_are_judged_together() {
        let (mut here, mut there) = (Judge::new(1), Judge::new(1));
        here.incremented(0, 0, 1, &mut LastValues::new(&[0]));
        there.incremented(1, 0, 1, &mut LastValues::new(&[0]));
        there.ambiguous(0);
        here.merge(there);
        assert_eq!(
            here.keys(),
            [KeyBook {
                acknowledged: 2,
                ambiguous: 1
            }]
        );
        assert_eq!(kinds(here), [(AnomalyKind::LostUpdate, 1)]);
    }
}
