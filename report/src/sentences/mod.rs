//! What a comparison says before any number: are the answers right, is the measurement sound, were the limits kept?

mod answers;
mod finding;
mod measurement;
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

/// How bad a statement is; the worst one is read first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Weight {
    /// Something is wrong: answers, limits, or the measurement itself.
    Fail,
    /// The numbers may mislead.
    Doubt,
    /// It is as it should be.
    Pass,
    /// Good to know.
    Note,
}

/// The verdict on a comparison, the worst statements first. The first statement is what a hurried reader takes home.
pub(crate) fn statements(comparison: &Comparison) -> Vec<Statement> {
    let mut all = Vec::new();
    for system in &comparison.systems {
        match &system.outcome {
            Outcome::Measured { runs } => answers::say(&mut all, system, runs),
            Outcome::Missing { reason, remedy } => all.push(Statement {
                weight: Weight::Note,
                text: format!(
                    "{} was not measured: {reason}. To include it: {remedy}",
                    system.label
                ),
            }),
        }
    }
    measurement::say(&mut all, comparison);
    if comparison.runs().next().is_none() {
        all.push(Statement {
            weight: Weight::Fail,
            text: "nothing was measured".to_owned(),
        });
    } else if !all
        .iter()
        .any(|statement| statement.weight <= Weight::Doubt)
    {
        all.push(all_is_well(comparison));
    }
    all.sort_by_key(|statement| statement.weight);
    all
}

fn all_is_well(comparison: &Comparison) -> Statement {
    let honest = || {
        comparison
            .systems
            .iter()
            .filter(|system| !system.expected_to_lose)
    };
    let checked: u64 = honest()
        .flat_map(System::runs)
        .map(|run| run.correctness.operations_checked)
        .sum();
    let unchecked = comparison
        .runs()
        .any(|run| run.correctness.verdict == Verdict::NotChecked);
    if unchecked {
        return Statement {
            weight: Weight::Note,
            text: "the measurements are valid; not all answers were checked".to_owned(),
        };
    }
    let of_whom = match honest().count() == comparison.systems.len() {
        true => "",
        false => " of those that are not there to lose updates",
    };
    Statement {
        weight: Weight::Pass,
        text: format!(
            "valid, and no wrong answer among {} checked operations{of_whom} (which cannot prove that there is none)",
            units::count(checked)
        ),
    }
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
