//! From numbers to verdicts: what all rules have in common.
//!
//! A rule looks at each condition that was tried, says of each whether it confirms or refutes, and the claim holds if all
//! confirm, fails if all refute, and depends if some do and some do not.

mod counted;

use results::ClaimVerdict;
use results::statistics::{Contrast, MIN_RUNS, contrast};

pub use counted::{Counted, ENOUGH_OPERATIONS};

/// A verdict, and the sentence with the figure that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The verdict.
    pub verdict: ClaimVerdict,
    /// The answer in a sentence.
    pub answer: String,
}

impl Ruling {
    /// It is so.
    pub fn holds(answer: impl Into<String>) -> Self {
        Self::new(ClaimVerdict::Holds, answer)
    }

    /// It is not so.
    pub fn fails(answer: impl Into<String>) -> Self {
        Self::new(ClaimVerdict::Fails, answer)
    }

    /// It is so under conditions.
    pub fn depends(on: impl Into<String>, answer: impl Into<String>) -> Self {
        Self::new(ClaimVerdict::Depends { on: on.into() }, answer)
    }

    /// The data does not decide.
    pub fn not_measured(why: impl Into<String>) -> Self {
        Self::new(ClaimVerdict::NotMeasured { why: why.into() }, "")
    }

    fn new(verdict: ClaimVerdict, answer: impl Into<String>) -> Self {
        Self {
            verdict,
            answer: answer.into(),
        }
    }
}

/// What one condition says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// It is so here.
    Confirms,
    /// It is not so here.
    Refutes,
    /// The runs are too few, or too far apart.
    Nothing,
}

/// The verdict on a claim that was tried under several conditions, each with its name.
///
/// `on` names what the conditions differ in, for a claim that depends on it.
pub fn over_conditions(on: &str, conditions: &[(String, Says)], answer: String) -> Ruling {
    let named = |wanted: Says| -> Vec<&str> {
        let those = conditions.iter().filter(|(_, says)| *says == wanted);
        those.map(|(name, _)| name.as_str()).collect()
    };
    let (confirm, refute, silent) = (
        named(Says::Confirms),
        named(Says::Refutes),
        named(Says::Nothing),
    );
    match (confirm.is_empty(), refute.is_empty(), silent.is_empty()) {
        (false, true, true) => Ruling::holds(answer),
        // Where most conditions refute and none confirms, the few that are undecided do not save the claim.
        (true, false, _) if refute.len() > silent.len() => Ruling::fails(answer),
        (false, false, _) => {
            let text = format!(
                "{on}: so with {}; not with {}",
                confirm.join(", "),
                refute.join(", ")
            );
            Ruling::depends(text, answer)
        }
        // Where a part of the conditions is as undecided as this, the rest is not the whole answer.
        (false, true, false) => Ruling::depends(
            format!(
                "{on}: so with {}; too close to tell with {}",
                confirm.join(", "),
                silent.join(", ")
            ),
            answer,
        ),
        (true, _, _) => Ruling {
            answer,
            ..Ruling::not_measured(match silent.is_empty() {
                true => "no condition was measured".to_owned(),
                false => format!(
                    "fewer than {MIN_RUNS} runs, or too far apart to tell, with {}",
                    silent.join(", ")
                ),
            })
        },
    }
}

/// Two systems under one condition, a number for each restarted server.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The condition, as it is named in a sentence: `50 connections`.
    pub condition: String,
    /// The numbers of the system that is the measure.
    pub reference: Vec<f64>,
    /// The numbers of the other.
    pub candidate: Vec<f64>,
}

/// How two systems differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// The candidate's number is the greater.
    More,
    /// It is the lesser.
    Less,
    /// Neither by more than the margin.
    Same,
    /// The runs cannot tell.
    Unclear,
}

impl Pair {
    /// The ratio of the medians, candidate over reference, with its interval.
    pub fn contrast(&self) -> Option<Contrast> {
        contrast(&self.reference, &self.candidate)
    }

    /// How they differ. A difference is one if the test sees it, the interval excludes equality, and the ratio is beyond
    /// the margin: 0.05 is 5 %. They are the same if the whole interval lies within the margin.
    pub fn difference(&self, margin: f64) -> Difference {
        let Some((seen, evidence)) = self
            .contrast()
            .and_then(|seen| Some((seen, seen.evidence?)))
        else {
            return Difference::Unclear;
        };
        let (ratio, low, high) = (
            seen.ratio.value(),
            evidence.low.value(),
            evidence.high.value(),
        );
        let (least, most) = (1.0 / (1.0 + margin), 1.0 + margin);
        match () {
            () if low >= least && high <= most => Difference::Same,
            () if seen.is_significant() && low > 1.0 && ratio > most => Difference::More,
            () if seen.is_significant() && high < 1.0 && ratio < least => Difference::Less,
            () => Difference::Unclear,
        }
    }
}

/// `3.10× [2.60×, 3.70×]`, or what stands where nothing was measured.
pub fn ratio_text(pair: &Pair) -> String {
    pair.contrast().map_or_else(
        || results::units::NOT_MEASURED.to_owned(),
        |seen| {
            let figure = crate::figures::ratio("", "", &seen, 0);
            figure.to_string()
        },
    )
}

/// Of many ratios the least and the greatest, each with its condition: `from 3.10× [2.60×, 3.70×] (a) to …`; of a single one
/// itself, and nothing of none.
pub fn least_to_greatest(pairs: impl IntoIterator<Item = Pair>) -> Option<String> {
    let known = |pair: Pair| Some((pair.contrast()?.ratio.value(), pair));
    let mut all: Vec<(f64, Pair)> = pairs.into_iter().filter_map(known).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let told = |(_, pair): &(f64, Pair)| format!("{} ({})", ratio_text(pair), pair.condition);
    match &all[..] {
        [] => None,
        [only] => Some(told(only)),
        [least, .., greatest] => Some(format!("from {} to {}", told(least), told(greatest))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(reference: [f64; 4], candidate: [f64; 4]) -> Pair {
        Pair {
            condition: "a".to_owned(),
            reference: reference.to_vec(),
            candidate: candidate.to_vec(),
        }
    }

    #[test]
    fn a_difference_is_beyond_the_margin_or_none() {
        let ones = [1.0, 1.01, 1.0, 1.01];
        assert_eq!(
            pair(ones, [1.5, 1.52, 1.49, 1.5]).difference(0.05),
            Difference::More
        );
        assert_eq!(
            pair(ones, [0.5, 0.52, 0.49, 0.5]).difference(0.05),
            Difference::Less
        );
        assert_eq!(
            pair(ones, [1.02, 1.03, 1.02, 1.03]).difference(0.05),
            Difference::Same
        );
        assert_eq!(
            pair(ones, [0.7, 1.5, 0.9, 1.4]).difference(0.05),
            Difference::Unclear
        );
    }

    #[test]
    fn three_runs_tell_nothing() {
        let mut few = pair([1.0; 4], [9.0; 4]);
        few.candidate.truncate(3);
        assert_eq!(few.difference(0.05), Difference::Unclear);
    }

    #[test]
    fn ratios_are_told_from_the_least_to_the_greatest() {
        let of = |condition: &str, factor: f64| Pair {
            condition: condition.to_owned(),
            ..pair([1.0; 4], [factor; 4])
        };
        let told = least_to_greatest([of("a", 4.0), of("b", 2.0), of("c", 3.0)]);
        assert_eq!(
            told.unwrap(),
            "from 2.00× [2.00×, 2.00×] (b) to 4.00× [4.00×, 4.00×] (a)"
        );
        let only = least_to_greatest([of("a", 4.0)]);
        assert_eq!(only.unwrap(), "4.00× [4.00×, 4.00×] (a)");
        assert_eq!(least_to_greatest([]), None);
    }

    #[test]
    fn conditions_make_a_verdict() {
        let rule = |says: &[Says]| {
            let conditions: Vec<_> = says.iter().map(|says| ("c".to_owned(), *says)).collect();
            over_conditions("on c", &conditions, String::new()).verdict
        };
        use Says::{Confirms, Nothing, Refutes};
        assert_eq!(rule(&[Confirms, Confirms]), ClaimVerdict::Holds);
        assert_eq!(rule(&[Refutes]), ClaimVerdict::Fails);
        assert_eq!(rule(&[Confirms, Refutes, Nothing]).word(), "depends");
        assert_eq!(rule(&[Confirms, Nothing]).word(), "depends");
        assert_eq!(rule(&[Refutes, Refutes, Nothing]), ClaimVerdict::Fails);
        assert_eq!(rule(&[Refutes, Nothing]).word(), "not measured");
        assert_eq!(rule(&[Nothing]).word(), "not measured");
        assert_eq!(rule(&[]).word(), "not measured");
    }
}
