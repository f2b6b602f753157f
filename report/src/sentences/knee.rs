//! The knee in words.

use results::knee::{Above, Knee};
use results::units::number;

/// `last kept up with 50 000 requests/s, fell behind at 75 000`.
pub(super) fn knee_in_words(knee: &Knee) -> String {
    match (knee.above, knee.kept_up_per_s.map(number)) {
        (Above::Behind(rate), Some(kept_up)) => {
            format!(
                "last kept up with {kept_up} requests/s, fell behind at {}",
                number(rate)
            )
        }
        (Above::Behind(rate), None) => {
            format!(
                "fell behind at {} requests/s, the lowest rate",
                number(rate)
            )
        }
        (Above::ClientBound(rate), Some(kept_up)) => format!(
            "not found: it kept up with {kept_up} requests/s, and from {} on the client could offer no more",
            number(rate)
        ),
        (Above::ClientBound(rate), None) => {
            format!(
                "not found: from {} on the client could offer no more",
                number(rate)
            )
        }
        (Above::Nothing, Some(kept_up)) => {
            format!(
                "not found: it kept up with {kept_up} requests/s, and no rate was clearly too high"
            )
        }
        (Above::Nothing, None) => {
            "not found: it neither kept up with a rate nor clearly fell behind one".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_knee_is_between_two_rates_or_was_not_found() {
        let words = |kept_up_per_s, above| {
            let knee = Knee {
                kept_up_per_s,
                above,
            };
            knee_in_words(&knee)
        };
        assert_eq!(
            words(Some(100.0), Above::Behind(200.0)),
            "last kept up with 100 requests/s, fell behind at 200"
        );
        assert_eq!(
            words(Some(200.0), Above::ClientBound(300.0)),
            "not found: it kept up with 200 requests/s, and from 300 on the client could offer no more"
        );
        assert!(words(None, Above::Nothing).starts_with("not found: "));
    }
}
