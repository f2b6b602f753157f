//! Counts: events among operations, and when there are enough operations for a verdict.

use results::statistics::{MIN_RUNS, count_interval};
use results::{Anomaly, CheckLevel, Correctness, Figure, Group, Metric, Run, Unit, Verdict, units};

use crate::figures;

/// Events among operations, over all runs of one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCount {
    /// The system, or the condition.
    pub label: String,
    /// How many events.
    pub events: u64,
    /// Among how many operations.
    pub of: u64,
    /// Runs behind it, each with a restarted server.
    pub runs: usize,
}

/// A count among this many operations may decide, however few the runs.
const ENOUGH_OPERATIONS: u64 = 1_000_000;

impl EventCount {
    /// This many events.
    pub fn new(label: impl Into<String>, events: u64, of: u64, runs: usize) -> Self {
        Self {
            label: label.into(),
            events,
            of,
            runs,
        }
    }

    /// Whether a verdict may rest on it.
    pub fn is_enough(&self) -> bool {
        self.of >= ENOUGH_OPERATIONS || (self.runs >= MIN_RUNS && self.of > 0)
    }

    /// Events per million operations.
    pub fn per_million(&self) -> f64 {
        self.events as f64 * 1e6 / self.of.max(1) as f64
    }

    /// The ends of its 95 % interval.
    pub fn interval_per_million(&self) -> (f64, f64) {
        let (low, high) = count_interval(self.events);
        let scale = 1e6 / self.of.max(1) as f64;
        (low * scale, high * scale)
    }

    /// `3 425 of 1 000 000`.
    pub fn text(&self) -> String {
        format!("{} of {}", units::count(self.events), units::count(self.of))
    }

    /// `threads: 3 425 of 1 000 000`.
    pub fn labelled(&self) -> String {
        format!("{}: {}", self.label, self.text())
    }

    /// The rate of the events as a figure of this system.
    pub fn figure(&self, system: &str, what: &str) -> Option<Figure> {
        let (low, high) = self.interval_per_million();
        let what = format!("{what}: {}", self.text());
        let figure = Figure::new(system, what, Unit::PerMillion, self.per_million())?;
        Some(figure.between(low, high).of_runs(self.runs))
    }

    /// The counts with their labels, in one line.
    pub fn list<'a>(counts: impl IntoIterator<Item = &'a Self>) -> String {
        figures::list(counts.into_iter().map(Self::labelled))
    }

    /// Lost updates over all runs of a system: acknowledged increments that the counter does not hold.
    pub fn lost(label: &str, runs: &[Run]) -> Option<Self> {
        let group = Group {
            label,
            runs: runs.iter().collect(),
        };
        let events = group.value(Metric::Lost)? as u64;
        Some(Self::new(label, events, group.acknowledged(), runs.len()))
    }

    /// Increments acknowledged with a value that another increment had been given, over all runs of a system. The checker finds
    /// these in the replies alone, whatever the counter holds in the end.
    pub fn duplicates(label: &str, runs: &[Run]) -> Option<Self> {
        let is_duplicate = |kind| kind == Anomaly::LostUpdate;
        Self::anomalies(label, runs.iter().map(|run| &run.correctness), is_duplicate)
    }

    /// Wrong answers of any kind, over all runs of a system that the checker could decide. None in a run means that its whole
    /// history is linearizable.
    pub fn wrong_answers(label: &str, runs: &[Run]) -> Option<Self> {
        let is_decided = |correctness: &&Correctness| {
            correctness.level == CheckLevel::Full
                && matches!(correctness.verdict, Verdict::Correct | Verdict::Wrong)
        };
        let checked = runs.iter().map(|run| &run.correctness);
        Self::anomalies(label, checked.filter(is_decided), |_| true)
    }

    /// Anomalies of some kinds; `None` where no operation was checked.
    fn anomalies<'a>(
        label: &str,
        checked: impl Iterator<Item = &'a Correctness>,
        is_counted: impl Fn(Anomaly) -> bool,
    ) -> Option<Self> {
        let mut count = Self::new(label, 0, 0, 0);
        for correctness in checked {
            let counted = correctness.anomalies.iter();
            let counted = counted.filter(|anomaly| is_counted(anomaly.kind));
            count.events += counted.map(|anomaly| anomaly.count).sum::<u64>();
            count.of += correctness.operations_checked;
            count.runs += 1;
        }
        (count.of > 0).then_some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_enough_with_four_runs_or_a_million_operations() {
        let count = |of, runs| EventCount::new("", 0, of, runs);
        assert!(count(1_000_000, 1).is_enough() && count(100_000, 4).is_enough());
        assert!(!count(999_999, 3).is_enough() && !count(0, 9).is_enough());
    }
}
