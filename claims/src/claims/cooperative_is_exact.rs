//! One thread, one number, no lock; and the way to lose updates all the same.

use super::exactness;
use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::rule::{Counted, Ruling};
use crate::system::{ASYNC_RACY, ASYNC_YIELDING, REACTOR, REDIS, THREADS_RACY, TWISTED};

pub(super) const CLAIM: Claim = Claim {
    name: "cooperative-is-exact",
    sentence: "The function running has an exclusive access to all the ressources, avoiding the danger of concurrent accesses, and misuses of locks.",
    confirms: "no wrong answer in a million increments of a plain number on one thread, under a load that shows the mistake under threads",
    refutes: "one lost, repeated or misplaced increment",
    experiment: "100 connections, 1000 INCR in flight on each, against one thread with one poll and a number without any protection. Control: threads without a lock. \
        Counter-example: tasks of one thread that pass the baton between the read and the write. \
        Beside them, without a say in the verdict, tasks of one thread that do not, and Redis; and with --full the article's own server on Twisted.",
    examine,
};

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let entries: [Entry; 3] = [THREADS_RACY.into(), REACTOR.into(), ASYNC_YIELDING.into()];
    let counted = exactness::counted(bench, &entries);
    let ruling = match &counted[..] {
        [Some(control), Some(reactor), yielding] => rule(control, reactor, yielding.as_ref()),
        _ => Ruling::not_measured("a server could not be measured"),
    };
    let mut counts: Vec<Counted> = counted.into_iter().flatten().collect();
    let mut guests = vec![ASYNC_RACY, REDIS];
    guests.extend(bench.guests(&[TWISTED]));
    counts.extend(exactness::beside(bench, &guests));
    exactness::evidence(ruling, &counts)
}

/// As for a lock; and where a task that yields in the middle goes wrong, the claim depends on where the baton is passed.
fn rule(control: &Counted, reactor: &Counted, yielding: Option<&Counted>) -> Ruling {
    let ruling = exactness::rule(control, &[reactor]);
    match yielding {
        Some(yielding) if yielding.events > 0 && ruling.verdict == results::ClaimVerdict::Holds => {
            Ruling::depends(
                "where the baton is passed: exact while a function returns only when its work is whole; not when it waits between the read and the write",
                format!("{}; {}: {}", ruling.answer, yielding.label, yielding.text()),
            )
        }
        _ => ruling,
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn counted(events: u64) -> Counted {
        Counted {
            label: "a".to_owned(),
            events,
            of: 1_000_000,
            runs: 4,
        }
    }

    #[test]
    fn the_plain_number_decides_and_the_yielding_task_sets_the_condition() {
        let verdict = |control, reactor, yielding: Option<u64>| {
            let yielding = yielding.map(counted);
            rule(&counted(control), &counted(reactor), yielding.as_ref()).verdict
        };
        assert_eq!(verdict(900, 0, None), ClaimVerdict::Holds);
        assert_eq!(verdict(900, 0, Some(0)), ClaimVerdict::Holds);
        assert_eq!(verdict(900, 0, Some(70)).word(), "depends");
        assert_eq!(verdict(900, 1, Some(70)), ClaimVerdict::Fails);
        assert_eq!(verdict(0, 0, Some(70)).word(), "not measured");
    }
}
