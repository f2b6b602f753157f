//! What the two questions about waiting threads have in common: many glances at threads that are known to wait.

use std::collections::BTreeMap;

use results::{AxisScale, Chart, ChartPoint, ChartSeries, Figure, Joining, Unit};

use crate::figures;
use crate::procfs::{Glance, glance, times_run};
use crate::rule::{Ruling, Says};

/// What was seen of threads that wait, and of the same threads after what they waited for had come.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Glances by state, of threads that wait.
    pub(super) states: BTreeMap<char, u64>,
    /// Glances by the kernel's function.
    pub(super) places: BTreeMap<String, u64>,
    /// Threads that got what they waited for, and ran.
    pub(super) woken: u64,
    /// Threads that got it.
    pub(super) given: u64,
    /// Threads that ran although nothing had come for them.
    pub(super) restless: u64,
    /// Threads that got nothing.
    pub(super) left: u64,
    /// Repetitions, each with new threads.
    pub(super) rounds: usize,
}

impl Seen {
    /// Looks at each thread so many times.
    pub(super) fn look(&mut self, pid: u32, threads: &[u32], times: u32) {
        for _ in 0..times {
            for Glance { state, waits_in } in
                threads.iter().filter_map(|thread| glance(pid, *thread))
            {
                *self.states.entry(state).or_default() += 1;
                if let Some(place) = waits_in {
                    *self.places.entry(place).or_default() += 1;
                }
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }

    fn glances(&self) -> u64 {
        self.states.values().sum()
    }

    /// The share of glances that found an interruptible sleep.
    pub(super) fn interruptible(&self) -> Option<f64> {
        let sleeping = self.states.get(&'S').copied().unwrap_or(0);
        (self.glances() > 0).then(|| sleeping as f64 / self.glances() as f64)
    }

    /// Where most were found waiting.
    pub(super) fn place(&self) -> &str {
        let most = self.places.iter().max_by_key(|(_, glances)| **glances);
        most.map_or("a function that the kernel does not name", |(place, _)| {
            place
        })
    }

    /// Whether waiting is an interruptible sleep, and what ends it is the event: nearly all glances, all that were given
    /// something, and hardly any that were not.
    pub(super) fn says(&self) -> Says {
        let Some(share) = self.interruptible() else {
            return Says::Nothing;
        };
        if self.glances() < 1000 || self.rounds < 4 || self.given == 0 {
            return Says::Nothing;
        }
        let all_woke = self.woken == self.given;
        let few_restless = self.restless * 20 <= self.left;
        match () {
            () if share >= 0.99 && all_woke && few_restless => Says::Confirms,
            () if share < 0.5 || self.woken * 2 < self.given => Says::Refutes,
            () => Says::Nothing,
        }
    }

    /// The answer in words.
    pub(super) fn told(&self) -> String {
        let others = match self.left {
            0 => String::new(),
            left => format!(", and {} of {left} others", self.restless),
        };
        format!(
            "{} of {} glances found an interruptible sleep, in {}; {} of {} threads ran once it had come{others}",
            results::units::percent(self.interruptible().unwrap_or(0.0)),
            results::units::count(self.glances()),
            self.place(),
            self.woken,
            self.given,
        )
    }

    /// The shares of all states.
    pub(super) fn figures(&self, system: &str) -> Vec<Figure> {
        let share = |(state, glances): (&char, &u64)| {
            let share = *glances as f64 / self.glances() as f64;
            let what = format!("waiting threads seen in state {state}");
            Some(Figure::new(system, what, Unit::Share, share)?.of_runs(self.rounds))
        };
        self.states.iter().filter_map(share).collect()
    }

    /// The shares as a picture.
    pub(super) fn chart(&self, system: &str, finding: &str) -> Chart {
        let states = ['R', 'S', 'D'];
        let share = |(place, state): (usize, &char)| {
            let glances = self.states.get(state).copied().unwrap_or(0);
            ChartPoint::new(
                place as f64,
                glances as f64 / self.glances().max(1) as f64,
                None,
            )
        };
        Chart {
            finding: finding.to_owned(),
            caption: "In which state threads were seen that are known to wait: running or ready to (TASK_RUNNING), asleep until something comes (TASK_INTERRUPTIBLE), asleep whatever comes \
                (TASK_UNINTERRUPTIBLE)."
                .to_owned(),
            x: figures::axis("", Unit::Count, AxisScale::Names { names: ["running (R)", "interruptible (S)", "uninterruptible (D)"].map(str::to_owned).to_vec() }),
            y: figures::axis("share of glances", Unit::Share, AxisScale::Linear),
            series: vec![ChartSeries::new(
                system,
                Joining::Apart,
                states.iter().enumerate().filter_map(share),
            )],
        }
    }
}

/// How often each of these threads was given a processor.
pub(super) fn runs_of(pid: u32, threads: &[u32]) -> Vec<Option<u64>> {
    threads
        .iter()
        .map(|thread| times_run(pid, *thread))
        .collect()
}

/// How many of them have run since.
pub(super) fn ran_since(pid: u32, threads: &[u32], before: &[Option<u64>]) -> u64 {
    let now = runs_of(pid, threads);
    now.iter()
        .zip(before)
        .filter(|(now, before)| now > before)
        .count() as u64
}

/// Glances need not be regular, only many.
const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_millis(2);

/// No rule can look at threads that are not there.
pub(super) fn nothing_seen() -> Ruling {
    Ruling::not_measured("no thread could be looked at: /proc is closed")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::claims) fn seen(sleeping: u64, running: u64, woken: u64, given: u64) -> Seen {
        Seen {
            states: BTreeMap::from([('S', sleeping), ('R', running)]),
            places: BTreeMap::from([("futex_wait".to_owned(), sleeping)]),
            woken,
            given,
            restless: 0,
            left: given,
            rounds: 4,
        }
    }

    #[test]
    fn asleep_until_it_comes_confirms_and_running_refutes() {
        assert_eq!(seen(9990, 10, 40, 40).says(), Says::Confirms);
        assert_eq!(seen(100, 9900, 40, 40).says(), Says::Refutes);
        assert_eq!(seen(9990, 10, 4, 40).says(), Says::Refutes);
    }

    #[test]
    fn few_glances_or_a_mixture_decide_nothing() {
        assert_eq!(seen(99, 0, 40, 40).says(), Says::Nothing);
        assert_eq!(seen(8000, 2000, 40, 40).says(), Says::Nothing);
        let restless = Seen {
            restless: 30,
            ..seen(9990, 10, 40, 40)
        };
        assert_eq!(restless.says(), Says::Nothing);
    }
}
