//! The books of the counters: what each held before, what was acknowledged, what it holds now.

use results::{AnomalyKind, CheckLevel, Correctness, CounterAccount, Verdict};

use crate::books::findings::Findings;
use crate::books::judge::{Judge, KeyBook};

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

/// Closes the books: compares the final values with what was acknowledged, and says what all checks together found.
pub(crate) fn close(
    mut judge: Judge,
    names: &[String],
    before: &Values,
    after: &Values,
) -> Correctness {
    let mut notes = Vec::new();
    let mut findings = std::mem::take(&mut judge.findings);
    let counters = match before {
        Values::Known(before) => accounts(&judge, names, before, after),
        Values::Unknown(_) | Values::NotAsked => Vec::new(),
    };
    for account in &counters {
        compare(account, &mut findings);
    }
    for values in [before, after] {
        if let Values::Unknown(why) = values {
            notes.push(why.clone());
        }
    }
    if judge.unchecked() > 0 {
        notes.push(format!(
            "{} INCR values were scattered too widely to be checked for duplicates",
            judge.unchecked()
        ));
    }
    let verdict = verdict(&judge, &findings, &notes);
    Correctness {
        verdict,
        level: CheckLevel::Replies,
        operations_checked: judge.checked(),
        operations_ambiguous: judge.keys().iter().map(|book| book.ambiguous).sum(),
        anomalies: findings.into_anomalies(),
        counters,
        notes,
    }
}

fn verdict(judge: &Judge, findings: &Findings, notes: &[String]) -> Verdict {
    if !findings.is_empty() {
        Verdict::Wrong
    } else if judge.checked() == 0 {
        Verdict::NotChecked
    } else if !notes.is_empty() {
        Verdict::Unknown
    } else {
        Verdict::Correct
    }
}

fn accounts(
    judge: &Judge,
    names: &[String],
    before: &[i64],
    after: &Values,
) -> Vec<CounterAccount> {
    let after = |key: usize| match after {
        Values::Known(after) => after.get(key).copied(),
        Values::Unknown(_) | Values::NotAsked => None,
    };
    let books = names.iter().zip(before).zip(judge.keys()).enumerate();
    books
        .map(|(key, ((name, before), book))| account(name, *before, after(key), *book))
        .collect()
}

fn account(name: &str, before: i64, after: Option<i64>, book: KeyBook) -> CounterAccount {
    let expected = i128::from(before) + i128::from(book.acknowledged);
    let lost = after.map(|after| u64::try_from(expected - i128::from(after)).unwrap_or(0));
    CounterAccount {
        key: name.to_owned(),
        before,
        after,
        acknowledged: book.acknowledged,
        ambiguous: book.ambiguous,
        lost,
    }
}

/// Accuses a final value that no truthful counter could have.
fn compare(account: &CounterAccount, findings: &mut Findings) {
    let Some(after) = account.after else { return };
    let CounterAccount {
        key,
        before,
        acknowledged,
        ambiguous,
        ..
    } = account;
    let least = i128::from(*before) + i128::from(*acknowledged);
    let most = least + i128::from(*ambiguous);
    let found = i128::from(after);
    if found < least {
        findings.add(AnomalyKind::LostUpdate, || {
            format!("'{key}' held {before}, {acknowledged} increments were acknowledged, and it holds {after}: {} are missing", least - found)
        });
    } else if found > most {
        findings.add(AnomalyKind::PhantomIncrement, || {
            format!("'{key}' held {before}, {acknowledged} increments were acknowledged and {ambiguous} may have happened, and it holds {after}: {} came from elsewhere", found - most)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::judge::LastValues;

    /// Closes the books of one counter at 10 that was incremented `acknowledged` times, and once perhaps.
    fn closed(acknowledged: i64, after: Values) -> Correctness {
        let mut judge = Judge::new(1);
        let mut last = LastValues::new(&[10]);
        (1..=acknowledged).for_each(|n| judge.incremented(0, 0, 10 + n, &mut last));
        judge.ambiguous(0);
        close(judge, &["k".to_owned()], &Values::Known(vec![10]), &after)
    }

    #[test]
    fn a_sum_that_fits_is_right() {
        for after in [15, 16] {
            let correctness = closed(5, Values::Known(vec![after]));
            assert_eq!(
                (correctness.verdict, correctness.lost_updates()),
                (Verdict::Correct, Some(0))
            );
            assert_eq!(
                (
                    correctness.operations_checked,
                    correctness.operations_ambiguous
                ),
                (5, 1)
            );
        }
    }

    #[test]
    fn what_is_missing_was_lost_and_what_is_too_much_is_a_phantom() {
        let missing = closed(5, Values::Known(vec![12]));
        assert_eq!(
            (missing.verdict, missing.lost_updates()),
            (Verdict::Wrong, Some(3))
        );
        assert_eq!(missing.anomalies[0].kind, AnomalyKind::LostUpdate);
        let phantom = closed(5, Values::Known(vec![17]));
        assert_eq!(
            (phantom.verdict, phantom.lost_updates()),
            (Verdict::Wrong, Some(0))
        );
        assert_eq!(phantom.anomalies[0].kind, AnomalyKind::PhantomIncrement);
    }

    #[test]
    fn an_unknown_end_is_no_proof_of_anything() {
        let unknown = closed(5, Values::Unknown("the server is gone".to_owned()));
        assert_eq!(
            (unknown.verdict, unknown.lost_updates()),
            (Verdict::Unknown, None)
        );
        assert_eq!(unknown.notes, ["the server is gone"]);
    }
}
