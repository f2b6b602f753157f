//! From numbers to a verdict: what all rules have in common.
//!
//! A rule looks at each condition that was tried and says whether it confirms or refutes the claim. The claim holds if all
//! conditions confirm it, fails if all refute it, and depends if some confirm and some refute.

use results::ClaimVerdict;
use results::statistics::MIN_RUNS;

use crate::Pair;

/// A verdict, and the sentence with the number that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// The verdict.
    pub verdict: ClaimVerdict,
    /// The answer in a sentence.
    pub answer: String,
}

impl Conclusion {
    /// The article is right.
    pub fn holds(answer: impl Into<String>) -> Self {
        Self::of(ClaimVerdict::Holds).with_answer(answer)
    }

    /// The article is wrong.
    pub fn fails(answer: impl Into<String>) -> Self {
        Self::of(ClaimVerdict::Fails).with_answer(answer)
    }

    /// The article is right under some conditions.
    pub fn depends(on: impl Into<String>, answer: impl Into<String>) -> Self {
        Self::of(ClaimVerdict::Depends { on: on.into() }).with_answer(answer)
    }

    /// The data does not decide.
    pub fn not_measured(why: impl Into<String>) -> Self {
        Self::of(ClaimVerdict::NotMeasured { why: why.into() })
    }

    /// The same verdict with this answer.
    #[must_use]
    pub fn with_answer(self, answer: impl Into<String>) -> Self {
        Self {
            answer: answer.into(),
            ..self
        }
    }

    fn of(verdict: ClaimVerdict) -> Self {
        Self {
            verdict,
            answer: String::new(),
        }
    }
}

/// What one condition says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indication {
    /// The claim is right here.
    Confirms,
    /// The claim is wrong here.
    Refutes,
    /// The runs are too few, or too far apart.
    Undecided,
}

/// The conditions under which a claim was tried, by name, and what each says of it.
#[derive(Debug, Clone)]
pub struct Conditions(Vec<(String, Indication)>);

impl Conditions {
    /// The conditions, each with its name.
    pub fn new<S: Into<String>>(conditions: impl IntoIterator<Item = (S, Indication)>) -> Self {
        let named = |(name, indication): (S, Indication)| (name.into(), indication);
        Self(conditions.into_iter().map(named).collect())
    }

    /// The conditions of these pairs.
    pub fn of_pairs(pairs: &[Pair], indication: impl Fn(&Pair) -> Indication) -> Self {
        Self::new(pairs.iter().map(|pair| (&pair.condition, indication(pair))))
    }

    /// Leaves the undecided conditions out where at least this many of the others say `clear`.
    #[must_use]
    pub fn clear_with(mut self, clear: Indication, at_least: usize) -> Self {
        if self.named(clear).len() >= at_least {
            self.0
                .retain(|(_, indication)| *indication != Indication::Undecided);
        }
        self
    }

    /// The verdict over all conditions. `on` names what they differ in, for a claim that depends on it.
    pub fn conclude(&self, on: &str, answer: impl Into<String>) -> Conclusion {
        let [confirm, refute, undecided] = [
            Indication::Confirms,
            Indication::Refutes,
            Indication::Undecided,
        ]
        .map(|indication| self.named(indication));
        let depends = |not: &str, others: &[&str]| {
            let (confirm, others) = (confirm.join(", "), others.join(", "));
            let on = format!("{on}: holds with {confirm}; {not} with {others}");
            ClaimVerdict::Depends { on }
        };
        let verdict = match (confirm.is_empty(), refute.is_empty(), undecided.is_empty()) {
            (false, true, true) => ClaimVerdict::Holds,
            // Most conditions refute and none confirms: the few undecided ones do not change that.
            (true, false, _) if refute.len() > undecided.len() => ClaimVerdict::Fails,
            (false, false, _) => depends("fails", &refute),
            // Some conditions are undecided, so the confirming ones are not the whole answer.
            (false, true, false) => depends("undecided", &undecided),
            (true, _, _) => ClaimVerdict::NotMeasured {
                why: match undecided.is_empty() {
                    true => "no condition was measured".to_owned(),
                    false => format!(
                        "fewer than {MIN_RUNS} runs, or too far apart to tell, with {}",
                        undecided.join(", ")
                    ),
                },
            },
        };
        Conclusion::of(verdict).with_answer(answer)
    }

    fn named(&self, wanted: Indication) -> Vec<&str> {
        let those = self
            .0
            .iter()
            .filter(|(_, indication)| *indication == wanted);
        those.map(|(name, _)| name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_make_a_verdict() {
        use Indication::{Confirms, Refutes, Undecided};
        let verdict = |indications: &[Indication]| {
            let conditions = indications.iter().map(|indication| ("c", *indication));
            Conditions::new(conditions).conclude("on c", "").verdict
        };
        assert_eq!(verdict(&[Confirms, Confirms]), ClaimVerdict::Holds);
        assert_eq!(verdict(&[Refutes]), ClaimVerdict::Fails);
        assert_eq!(verdict(&[Confirms, Refutes, Undecided]).word(), "depends");
        assert_eq!(verdict(&[Confirms, Undecided]).word(), "depends");
        assert_eq!(verdict(&[Refutes, Refutes, Undecided]), ClaimVerdict::Fails);
        assert_eq!(verdict(&[Refutes, Undecided]).word(), "not measured");
        assert_eq!(verdict(&[Undecided]).word(), "not measured");
        assert_eq!(verdict(&[]).word(), "not measured");
    }
}
