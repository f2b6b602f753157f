//! A claim: a sentence of the article, and the experiment that tests it.

use std::time::Instant;

use results::{Chart, Examined, Figure};

use crate::{Conclusion, EventCount, Experiment, figures};

/// One sentence of the article, made into an experiment.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Its name on the command line and in links.
    pub name: &'static str,
    /// The article's own words.
    pub sentence: &'static str,
    /// What would confirm it.
    pub confirms: &'static str,
    /// What would refute it.
    pub refutes: &'static str,
    /// What is measured, and what the verdict rests on.
    pub experiment: &'static str,
    /// Makes the experiment.
    pub examine: fn(&mut Experiment<'_>) -> Evidence,
}

/// What an experiment found.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// What the rule concludes.
    pub conclusion: Conclusion,
    /// The numbers.
    pub figures: Vec<Figure>,
    /// The picture.
    pub chart: Option<Chart>,
}

impl Claim {
    /// Makes the experiment.
    pub fn examine(&self, experiment: &mut Experiment<'_>) -> Examined {
        let started = Instant::now();
        let evidence = (self.examine)(experiment);
        let conclusion = match experiment.is_stopped() {
            true => Conclusion::not_measured("the run was interrupted"),
            false => evidence.conclusion,
        };
        let effort = experiment.quick_or_full("", " --full");
        Examined {
            name: self.name.to_owned(),
            sentence: self.sentence.to_owned(),
            confirms: self.confirms.to_owned(),
            refutes: self.refutes.to_owned(),
            experiment: self.experiment.to_owned(),
            verdict: conclusion.verdict,
            answer: conclusion.answer,
            figures: evidence.figures,
            missing: experiment.take_missing(),
            chart: evidence.chart,
            repeat: format!("claims run {}{effort}", self.name),
            elapsed_ns: u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX),
        }
    }

    /// What `claims explain` prints.
    pub fn explanation(&self) -> String {
        format!(
            "{}\n\n  the article   “{}”\n  confirmed by  {}\n  refuted by    {}\n  measured by   {}\n",
            self.name, self.sentence, self.confirms, self.refutes, self.experiment
        )
    }
}

impl Evidence {
    /// What these counts of events (`wrong answers`) show, a rate for each system.
    pub fn of_counts(conclusion: Conclusion, what: &str, counts: &[EventCount]) -> Self {
        let title = format!("{what} per million");
        let figure = |count: &EventCount| count.figure(&count.label, what);
        Self {
            chart: Some(figures::rates_by_system(&conclusion.answer, &title, counts)),
            figures: counts.iter().filter_map(figure).collect(),
            conclusion,
        }
    }

    /// No evidence, and why.
    pub fn none(why: impl Into<String>) -> Self {
        Self {
            conclusion: Conclusion::not_measured(why),
            figures: Vec::new(),
            chart: None,
        }
    }
}
