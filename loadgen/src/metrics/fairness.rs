//! How evenly the connections were served.

use results::{Fairness, Finite};

use super::ConnectionMetrics;

/// The most starved connections that are named.
const NAMED: usize = 10;

/// A connection has starved if it got less than this part of the mean: one in ten.
const STARVING_PART: u64 = 10;

/// Jain's index (Jain, Chiu and Hawe, 1984) and the extremes of the replies per connection; `None` without connections.
pub(crate) fn of(connections: &[ConnectionMetrics]) -> Option<Fairness> {
    let completed = || connections.iter().map(|served| served.completed);
    let sum: f64 = completed().map(|count| count as f64).sum();
    let squares: f64 = completed().map(|count| (count as f64).powi(2)).sum();
    let mean = completed().sum::<u64>() / connections.len().max(1) as u64;
    // A connection without requests has not waited. And at ten replies each, one may get none or one by chance.
    let starved = || {
        let hungry = |served: &&ConnectionMetrics| {
            served.asked && (served.completed == 0 || served.completed < mean / STARVING_PART)
        };
        connections.iter().filter(hungry)
    };
    let mut starved_first: Vec<_> = starved().map(|served| served.connection).collect();
    starved_first.sort_unstable();
    starved_first.truncate(NAMED);
    Some(Fairness {
        connections: connections.len() as u32,
        jain_index: Finite::ratio(sum * sum, squares * connections.len() as f64),
        completed_min: completed().min()?,
        completed_max: completed().max()?,
        starved: starved().count() as u32,
        starved_first,
        worst_p99_ns: connections
            .iter()
            .filter_map(ConnectionMetrics::p99_ns)
            .max(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fairness(completed: &[u32]) -> Option<Fairness> {
        let served = |(number, replies): (usize, &u32)| {
            let mut served = ConnectionMetrics::new(number as u32);
            served.asked = true;
            if *replies > 0 {
                served.add(*replies, 1_000_000 * u64::from(*replies));
            }
            served
        };
        of(&completed.iter().enumerate().map(served).collect::<Vec<_>>())
    }

    #[test]
    fn even_is_one_and_one_that_takes_all_is_its_share() {
        let index = |completed: &[u32]| fairness(completed).unwrap().jain_index.map(Finite::value);
        assert_eq!(index(&[7, 7, 7, 7]), Some(1.0));
        assert_eq!(index(&[8, 0, 0, 0]), Some(0.25));
        assert_eq!(index(&[0, 0]), None);
        assert_eq!(fairness(&[]), None);
    }

    #[test]
    fn a_connection_that_never_asked_is_not_starved() {
        let idle = [ConnectionMetrics::new(0), ConnectionMetrics::new(1)];
        assert_eq!(of(&idle).unwrap().starved, 0);
    }

    #[test]
    fn who_got_less_than_a_tenth_of_the_mean_has_starved() {
        let starved = |completed: &[u32]| fairness(completed).unwrap().starved_first;
        assert_eq!(starved(&[1_000, 1_000, 1_000, 7]), vec![3]);
        assert_eq!(starved(&[1_000, 1_000, 1_000, 120]), Vec::<u32>::new());
        assert_eq!(
            starved(&[12, 9, 1, 11]),
            Vec::<u32>::new(),
            "few are few by chance"
        );
    }

    #[test]
    fn the_starved_are_named_and_the_worst_served_is_found() {
        let fairness = fairness(&[8, 0, 0, 3]).unwrap();
        assert_eq!((fairness.completed_min, fairness.completed_max), (0, 8));
        assert_eq!((fairness.starved, fairness.starved_first), (2, vec![1, 2]));
        assert!(
            fairness.worst_p99_ns >= Some(8_000_000),
            "that of the one with 8"
        );
    }
}
