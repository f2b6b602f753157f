//! The overload cut-off: higher rates are left out, since they only lengthen the queue or are limited by the client.

use std::collections::BTreeMap;

use results::{Run, ValidityVerdict, knee, units};

/// A system's rates so far; each round goes from low rates to high.
#[derive(Debug, Default)]
pub(super) struct OverloadCutoff {
    rates: BTreeMap<u64, RatePoint>,
}

/// The runs at one rate.
#[derive(Debug, Default)]
struct RatePoint {
    kept_up: bool,
    client_bound: bool,
}

impl OverloadCutoff {
    /// Adds a run at that rate.
    pub(super) fn note(&mut self, rate_per_s: u64, run: &Run) {
        let point = self.rates.entry(rate_per_s).or_default();
        point.kept_up |= !knee::run_falls_behind(run);
        point.client_bound |= run.validity.verdict == ValidityVerdict::ClientBound;
    }

    /// Whether a lower rate was too high in every run so far.
    pub(super) fn is_beyond(&self, rate_per_s: u64) -> bool {
        self.end().is_some_and(|(end, _)| *end < rate_per_s)
    }

    /// Returns the cut-off and its reason as text.
    pub(super) fn in_words(&self) -> Option<String> {
        let (rate_per_s, point) = self.end()?;
        let why = match point.client_bound {
            true => "the client could offer no more",
            false => "it fell clearly behind, in every run",
        };
        let rate = units::count(*rate_per_s);
        Some(format!(
            "rates above {rate} requests/s were left out: at {rate} {why}"
        ))
    }

    fn end(&self) -> Option<(&u64, &RatePoint)> {
        self.rates.iter().find(|(_, point)| !point.kept_up)
    }
}

#[cfg(test)]
mod tests {
    use results::{Finite, example};

    use super::*;

    /// A run that answered `answered_per_s` of the 20,000 requests/s offered.
    fn run(answered_per_s: f64) -> Run {
        let mut run = example::empty("a");
        run.totals.requests_per_s = Finite::new(answered_per_s);
        run
    }

    #[test]
    fn one_rate_that_is_too_high_is_the_last() {
        let mut cutoff = OverloadCutoff::default();
        cutoff.note(1_000, &run(20_000.0));
        cutoff.note(2_000, &run(10_000.0));
        assert!(!cutoff.is_beyond(2_000) && cutoff.is_beyond(3_000));
        let said = cutoff.in_words().unwrap();
        assert!(
            said.ends_with("it fell clearly behind, in every run"),
            "{said}"
        );
    }

    #[test]
    fn a_run_that_keeps_up_removes_the_cutoff() {
        let mut cutoff = OverloadCutoff::default();
        cutoff.note(2_000, &run(10_000.0));
        cutoff.note(2_000, &run(20_000.0));
        assert!(!cutoff.is_beyond(3_000));
        assert_eq!(cutoff.in_words(), None);
    }

    #[test]
    fn the_client_is_named_if_it_was_the_limit() {
        let mut cutoff = OverloadCutoff::default();
        let mut bound = run(10_000.0);
        bound.validity.verdict = ValidityVerdict::ClientBound;
        cutoff.note(2_000, &bound);
        assert!(
            cutoff
                .in_words()
                .unwrap()
                .ends_with("the client could offer no more")
        );
    }
}
