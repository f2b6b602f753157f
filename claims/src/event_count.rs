//! Counts: events among operations, and when there are enough of them for a verdict.

use results::statistics::{MIN_RUNS, count_interval};

/// Events among operations, over all runs of one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The system, or the condition.
    pub label: String,
    /// What was counted.
    pub events: u64,
    /// Of how many.
    pub of: u64,
    /// Restarted servers behind it.
    pub runs: usize,
}

/// Operations that make a count worth a verdict, however few runs they were made in.
pub const ENOUGH_OPERATIONS: u64 = 1_000_000;

impl Counted {
    /// Whether a verdict may rest on it.
    pub fn is_enough(&self) -> bool {
        self.of >= ENOUGH_OPERATIONS || (self.runs >= MIN_RUNS && self.of > 0)
    }

    /// Events in a million.
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
        let count = results::units::count;
        format!("{} of {}", count(self.events), count(self.of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_enough_with_four_runs_or_a_million_operations() {
        let counted = |of, runs| Counted {
            label: String::new(),
            events: 0,
            of,
            runs,
        };
        assert!(counted(1_000_000, 1).is_enough() && counted(100_000, 4).is_enough());
        assert!(!counted(999_999, 3).is_enough() && !counted(0, 9).is_enough());
    }
}
