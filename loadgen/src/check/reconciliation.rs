//! Combines the results of all checks: reply bytes, history, and the counters' initial and final values.

use history::{Anomaly, Conclusion, KeyVerdict, Verdict as HistoryVerdict};
use results::{CheckLevel, Correctness, CounterAccount, Verdict};

use super::Anomalies;
use crate::target::CounterValues;

/// The input of the reconciliation.
#[derive(Debug)]
pub(crate) struct Reconciliation<'a> {
    /// The check level.
    pub(crate) level: CheckLevel,
    /// Whether the run used counters.
    pub(crate) of_counters: bool,
    /// Whether other clients may have written the counters during the run.
    pub(crate) shared: bool,
    /// Replies that were checked.
    pub(crate) checked: u64,
    /// Anomalies in the reply bytes.
    pub(crate) anomalies: Anomalies,
    /// The history's verdict; `None` if it was not checked.
    pub(crate) history: Option<HistoryVerdict>,
    /// The names of the keys, by number.
    pub(crate) names: &'a [String],
    pub(crate) before: &'a CounterValues,
    pub(crate) after: &'a CounterValues,
}

/// Returns the correctness of a run's replies.
pub(crate) fn reconcile(of: Reconciliation<'_>) -> Correctness {
    let mut anomalies = of.anomalies;
    let unknown = [of.before, of.after].into_iter();
    let mut notes: Vec<String> = unknown.filter_map(CounterValues::why_unknown).collect();
    notes.dedup();
    let mut counters = Vec::new();
    if let Some(history) = &of.history {
        let name = |number: u32| of.names[number as usize].clone();
        anomalies.add_verdict(history, &name);
        counters = counter_accounts(&history.keys, of.names, of.before, of.after);
        if let Conclusion::Unknown(reason) = history.conclusion() {
            notes.push(reason.to_string());
        }
        let foreign = [Anomaly::PhantomIncrement, Anomaly::FutureRead];
        if of.shared && foreign.iter().any(|kind| history.counts[*kind] > 0) {
            notes.push(
                "the key was named (--key): increments that another client made meanwhile show as phantoms"
                    .to_owned(),
            );
        }
    }
    let unchecked = of.of_counters && of.history.is_none();
    let verdict = match () {
        () if !anomalies.is_empty() => Verdict::Wrong,
        () if of.checked == 0 => Verdict::NotChecked,
        () if !notes.is_empty() => Verdict::Unknown,
        () if unchecked => Verdict::NotChecked,
        () => Verdict::Correct,
    };
    Correctness {
        verdict,
        level: match unchecked {
            true => CheckLevel::None,
            false => of.level,
        },
        operations_checked: of.checked,
        operations_ambiguous: counters.iter().map(|counter| counter.ambiguous).sum(),
        anomalies: anomalies.into_records(),
        counters,
        notes,
    }
}

/// Returns one account per counter; a counter without operations has zero counts.
fn counter_accounts(
    verdicts: &[KeyVerdict],
    names: &[String],
    before: &CounterValues,
    after: &CounterValues,
) -> Vec<CounterAccount> {
    let mut verdicts = verdicts.iter().peekable();
    let account = |(key, name): (usize, &String)| {
        let verdict = verdicts.next_if(|verdict| verdict.key.number() as usize == key);
        let read = || verdict.and_then(|verdict| verdict.final_value);
        CounterAccount {
            key: name.clone(),
            before: before.of(key).unwrap_or(0),
            after: after.of(key).or_else(read),
            acknowledged: verdict.map_or(0, |verdict| verdict.acknowledged),
            ambiguous: verdict.map_or(0, |verdict| verdict.unanswered),
            lost: verdict.and_then(|verdict| verdict.lost),
        }
    };
    names.iter().enumerate().map(account).collect()
}
