//! How evenly the connections were served.

use results::{Fairness, Finite};

/// Jain's index (Jain, Chiu and Hawe, 1984) and the extremes of the completions per connection; `None` of no connection.
pub(crate) fn of(completed: &[u64]) -> Option<Fairness> {
    let (min, max) = (completed.iter().min()?, completed.iter().max()?);
    let sum: f64 = completed.iter().map(|count| *count as f64).sum();
    let squares: f64 = completed.iter().map(|count| (*count as f64).powi(2)).sum();
    Some(Fairness {
        connections: completed.len() as u32,
        jain_index: Finite::ratio(sum * sum, squares * completed.len() as f64),
        completed_min: *min,
        completed_max: *max,
        starved: completed.iter().filter(|count| **count == 0).count() as u32,
        worst_p99_ns: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_is_one_and_one_that_takes_all_is_its_share() {
        let index = |completed: &[u64]| of(completed).unwrap().jain_index.map(Finite::value);
        assert_eq!(index(&[7, 7, 7, 7]), Some(1.0));
        assert_eq!(index(&[8, 0, 0, 0]), Some(0.25));
        assert_eq!(index(&[0, 0]), None);
        assert_eq!(
            of(&[8, 0, 0, 3]).map(|fairness| (
                fairness.starved,
                fairness.completed_min,
                fairness.completed_max
            )),
            Some((2, 0, 8))
        );
        assert_eq!(of(&[]), None);
    }
}
