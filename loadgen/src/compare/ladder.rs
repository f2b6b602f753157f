//! Where a server falls behind: higher rates would only make a longer queue.

use results::{LoadMode, Run};

/// A server that answers less of what it is offered has fallen behind.
const KEEPS_UP: f64 = 0.9;

/// Once may be the machine's fault; at two rates one after the other it is the server's.
const FOR_GOOD: u32 = 2;

/// What is known of a server's knee after some rounds, each from low rates to high ones.
#[derive(Debug, Default)]
pub(super) struct Knee {
    round: u32,
    /// Rates of this round at which it fell behind, one after the other, and the first of them.
    behind: u32,
    since_per_s: u64,
    lowest_per_s: Option<u64>,
}

impl Knee {
    /// Takes note of a run in this round at that rate.
    pub(super) fn note(&mut self, round: u32, rate_per_s: u64, keeps_up: bool) {
        if round != self.round || keeps_up {
            (self.round, self.behind) = (round, 0);
        }
        if keeps_up {
            return;
        }
        if self.behind == 0 {
            self.since_per_s = rate_per_s;
        }
        self.behind += 1;
        if self.behind >= FOR_GOOD {
            let lowest = self.lowest_per_s.unwrap_or(u64::MAX);
            self.lowest_per_s = Some(lowest.min(self.since_per_s));
        }
    }

    /// Whether the rates that are left of this round lie beyond it.
    pub(super) fn is_passed_in(&self, round: u32) -> bool {
        self.round == round && self.behind >= FOR_GOOD
    }

    /// The lowest rate from which on it fell behind.
    pub(super) fn per_s(&self) -> Option<u64> {
        self.lowest_per_s
    }
}

/// Whether nearly all that was offered was answered; `None` of a closed loop, which offers no more than is answered.
pub(super) fn keeps_up(run: &Run) -> Option<bool> {
    match (run.workload.mode, run.totals.requests_per_s) {
        (LoadMode::Open { rate_per_s, .. }, Some(achieved)) => {
            Some(achieved.value() >= KEEPS_UP * rate_per_s.value())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_run_is_no_knee() {
        let mut knee = Knee::default();
        for (rate, keeps_up) in [(1, true), (2, false), (3, true), (4, false)] {
            knee.note(0, rate, keeps_up);
            assert!(!knee.is_passed_in(0));
        }
        // What begins in one round does not go on in the next, which begins at low rates.
        knee.note(1, 1, false);
        assert!(!knee.is_passed_in(1));
        assert_eq!(knee.per_s(), None);
    }

    #[test]
    fn two_rates_in_a_row_are_one_for_the_rest_of_the_round() {
        let mut knee = Knee::default();
        knee.note(0, 3, false);
        knee.note(0, 4, false);
        assert!(knee.is_passed_in(0) && !knee.is_passed_in(1));
        assert_eq!(knee.per_s(), Some(3));
        knee.note(1, 2, false);
        knee.note(1, 3, false);
        assert_eq!(knee.per_s(), Some(2), "the lowest of all rounds");
    }
}
