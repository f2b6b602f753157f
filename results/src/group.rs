//! Repetitions: runs of one system under one load, which is what a median is taken of.

use crate::statistics::{Contrast, contrast};
use crate::{Comparison, Histogram, Metric, Run, ValidityVerdict, Verdict, Workload};

/// The runs of one system under one load.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The system's label.
    pub label: &'a str,
    /// The runs, at least one.
    pub runs: Vec<&'a Run>,
}

impl<'a> Group<'a> {
    /// Every system under every load, systems in the order of the comparison and loads in that of their runs.
    pub fn of(comparison: &'a Comparison) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for system in &comparison.systems {
            for run in system.runs() {
                let same = |group: &&mut Self| {
                    group.label == system.label && group.workload().same_load(&run.workload)
                };
                match groups.iter_mut().find(same) {
                    Some(group) => group.runs.push(run),
                    None => groups.push(Self {
                        label: &system.label,
                        runs: vec![run],
                    }),
                }
            }
        }
        groups
    }

    /// The load that all its runs share.
    pub fn workload(&self) -> &'a Workload {
        &self.runs[0].workload
    }

    /// The metric of every run that has it.
    pub fn values(&self, metric: Metric) -> Vec<f64> {
        self.runs.iter().filter_map(|run| metric.of(run)).collect()
    }

    /// The metric of the group: the median of its runs, or the sum for lost updates.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        metric.of_runs(&self.values(metric))
    }

    /// This group's metric against that of a reference.
    pub fn contrast(&self, reference: &Self, metric: Metric) -> Option<Contrast> {
        contrast(&reference.values(metric), &self.values(metric))
    }

    /// The response times of all runs together: histograms are added, percentiles are never averaged.
    pub fn response(&self) -> Histogram {
        let mut sum = Histogram::new();
        for run in &self.runs {
            sum.merge(&run.latency.response);
        }
        sum
    }

    /// The worst verdict on the answers of any run.
    pub fn verdict(&self) -> Verdict {
        let badness = |verdict: &Verdict| match verdict {
            Verdict::Correct => 0,
            Verdict::NotChecked => 1,
            Verdict::Unknown => 2,
            Verdict::Wrong => 3,
        };
        let verdicts = self.runs.iter().map(|run| run.correctness.verdict);
        verdicts.max_by_key(badness).unwrap_or(Verdict::NotChecked)
    }

    /// The worst verdict on the measurement of any run.
    pub fn validity(&self) -> ValidityVerdict {
        let verdicts = self.runs.iter().map(|run| run.validity.verdict);
        verdicts.max().unwrap_or(ValidityVerdict::Valid)
    }

    /// Acknowledged increments over all runs.
    pub fn acknowledged(&self) -> u64 {
        self.runs
            .iter()
            .map(|run| run.correctness.acknowledged())
            .sum()
    }
}
