//! All claims, in the order of the page: a file each.

mod lost_updates;

use crate::claim::Claim;

/// Every claim.
pub const ALL: &[Claim] = &[lost_updates::CLAIM];

/// The claim of that name.
pub fn find(name: &str) -> Option<&'static Claim> {
    ALL.iter().find(|claim| claim.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_nothing_is_left_unsaid() {
        for (place, claim) in ALL.iter().enumerate() {
            assert!(ALL[..place].iter().all(|other| other.name != claim.name));
            for text in [
                claim.sentence,
                claim.confirms,
                claim.refutes,
                claim.experiment,
            ] {
                assert!(!text.trim().is_empty(), "{}", claim.name);
            }
        }
    }
}
