//! A claim: the words of the article, and what is done to find out whether they are so.

use std::time::Instant;

use results::{Chart, ClaimVerdict, Examined, Figure, Missing};

use crate::bench::Bench;
use crate::rule::Ruling;

/// One sentence of the article, made into an experiment.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// What it is called on the command line and in links.
    pub name: &'static str,
    /// The article's own words.
    pub sentence: &'static str,
    /// What would confirm it.
    pub confirms: &'static str,
    /// What would refute it.
    pub refutes: &'static str,
    /// What is done, and by which rule the verdict is found.
    pub experiment: &'static str,
    /// Does it.
    pub examine: fn(&mut Bench<'_>) -> Evidence,
}

/// What an experiment brought.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// What the rule makes of it.
    pub ruling: Ruling,
    /// The numbers it rests on.
    pub figures: Vec<Figure>,
    /// The picture.
    pub chart: Option<Chart>,
}

impl Claim {
    /// Makes the experiment.
    pub fn examine(&self, bench: &mut Bench<'_>) -> Examined {
        let started = Instant::now();
        let evidence = (self.examine)(bench);
        let missing = bench.take_missing();
        let ruling = match bench.is_stopped() {
            true => Ruling::not_measured("the run was interrupted"),
            false => evidence.ruling,
        };
        let effort = bench.quick_or_full("", " --full");
        Examined {
            repeat: format!("claims run {}{effort}", self.name),
            ..self.examined(ruling, evidence.figures, evidence.chart, missing, started)
        }
    }

    fn examined(
        &self,
        ruling: Ruling,
        figures: Vec<Figure>,
        chart: Option<Chart>,
        missing: Vec<Missing>,
        started: Instant,
    ) -> Examined {
        Examined {
            name: self.name.to_owned(),
            sentence: self.sentence.to_owned(),
            confirms: self.confirms.to_owned(),
            refutes: self.refutes.to_owned(),
            experiment: self.experiment.to_owned(),
            verdict: ruling.verdict,
            answer: ruling.answer,
            figures,
            missing,
            chart,
            repeat: format!("claims run {}", self.name),
            elapsed_ns: u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX),
        }
    }

    /// What `claims explain` prints.
    pub fn explained(&self) -> String {
        format!(
            "{}\n\n  the article   “{}”\n  confirmed by  {}\n  refuted by    {}\n  measured by   {}\n",
            self.name, self.sentence, self.confirms, self.refutes, self.experiment
        )
    }
}

impl Evidence {
    /// No evidence at all, and why.
    pub fn none(why: impl Into<String>) -> Self {
        Self {
            ruling: Ruling {
                verdict: ClaimVerdict::NotMeasured { why: why.into() },
                answer: String::new(),
            },
            figures: Vec::new(),
            chart: None,
        }
    }
}
