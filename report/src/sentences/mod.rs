//! The sentences: what a comparison says before any number. Are the replies right, is the measurement valid, were the limits kept?

mod finding;
mod knee;
mod measurement;
mod replies;
mod validity;

use results::{Comparison, Outcome, System, Verdict, units};

pub(crate) use finding::finding;
pub use finding::word;
pub use validity::{check_in_words, reasons, reasons_of_runs};

/// One sentence of the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// How bad it is.
    pub(crate) weight: Weight,
    /// The sentence.
    pub(crate) text: String,
}

impl Statement {
    fn new(weight: Weight, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { weight, text }
    }
}

/// How bad a statement is; the worst one is read first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Weight {
    /// Something is wrong: replies, limits, or the measurement itself.
    Fail,
    /// The numbers may mislead.
    Doubt,
    /// It is as it should be.
    Pass,
    /// Good to know.
    Note,
}

/// The verdict on a comparison, the worst statements first. The first one is for a reader in a hurry.
pub(crate) fn statements(comparison: &Comparison) -> Vec<Statement> {
    let mut all = Vec::new();
    for system in &comparison.systems {
        match &system.outcome {
            Outcome::Measured { runs } => all.extend(replies::statements(system, runs)),
            Outcome::Missing { reason, remedy } => {
                let label = &system.label;
                let text = format!("{label} was not measured: {reason}. To include it: {remedy}");
                all.push(Statement::new(Weight::Note, text));
            }
        }
    }
    all.extend(measurement::statements(comparison));
    if comparison.runs().next().is_none() {
        all.push(Statement::new(Weight::Fail, "nothing was measured"));
    } else if all.iter().all(|statement| statement.weight > Weight::Doubt) {
        all.push(all_is_well(comparison));
    }
    all.sort_by_key(|statement| statement.weight);
    all
}

fn all_is_well(comparison: &Comparison) -> Statement {
    let unchecked = |run: &results::Run| run.correctness.verdict == Verdict::NotChecked;
    if comparison.runs().any(unchecked) {
        let text = "the measurements are valid; not all replies were checked";
        return Statement::new(Weight::Note, text);
    }
    let systems = comparison.systems.iter();
    let counted: Vec<&System> = systems.filter(|system| !system.expected_to_lose).collect();
    let checked: u64 = counted
        .iter()
        .flat_map(|system| system.runs())
        .map(|run| run.correctness.operations_checked)
        .sum();
    let of_which = match counted.len() == comparison.systems.len() {
        true => "",
        false => " of the systems that are not expected to lose updates",
    };
    let checked = units::count(checked);
    let text = format!(
        "valid, and no wrong reply among {checked} checked operations{of_which} (which cannot prove that there is none)"
    );
    Statement::new(Weight::Pass, text)
}

/// `the run`, `all 5 runs`, `2 of 5 runs`.
fn of_runs(number: usize, all: usize) -> String {
    match all {
        1 => "the run".to_owned(),
        _ if number == all => format!("all {all} runs"),
        _ => format!("{number} of {all} runs"),
    }
}

#[cfg(test)]
mod tests;
