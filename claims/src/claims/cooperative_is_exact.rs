//! One thread, one number, no lock; and how updates can be lost even so.

use results::ClaimVerdict;

use super::exactness;
use crate::systems::{ASYNC_RACY, ASYNC_YIELDING, REACTOR, REDIS, THREADS_RACY, TWISTED};
use crate::{Claim, Conclusion, EventCount, Evidence, Experiment};

pub(super) const CLAIM: Claim = Claim {
    name: "cooperative-is-exact",
    sentence: "The function running has an exclusive access to all the ressources, avoiding the danger of concurrent accesses, and misuses of locks.",
    confirms: "no wrong answer in a million increments of a plain number on one thread, under a load that shows the mistake under threads",
    refutes: "one lost, repeated or misplaced increment",
    experiment: "100 connections, 1000 INCR in flight on each, against one thread with one poll and a number without any protection. Control: threads without a lock. \
        Counterexample: tasks of one thread that yield between the read and the write. \
        For context, without influence on the verdict: tasks of one thread that do not yield there, Redis, and with --full the article's own server on Twisted.",
    examine,
};

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let counts = exactness::count(experiment, [THREADS_RACY, REACTOR, ASYNC_YIELDING]);
    let conclusion = match &counts {
        [Some(control), Some(reactor), yielding] => rule(control, reactor, yielding.as_ref()),
        _ => Conclusion::not_measured("a server could not be measured"),
    };
    let mut context = vec![ASYNC_RACY, REDIS];
    context.extend(experiment.context(&[TWISTED]));
    exactness::evidence(experiment, conclusion, counts, &context)
}

/// As for a lock; and where a task that yields in the middle goes wrong, the claim depends on where control is given up.
fn rule(control: &EventCount, reactor: &EventCount, yielding: Option<&EventCount>) -> Conclusion {
    let conclusion = exactness::rule(control, &[reactor]);
    match yielding {
        Some(yielding) if yielding.events > 0 && conclusion.verdict == ClaimVerdict::Holds => {
            Conclusion::depends(
                "where control is given up: exact while a function returns only when its work is whole; not exact when it waits between the read and the write",
                format!("{}; {}", conclusion.answer, yielding.labelled()),
            )
        }
        _ => conclusion,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(events: u64) -> EventCount {
        EventCount {
            label: "a".to_owned(),
            events,
            of: 1_000_000,
            runs: 4,
        }
    }

    #[test]
    fn the_plain_number_decides_and_the_yielding_task_sets_the_condition() {
        let verdict = |control, reactor, yielding: Option<u64>| {
            let yielding = yielding.map(count);
            rule(&count(control), &count(reactor), yielding.as_ref()).verdict
        };
        assert_eq!(verdict(900, 0, None), ClaimVerdict::Holds);
        assert_eq!(verdict(900, 0, Some(0)), ClaimVerdict::Holds);
        assert_eq!(verdict(900, 0, Some(70)).word(), "depends");
        assert_eq!(verdict(900, 1, Some(70)), ClaimVerdict::Fails);
        assert_eq!(verdict(0, 0, Some(70)).word(), "not measured");
    }
}
