//! Finds the highest rate that meets all goals: doubles until one is missed, then bisects on a logarithmic scale.

/// Closer rates count as equal: runs at one rate differ by as much.
const PRECISION: f64 = 1.05;

/// A search between two rates. `M` is the reason for a miss.
#[derive(Debug)]
pub struct RateSearch<M> {
    from: f64,
    to: f64,
    /// The highest rate that met its goals.
    pub kept: Option<f64>,
    /// The lowest rate that missed a goal, and why.
    pub missed: Option<(f64, M)>,
}

impl<M> RateSearch<M> {
    /// Returns a search that starts at `from` and does not exceed `to`, in requests per second.
    pub fn new(from: f64, to: f64) -> Self {
        Self {
            from,
            to,
            kept: None,
            missed: None,
        }
    }

    /// Returns the next rate to try; `None` once the result is precise enough.
    pub fn next_rate(&self) -> Option<f64> {
        let next = match (self.kept, &self.missed) {
            (None, None) => self.from,
            (Some(kept), None) => (kept * 2.0).min(self.to),
            (Some(kept), Some((missed, _))) if missed / kept > PRECISION => (kept * missed).sqrt(),
            (_, Some(_)) => return None,
        };
        // Whole rates are easier to read and to enter.
        let next = next.round();
        (self.kept != Some(next)).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the rate found for a server that meets its goals up to `capacity`, and the number of tries.
    fn found(from: f64, to: f64, capacity: f64) -> (Option<f64>, u32) {
        let (mut search, mut tries) = (RateSearch::new(from, to), 0);
        while let Some(rate) = search.next_rate() {
            tries += 1;
            assert!(tries < 50);
            match rate <= capacity {
                true => search.kept = Some(rate),
                false => search.missed = Some((rate, ())),
            }
        }
        (search.kept, tries)
    }

    #[test]
    fn the_highest_rate_is_found_to_five_percent() {
        for capacity in [1_000.0, 1_234.0, 77_777.0, 999_999.0] {
            let (kept, tries) = found(1_000.0, 10e6, capacity);
            let kept = kept.unwrap();
            assert!(
                kept <= capacity && capacity / kept <= PRECISION * 1.001,
                "{kept} of {capacity}"
            );
            assert!(tries <= 17, "{tries}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_respected() {
        assert_eq!(found(1_000.0, 50_000.0, 1e9).0, Some(50_000.0));
        assert_eq!(found(1_000.0, 50_000.0, 500.0).0, None);
        assert_eq!(found(7.0, 7.0, 100.0).0, Some(7.0));
    }
}
