//! What the two questions about waiting threads share: many samples of threads that are known to wait.

use std::collections::BTreeMap;
use std::time::Duration;

use results::{AxisScale, ChartPoint, Figure, Unit, units};

use crate::threads::{Sample, sample, times_run};
use crate::{Conclusion, Evidence, Indication, figures};

/// What was seen of threads that wait, and of the same threads after the event that they waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct Samples {
    /// Samples of waiting threads, by state.
    pub(super) states: BTreeMap<char, u64>,
    /// The same, by the function of the kernel in which they wait.
    pub(super) functions: BTreeMap<String, u64>,
    /// Threads whose event came, and that ran.
    pub(super) woken: u64,
    /// Threads whose event came.
    pub(super) given: u64,
    /// Threads that ran although nothing came for them.
    pub(super) woken_without: u64,
    /// Threads for which nothing came.
    pub(super) left: u64,
    /// Repetitions, each with new threads.
    pub(super) rounds: usize,
}

/// Threads, and how often each of them had run at some moment.
pub(super) struct TimesRun {
    pid: u32,
    threads: Vec<(u32, Option<u64>)>,
}

impl TimesRun {
    pub(super) fn now(pid: u32, threads: impl IntoIterator<Item = u32>) -> Self {
        let threads = threads.into_iter();
        Self {
            pid,
            threads: threads
                .map(|thread| (thread, times_run(pid, thread)))
                .collect(),
        }
    }

    /// How many of them have run since, and how many they are.
    pub(super) fn ran_since(&self) -> (u64, u64) {
        let ran = self.threads.iter();
        let ran = ran.filter(|(thread, before)| times_run(self.pid, *thread) > *before);
        (ran.count() as u64, self.threads.len() as u64)
    }
}

/// Time between two samples: they need not be regular, only many.
const BETWEEN_SAMPLES: Duration = Duration::from_millis(2);

impl Samples {
    /// Samples each thread this many times.
    pub(super) fn take(&mut self, pid: u32, threads: &[u32], times: u32) {
        for _ in 0..times {
            let samples = threads.iter().filter_map(|thread| sample(pid, *thread));
            for Sample { state, function } in samples {
                *self.states.entry(state).or_default() += 1;
                if let Some(function) = function {
                    *self.functions.entry(function).or_default() += 1;
                }
            }
            std::thread::sleep(BETWEEN_SAMPLES);
        }
    }

    fn count(&self) -> u64 {
        self.states.values().sum()
    }

    /// The share of samples in this state.
    fn share(&self, state: char) -> f64 {
        let samples = self.states.get(&state).copied().unwrap_or(0);
        samples as f64 / self.count().max(1) as f64
    }

    /// Whether waiting is an interruptible sleep that the event ends: nearly all samples show one, all threads ran whose event
    /// came, and hardly any other did.
    pub(super) fn indication(&self) -> Indication {
        if self.count() < 1000 || self.rounds < 4 || self.given == 0 {
            return Indication::Undecided;
        }
        let share = self.share('S');
        let all_woke = self.woken == self.given;
        let few_others = self.woken_without * 20 <= self.left;
        match () {
            () if share >= 0.99 && all_woke && few_others => Indication::Confirms,
            () if share < 0.5 || self.woken * 2 < self.given => Indication::Refutes,
            () => Indication::Undecided,
        }
    }

    /// What was seen, in words.
    pub(super) fn text(&self) -> String {
        let most = self.functions.iter().max_by_key(|(_, samples)| **samples);
        let function = most.map_or("a function that the kernel does not name", |(name, _)| name);
        let others = match self.left {
            0 => String::new(),
            left => format!(", and {} of {left} others", self.woken_without),
        };
        format!(
            "{} of {} samples show an interruptible sleep, in {function}; {} of {} threads ran after their event{others}",
            units::percent(self.share('S')),
            units::count(self.count()),
            self.woken,
            self.given,
        )
    }

    /// What stands on the page; `conclusion` is what the rule makes of these samples.
    pub(super) fn evidence(&self, system: &str, conclusion: Conclusion) -> Evidence {
        let conclusion = match self.count() {
            0 => Conclusion::not_measured("no thread could be sampled: /proc is closed"),
            _ => conclusion,
        };
        let figure = |state: &char| {
            let what = format!("waiting threads seen in state {state}");
            let figure = Figure::new(system, what, Unit::Share, self.share(*state))?;
            Some(figure.of_runs(self.rounds))
        };
        let point = |(place, state): (usize, &char)| {
            ChartPoint::new(place as f64, self.share(*state), None)
        };
        let chart = figures::chart(
            &conclusion.answer,
            "In which state threads were seen that are known to wait: running or ready to run (TASK_RUNNING), asleep until something comes (TASK_INTERRUPTIBLE), \
            asleep whatever comes (TASK_UNINTERRUPTIBLE).",
            figures::names(["running (R)", "interruptible (S)", "uninterruptible (D)"]),
            figures::axis("share of samples", Unit::Share, AxisScale::Linear),
            [figures::points(
                system,
                ['R', 'S', 'D'].iter().enumerate().map(point),
            )],
        );
        Evidence {
            chart: Some(chart),
            figures: self.states.keys().filter_map(figure).collect(),
            conclusion,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::claims) fn samples(
        sleeping: u64,
        running: u64,
        woken: u64,
        given: u64,
    ) -> Samples {
        Samples {
            states: BTreeMap::from([('S', sleeping), ('R', running)]),
            functions: BTreeMap::from([("futex_wait".to_owned(), sleeping)]),
            woken,
            given,
            woken_without: 0,
            left: given,
            rounds: 4,
        }
    }

    #[test]
    fn asleep_until_the_event_confirms_and_running_refutes() {
        assert_eq!(samples(9990, 10, 40, 40).indication(), Indication::Confirms);
        assert_eq!(samples(100, 9900, 40, 40).indication(), Indication::Refutes);
        assert_eq!(samples(9990, 10, 4, 40).indication(), Indication::Refutes);
    }

    #[test]
    fn few_samples_or_a_mixture_decide_nothing() {
        let undecided = Indication::Undecided;
        assert_eq!(samples(99, 0, 40, 40).indication(), undecided);
        assert_eq!(samples(8000, 2000, 40, 40).indication(), undecided);
        let restless = Samples {
            woken_without: 30,
            ..samples(9990, 10, 40, 40)
        };
        assert_eq!(restless.indication(), undecided);
    }
}
