//! One system against another: the ratio, how sure it is, and whether to speak of a difference at all.

use super::bootstrap::SEED;
use super::{mann_whitney, ratio_of_medians};
use crate::Finite;

/// Runs of each system below which no difference can be significant, 3 against 3 reach p = 0.10 at best, and no interval is given.
pub const MIN_RUNS: usize = 4;

/// The p-value below which a difference is called one.
pub const SIGNIFICANT_BELOW: f64 = 0.05;

/// What a candidate's runs say against a reference's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The candidate's median over the reference's.
    pub ratio: Finite,
    /// Its 95 % interval and the test; `None` of fewer than [`MIN_RUNS`] runs of either.
    pub evidence: Option<Evidence>,
}

/// How sure a ratio is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The lower end of the ratio's 95 % interval.
    pub low: Finite,
    /// The upper end.
    pub high: Finite,
    /// The two-sided p-value of the Mann–Whitney test.
    pub p: Finite,
}

impl Contrast {
    /// Whether the systems differ, as far as these runs can tell.
    pub fn is_significant(&self) -> bool {
        self.evidence
            .is_some_and(|evidence| evidence.p.value() < SIGNIFICANT_BELOW)
    }
}

/// Compares the runs of two systems, one number a run; `None` where no ratio exists.
pub fn contrast(reference: &[f64], candidate: &[f64]) -> Option<Contrast> {
    let (ratio, low, high) = ratio_of_medians(reference, candidate, SEED)?;
    let enough = reference.len().min(candidate.len()) >= MIN_RUNS;
    let evidence = || {
        Some(Evidence {
            low: Finite::new(low)?,
            high: Finite::new(high)?,
            p: Finite::new(mann_whitney(reference, candidate)?)?,
        })
    };
    Some(Contrast {
        ratio: Finite::new(ratio)?,
        evidence: enough.then(evidence).flatten(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_runs_give_a_ratio_and_no_verdict() {
        let seen = contrast(&[1.0, 1.0, 1.0], &[3.0, 3.0, 3.0]).unwrap();
        assert_eq!(seen.ratio.value(), 3.0);
        assert_eq!(seen.evidence, None);
        assert!(!seen.is_significant());
    }

    #[test]
    fn four_runs_apart_differ() {
        let seen = contrast(&[1.0, 1.1, 1.2, 1.3], &[3.0, 3.1, 3.2, 3.3]).unwrap();
        assert!(seen.is_significant());
        let evidence = seen.evidence.unwrap();
        assert!(evidence.low.value() > 2.0 && evidence.high.value() < 3.4);
    }

    #[test]
    fn runs_that_mingle_do_not_differ() {
        let seen = contrast(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.1, 1.9, 3.2, 3.9, 5.1]).unwrap();
        assert!(seen.evidence.is_some() && !seen.is_significant());
    }
}
