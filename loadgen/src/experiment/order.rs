//! The order of runs: A B C, then C B A, then A B C again.

/// Returns the order of `systems` over `rounds`, as (round, system).
///
/// A slow drift of the machine, such as warming up, then favours no system: over two rounds each system's runs have the
/// same mean time (the ABBA design of crossover experiments).
pub fn interleaved(systems: usize, rounds: u32) -> impl Iterator<Item = (u32, usize)> {
    (0..rounds).flat_map(move |round| {
        (0..systems).map(move |place| match round % 2 {
            0 => (round, place),
            _ => (round, systems - 1 - place),
        })
    })
}

/// One run of a series: its system, point and round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) round: u32,
    pub(super) point: usize,
    pub(super) system: usize,
}

/// Returns the order of `systems` at `points` over `rounds`: [`interleaved`] at every point, so that compared runs are close
/// in time.
pub(super) fn steps(systems: usize, points: usize, rounds: u32) -> impl Iterator<Item = Step> {
    let of_round = move |round: u32| {
        let systems = move |point| {
            interleaved(systems, round + 1)
                .filter(move |(of, _)| *of == round)
                .map(move |(round, system)| Step {
                    round,
                    point,
                    system,
                })
        };
        (0..points).flat_map(systems)
    };
    (0..rounds).flat_map(of_round)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_alternates() {
        let order: Vec<_> = interleaved(3, 3).map(|(_, system)| system).collect();
        assert_eq!(order, [0, 1, 2, 2, 1, 0, 0, 1, 2]);
    }

    #[test]
    fn the_order_alternates_at_every_point() {
        let order: Vec<_> = steps(2, 2, 2)
            .map(|step| (step.round, step.point, step.system))
            .collect();
        let there = [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)];
        let back = [(1, 0, 1), (1, 0, 0), (1, 1, 1), (1, 1, 0)];
        assert_eq!(order, [there, back].concat());
    }

    #[test]
    fn over_two_rounds_no_system_is_earlier() {
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
