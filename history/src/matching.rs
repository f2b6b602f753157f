//! At the end of a run: can the INCRs that were never answered account for the values that no reply named?

/// What is left over when the unanswered INCRs have filled as many holes as they can.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Leftover {
    /// The holes that none of them can fill, rising.
    pub(crate) holes: Vec<u64>,
    /// How many of them filled a hole: those of the lowest floors. The others may never have taken effect, which is legal.
    pub(crate) used: usize,
}

/// Fills `holes` (rising) with operations, given as their floors (rising). An operation fills any one hole above its floor.
///
/// What an operation can fill is everything above a bound, so that these sets are nested. Going upwards, a hole may then
/// take *any* operation whose floor lies below it: that operation could fill every later hole as well. The greedy choice
/// therefore leaves the fewest holes open (Hall's condition: some are left exactly if, for some k, the lowest k holes have
/// fewer than k candidates).
pub(crate) fn fill(holes: impl Iterator<Item = u64>, floors: &[u64]) -> Leftover {
    let mut used = 0;
    let unfilled = holes.filter(|&hole| {
        let filled = floors.get(used).is_some_and(|&floor| floor < hole);
        used += usize::from(filled);
        !filled
    });
    let holes = unfilled.collect();
    Leftover { holes, used }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(holes: &[u64], floors: &[u64]) -> (Vec<u64>, usize) {
        let leftover = fill(holes.iter().copied(), floors);
        (leftover.holes, leftover.used)
    }

    #[test]
    fn an_operation_fills_only_a_hole_above_its_floor() {
        assert_eq!(left(&[5], &[4]), (vec![], 1));
        assert_eq!(left(&[5], &[5]), (vec![5], 0));
        assert_eq!(left(&[], &[1, 2]), (vec![], 0));
        assert_eq!(left(&[1, 2], &[]), (vec![1, 2], 0));
    }

    #[test]
    fn enough_operations_are_not_enough_if_they_began_too_late() {
        // Two operations for two holes, but only the upper hole can take either of them.
        assert_eq!(left(&[2, 9], &[3, 4]), (vec![2], 1));
        assert_eq!(left(&[2, 9, 10], &[1, 4, 9]), (vec![], 3));
        assert_eq!(left(&[2, 3, 10], &[1, 4, 9]), (vec![3], 2));
    }

    /// The fewest holes that any assignment leaves, by trying them all.
    fn fewest(holes: &[u64], floors: &mut Vec<u64>) -> usize {
        let Some((&hole, above)) = holes.split_first() else {
            return 0;
        };
        let mut best = 1 + fewest(above, floors);
        for i in 0..floors.len() {
            if floors[i] < hole {
                let floor = floors.remove(i);
                best = best.min(fewest(above, floors));
                floors.insert(i, floor);
            }
        }
        best
    }

    #[test]
    fn the_greedy_choice_leaves_as_few_holes_as_any_choice() {
        for set in 0u64..64 {
            let holes: Vec<u64> = (1..=6).filter(|u| set >> (u - 1) & 1 == 1).collect();
            for code in 0..7 * 7 * 7 {
                let mut floors = vec![code / 49, code / 7 % 7, code % 7];
                floors.sort_unstable();
                let greedy = fill(holes.iter().copied(), &floors).holes.len();
                assert_eq!(greedy, fewest(&holes, &mut floors), "{holes:?} {floors:?}");
            }
        }
    }
}
