//! At the end of a run: can the INCRs that were never answered account for the values that no reply named?

/// What is left over when the unanswered INCRs have filled as many gaps as they can.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Leftover {
    /// The gaps that none of them can fill, rising.
    pub(crate) gaps: Vec<u64>,
    /// How many of them filled a gap: those of the lowest floors. The others may never have taken effect, which is legal.
    pub(crate) used: usize,
}

/// Fills `gaps` (rising) with operations, given as their floors (rising). An operation fills any one gap above its floor.
///
/// What an operation can fill is everything above a bound, so that these sets are nested. Going upwards, a gap may then
/// take *any* operation whose floor lies below it: that operation could fill every later gap as well. The greedy choice
/// therefore leaves the fewest gaps open (Hall's condition: some are left exactly if, for some k, the lowest k gaps have
/// fewer than k candidates).
pub(crate) fn fill(gaps: impl Iterator<Item = u64>, floors: &[u64]) -> Leftover {
    let mut used = 0;
    let unfilled = gaps.filter(|&gap| {
        let filled = floors.get(used).is_some_and(|&floor| floor < gap);
        used += usize::from(filled);
        !filled
    });
    let gaps = unfilled.collect();
    Leftover { gaps, used }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(gaps: &[u64], floors: &[u64]) -> (Vec<u64>, usize) {
        let leftover = fill(gaps.iter().copied(), floors);
        (leftover.gaps, leftover.used)
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
        // Two operations for two gaps, but only the upper gap can take either of them.
        assert_eq!(left(&[2, 9], &[3, 4]), (vec![2], 1));
        assert_eq!(left(&[2, 9, 10], &[1, 4, 9]), (vec![], 3));
        assert_eq!(left(&[2, 3, 10], &[1, 4, 9]), (vec![3], 2));
    }

    /// The fewest gaps that any assignment leaves, by trying them all.
    fn fewest(gaps: &[u64], floors: &mut Vec<u64>) -> usize {
        let Some((&gap, above)) = gaps.split_first() else {
            return 0;
        };
        let mut best = 1 + fewest(above, floors);
        for i in 0..floors.len() {
            if floors[i] < gap {
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
            let gaps: Vec<u64> = (1..=6).filter(|u| set >> (u - 1) & 1 == 1).collect();
            for code in 0..7 * 7 * 7 {
                let mut floors = vec![code / 49, code / 7 % 7, code % 7];
                floors.sort_unstable();
                let greedy = fill(gaps.iter().copied(), &floors).gaps.len();
                assert_eq!(greedy, fewest(&gaps, &mut floors), "{gaps:?} {floors:?}");
            }
        }
    }
}
