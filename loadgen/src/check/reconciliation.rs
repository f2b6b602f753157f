//! The books of the counters: what each held before, what was acknowledged, what it holds now.

use history::{Anomaly, Judgement, KeyVerdict};
use results::{CheckLevel, Correctness, CounterAccount, Verdict};

use crate::check::anomalies::Anomalies;

/// What is known of the counters' values, before or after the run.
#[derive(Debug)]
pub(crate) enum Values {
    /// All of them, by number.
    Known(Vec<i64>),
    /// Why they are not known.
    Unknown(String),
    /// The run touched no counter.
    NotAsked,
}

/// All that is known of the answers when a run is over.
#[derive(Debug)]
pub(crate) struct Closing<'a> {
    /// What was to be judged.
    pub(crate) level: CheckLevel,
    /// Whether the run asked for counters.
    pub(crate) counts: bool,
    /// Whether others may have written the counters meanwhile.
    pub(crate) shared: bool,
    /// Replies that were judged.
    pub(crate) checked: u64,
    /// What was wrong with the bytes.
    pub(crate) findings: Anomalies,
    /// What the history says; `None` if it was not judged.
    pub(crate) verdict: Option<history::Verdict>,
    /// The names of the keys, by number.
    pub(crate) names: &'a [String],
    pub(crate) before: &'a Values,
    pub(crate) after: &'a Values,
}

/// Closes the books: says what all checks together found.
pub(crate) fn close(closing: Closing<'_>) -> Correctness {
    let Closing { mut findings, .. } = closing;
    let mut notes: Vec<String> = [closing.before, closing.after]
        .into_iter()
        .filter_map(|values| match values {
            Values::Unknown(why) => Some(why.clone()),
            Values::Known(_) | Values::NotAsked => None,
        })
        .collect();
    notes.dedup();
    let mut counters = Vec::new();
    if let Some(verdict) = &closing.verdict {
        let name = |number: u32| closing.names[number as usize].clone();
        findings.add_verdict(verdict, &name);
        counters = accounts(&verdict.keys, closing.names, closing.before, closing.after);
        if let Judgement::Unknown(reason) = verdict.judgement() {
            notes.push(reason.to_string());
        }
        let foreign = [Anomaly::PhantomIncrement, Anomaly::FutureRead];
        if closing.shared && foreign.iter().any(|kind| verdict.counts[*kind] > 0) {
            notes.push(
                "the key was named (--key): increments that somebody else made at the same time show as phantoms"
                    .to_owned(),
            );
        }
    }
    let unjudged = closing.counts && closing.verdict.is_none();
    Correctness {
        verdict: if !findings.is_empty() {
            Verdict::Wrong
        } else if closing.checked == 0 {
            Verdict::NotChecked
        } else if !notes.is_empty() {
            Verdict::Unknown
        } else if unjudged {
            Verdict::NotChecked
        } else {
            Verdict::Correct
        },
        level: match unjudged {
            true => CheckLevel::None,
            false => closing.level,
        },
        operations_checked: closing.checked,
        operations_ambiguous: counters.iter().map(|counter| counter.ambiguous).sum(),
        anomalies: findings.into_anomalies(),
        counters,
        notes,
    }
}

/// One entry for each counter. One that no operation of the run touched has the books of a counter at rest.
fn accounts(
    verdicts: &[KeyVerdict],
    names: &[String],
    before: &Values,
    after: &Values,
) -> Vec<CounterAccount> {
    let value_of = |values: &Values, key: usize| match values {
        Values::Known(values) => values.get(key).copied(),
        Values::Unknown(_) | Values::NotAsked => None,
    };
    let mut verdicts = verdicts.iter().peekable();
    let account = |(key, name): (usize, &String)| {
        let verdict = verdicts.next_if(|verdict| verdict.key.number() as usize == key);
        CounterAccount {
            key: name.clone(),
            before: value_of(before, key).unwrap_or(0),
            after: value_of(after, key).or(verdict.and_then(|verdict| verdict.final_value)),
            acknowledged: verdict.map_or(0, |verdict| verdict.acknowledged),
            ambiguous: verdict.map_or(0, |verdict| verdict.unanswered),
            lost: verdict.and_then(|verdict| verdict.lost),
        }
    };
    names.iter().enumerate().map(account).collect()
}
