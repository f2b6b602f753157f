//! Who runs when: A B C, then C B A, then A B C again.

/// The order of `systems` over `rounds`, as (round, system).
///
/// A machine that slowly warms up, or whose neighbours wake, then favours nobody: over two rounds each system's runs
/// have the same middle (the ABBA design of crossover experiments).
pub fn interleaved(systems: usize, rounds: u32) -> impl Iterator<Item = (u32, usize)> {
    (0..rounds).flat_map(move |round| {
        (0..systems).map(move |place| match round % 2 {
            0 => (round, place),
            _ => (round, systems - 1 - place),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let order: Vec<_> = interleaved(3, 3).map(|(_, system)| system).collect();
        assert_eq!(order, [0, 1, 2, 2, 1, 0, 0, 1, 2]);
    }

    #[test]
    fn over_two_rounds_nobody_is_earlier() {
        let order: Vec<_> = interleaved(5, 2).map(|(_, system)| system).collect();
        for system in 0..5 {
            let places: usize = order
                .iter()
                .enumerate()
                .filter(|(_, s)| **s == system)
                .map(|(place, _)| place)
                .sum();
            assert_eq!(places, 9);
        }
    }
}
