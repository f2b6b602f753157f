//! Whether several runs have the same verdicts: a claim whose verdict changes on one machine is not measured well enough.

use std::path::PathBuf;

use results::{ClaimVerdict, Claims, file};

/// One claim in several runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its name.
    pub name: String,
    /// Its verdict in each run, in their order; `None` where a run does not have it.
    pub verdicts: Vec<Option<ClaimVerdict>>,
}

/// The runs of these files, compared.
///
/// # Errors
/// When a file cannot be read or holds something else.
pub fn of_files(files: &[PathBuf]) -> Result<Vec<Agreement>, file::LoadError> {
    let runs: Result<Vec<Claims>, _> = files.iter().map(|path| file::load(path)).collect();
    Ok(agreements(&runs?))
}

/// Every claim that any of the runs has, in the order in which they list them.
fn agreements(runs: &[Claims]) -> Vec<Agreement> {
    let mut names: Vec<&str> = Vec::new();
    for claim in runs.iter().flat_map(|run| &run.claims) {
        if !names.contains(&claim.name.as_str()) {
            names.push(&claim.name);
        }
    }
    let verdict = |run: &Claims, name: &str| {
        let claim = run.claims.iter().find(|claim| claim.name == name)?;
        Some(claim.verdict.clone())
    };
    let of = |name: &str| Agreement {
        name: name.to_owned(),
        verdicts: runs.iter().map(|run| verdict(run, name)).collect(),
    };
    names.into_iter().map(of).collect()
}

impl Agreement {
    /// Whether the verdict is the same in every run. The conditions on which a claim depends may differ: that is no other verdict.
    /// A run without the claim agrees with none.
    pub fn is_one(&self) -> bool {
        self.words().windows(2).all(|two| two[0] == two[1])
            && self.verdicts.iter().all(Option::is_some)
    }

    fn words(&self) -> Vec<&'static str> {
        let word =
            |verdict: &Option<ClaimVerdict>| verdict.as_ref().map_or("absent", ClaimVerdict::word);
        self.verdicts.iter().map(word).collect()
    }

    /// The conditions that the verdicts name, where these changed: each with the runs that name it, counted from 1.
    fn conditions(&self) -> Vec<(Vec<usize>, String)> {
        let mut seen: Vec<(Vec<usize>, String)> = Vec::new();
        for (place, verdict) in self.verdicts.iter().enumerate() {
            let Some(reason) = verdict.as_ref().and_then(ClaimVerdict::reason) else {
                continue;
            };
            match seen.iter_mut().find(|(_, known)| known == reason) {
                Some((runs, _)) => runs.push(place + 1),
                None => seen.push((vec![place + 1], reason.to_owned())),
            }
        }
        // Where the verdict is the same and every run names the same condition, nothing has changed.
        if seen.len() == 1 && self.is_one() {
            seen.clear();
        }
        seen
    }

    /// `same` or `differs`, and whether the conditions changed.
    fn summary(&self) -> &'static str {
        match (self.is_one(), self.conditions().is_empty()) {
            (true, true) => "same",
            (true, false) => "same, on other conditions",
            (false, _) => "differs",
        }
    }

    fn conditions_text(&self) -> impl Iterator<Item = String> {
        self.conditions().into_iter().map(|(runs, reason)| {
            let plural = if runs.len() == 1 { "" } else { "s" };
            let numbers: Vec<String> = runs.iter().map(usize::to_string).collect();
            format!("run{plural} {}: {reason}", numbers.join(", "))
        })
    }
}

/// For a terminal: a line for each claim, and under it what changed. Ends with a line break.
pub fn text(agreements: &[Agreement]) -> String {
    let mut text = String::new();
    for claim in agreements {
        let (name, words) = (&claim.name, claim.words().join(", "));
        text += &format!("{name:30} {}: {words}\n", claim.summary());
        for condition in claim.conditions_text() {
            text += &format!("{:30} {condition}\n", "");
        }
    }
    text + &tally(agreements) + "\n"
}

/// The same in Markdown: a table with a column for each run, and under it a list of what changed.
pub fn markdown(agreements: &[Agreement]) -> String {
    let runs = agreements.first().map_or(0, |claim| claim.verdicts.len());
    let columns: String = (1..=runs).map(|run| format!(" run {run} |")).collect();
    let rule = "---|".repeat(runs);
    let mut text = format!("| claim |{columns} together |\n|---|{rule}---|\n");
    for claim in agreements {
        let words = claim.words().join(" | ");
        text += &format!("| `{}` | {words} | {} |\n", claim.name, claim.summary());
    }
    for claim in agreements {
        let conditions: Vec<String> = claim.conditions_text().collect();
        if !conditions.is_empty() {
            let list = conditions.join("\n* ");
            text += &format!("\n`{}`:\n\n* {list}\n", claim.name);
        }
    }
    format!("{text}\n{}\n", tally(agreements))
}

fn tally(agreements: &[Agreement]) -> String {
    let same = agreements.iter().filter(|claim| claim.is_one()).count();
    let all = agreements.len();
    format!("{same} of {all} claims have the same verdict in every run.")
}

#[cfg(test)]
mod tests {
    use results::example;

    use super::*;

    fn depends(on: &str) -> ClaimVerdict {
        ClaimVerdict::Depends { on: on.to_owned() }
    }

    fn claim(verdicts: impl IntoIterator<Item = ClaimVerdict>) -> Agreement {
        Agreement {
            name: "a".to_owned(),
            verdicts: verdicts.into_iter().map(Some).collect(),
        }
    }

    #[test]
    fn the_same_verdict_is_one() {
        let holds = claim([ClaimVerdict::Holds, ClaimVerdict::Holds]);
        assert!(holds.is_one());
        assert_eq!(
            text(&[holds]),
            format!(
                "{:30} same: holds, holds\n1 of 1 claims have the same verdict in every run.\n",
                "a"
            )
        );
        assert_eq!(claim([depends("x"), depends("x")]).summary(), "same");
    }

    #[test]
    fn another_verdict_is_a_difference_and_names_its_condition() {
        let torn = claim([ClaimVerdict::Holds, depends("the rate")]);
        assert!(!torn.is_one());
        assert!(text(&[torn]).contains("differs: holds, depends\n"));
        let torn = claim([ClaimVerdict::Holds, depends("the rate")]);
        assert!(text(&[torn]).contains("run 2: the rate\n"));
    }

    #[test]
    fn another_condition_is_named_and_no_difference() {
        let moved = claim([depends("x"), depends("y"), depends("x")]);
        assert!(moved.is_one());
        assert_eq!(
            markdown(&[moved]),
            "| claim | run 1 | run 2 | run 3 | together |\n\
             |---|---|---|---|---|\n\
             | `a` | depends | depends | depends | same, on other conditions |\n\
             \n\
             `a`:\n\
             \n\
             * runs 1, 3: x\n\
             * run 2: y\n\
             \n\
             1 of 1 claims have the same verdict in every run.\n"
        );
    }

    #[test]
    fn runs_are_compared_claim_by_claim() {
        let runs = [
            example::claims(&[("a", ClaimVerdict::Holds), ("b", ClaimVerdict::Fails)]),
            example::claims(&[("b", ClaimVerdict::Holds), ("a", ClaimVerdict::Holds)]),
        ];
        let seen = agreements(&runs);
        let names: Vec<_> = seen
            .iter()
            .map(|claim| (&*claim.name, claim.is_one()))
            .collect();
        assert_eq!(names, [("a", true), ("b", false)]);
        let error = of_files(&["no such file".into()]).unwrap_err().to_string();
        assert!(error.contains("no such file"), "{error}");
    }

    #[test]
    fn a_run_without_the_claim_agrees_with_none() {
        let mut absent = claim([ClaimVerdict::Holds]);
        absent.verdicts.push(None);
        assert!(!absent.is_one());
        assert!(text(&[absent]).contains("differs: holds, absent"));
    }
}
