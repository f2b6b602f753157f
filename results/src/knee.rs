//! The knee of a system: the rate from which on it is offered more than it can answer, or that it was not found.

use crate::statistics::median;
use crate::{Group, LoadMode, Run, ValidityVerdict};

/// Whoever answers so much of what is offered keeps up: the rest is the beginning and the end of the run.
const KEEPS_UP: f64 = 0.98;

/// Whoever answers less than this has clearly fallen behind, and would with any higher rate. Between the two nothing is said.
const FALLS_BEHIND: f64 = 0.90;

/// Where a system's knee lies, as far as its runs can tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knee {
    /// The greatest rate that it kept up with; `None` of none. A load generator that was in the way cannot have made it answer more.
    pub kept_up_per_s: Option<f64>,
    /// What came above.
    pub above: Above,
}

/// The first rate above that the server did not keep up with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Above {
    /// The server fell behind at this rate.
    Behind(f64),
    /// The load generator itself was the bottleneck from this rate on: the knee was not found.
    ClientBound(f64),
    /// No rate was high enough: the knee was not found.
    Nothing,
}

impl Knee {
    /// The knee of a system, from its groups; `None` of one that was not offered several rates.
    pub fn of(groups: &[&Group]) -> Option<Self> {
        let mut rates: Vec<(f64, &Group)> = groups
            .iter()
            .filter_map(|group| Some((rate_per_s(group.runs[0])?, *group)))
            .collect();
        rates.sort_by(|left, right| left.0.total_cmp(&right.0));
        let (first, last) = (rates.first()?, rates.last()?);
        if first.0 >= last.0 {
            return None;
        }
        let kept_up = rates.iter().filter(|(_, group)| keeps_up(group));
        let kept_up_per_s = kept_up.map(|(rate, _)| *rate).next_back();
        // Rates below were too high by accident: this one shows it.
        let above = rates
            .iter()
            .filter(|(rate, _)| kept_up_per_s.is_none_or(|kept_up| *rate > kept_up));
        let is_bound = |group: &Group| group.validity() == ValidityVerdict::ClientBound;
        let behind = above
            .clone()
            .find(|(_, group)| !is_bound(group) && falls_behind(group));
        let bound = above.clone().find(|(_, group)| is_bound(group));
        let above = match (behind, bound) {
            (Some((rate, _)), _) => Above::Behind(*rate),
            (None, Some((rate, _))) => Above::ClientBound(*rate),
            (None, None) => Above::Nothing,
        };
        Some(Self {
            kept_up_per_s,
            above,
        })
    }
}

/// Whether the system answered nearly all that it was offered; a closed loop offers no more than is answered.
pub fn keeps_up(group: &Group) -> bool {
    answered(group).is_none_or(|share| share >= KEEPS_UP)
}

/// Whether the achieved rate is clearly below the offered rate; never in a closed loop.
pub fn run_falls_behind(run: &Run) -> bool {
    let achieved = run.totals.requests_per_s.map_or(0.0, crate::Finite::value);
    run.offered_per_s()
        .is_some_and(|offered| achieved < FALLS_BEHIND * offered)
}

/// All of them, so that one run in which the machine stood still is no knee.
fn falls_behind(group: &Group) -> bool {
    group.runs.iter().all(|run| run_falls_behind(run))
}

/// The median of the achieved rates, as a fraction of the offered rate.
fn answered(group: &Group) -> Option<f64> {
    let share = |run: &&Run| {
        let achieved = run.totals.requests_per_s.map_or(0.0, crate::Finite::value);
        Some(achieved / run.offered_per_s()?)
    };
    median(&group.runs.iter().filter_map(share).collect::<Vec<_>>())
}

/// The requested rate, the same in all runs of a group.
fn rate_per_s(run: &Run) -> Option<f64> {
    match run.workload.mode {
        LoadMode::Open { rate_per_s, .. } => Some(rate_per_s.value()),
        LoadMode::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Comparison, Finite, example};

    /// A run that was offered and answered at these rates per second.
    fn run(offered: f64, answered: f64, verdict: ValidityVerdict) -> Run {
        let mut run = example::empty("a");
        if let LoadMode::Open { rate_per_s, .. } = &mut run.workload.mode {
            *rate_per_s = Finite::new(offered).unwrap();
        }
        run.totals.requests_per_s = Finite::new(answered);
        run.validity.verdict = verdict;
        run
    }

    fn knee(runs: &[(f64, f64, ValidityVerdict)]) -> Option<Knee> {
        let runs = runs
            .iter()
            .map(|(offered, answered, verdict)| run(*offered, *answered, *verdict));
        let comparison = Comparison::of_runs(String::new(), runs.collect());
        let groups = Group::of(&comparison);
        let groups: Vec<&Group> = groups.iter().collect();
        Knee::of(&groups)
    }

    fn found(kept_up_per_s: f64, above: Above) -> Option<Knee> {
        Some(Knee {
            kept_up_per_s: Some(kept_up_per_s),
            above,
        })
    }

    use ValidityVerdict::{ClientBound, Suspect, Valid};

    #[test]
    fn the_knee_is_between_the_last_that_was_kept_up_with_and_the_first_that_was_not() {
        let runs = [
            (300.0, 150.0, Valid),
            (100.0, 100.0, Valid),
            (200.0, 130.0, Suspect),
        ];
        assert_eq!(knee(&runs), found(100.0, Above::Behind(200.0)));
    }

    #[test]
    fn what_the_client_could_not_offer_is_no_knee() {
        let runs = [
            (100.0, 100.0, Valid),
            (200.0, 199.0, ClientBound),
            (300.0, 130.0, ClientBound),
        ];
        assert_eq!(knee(&runs), found(200.0, Above::ClientBound(300.0)));
    }

    #[test]
    fn one_run_of_several_is_no_knee() {
        let runs = [
            (100.0, 100.0, Valid),
            (200.0, 100.0, Valid),
            (200.0, 200.0, Valid),
            (200.0, 200.0, Valid),
        ];
        assert_eq!(knee(&runs), found(200.0, Above::Nothing));
    }

    #[test]
    fn one_rate_has_no_knee() {
        assert_eq!(knee(&[(100.0, 10.0, Valid)]), None);
    }
}
