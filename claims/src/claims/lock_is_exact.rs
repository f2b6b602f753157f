//! The article's cure: a lock around the increment.

use super::exactness::{beside, counted, evidence, rule};
use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::rule::{Counted, Ruling};
use crate::system::{
    ASYNC_MULTI, PYTHON_THREADS, PYTHON_THREADS_RACY, THREADS, THREADS_ATOMIC, THREADS_RACY,
};

pub(super) const CLAIM: Claim = Claim {
    name: "lock-is-exact",
    sentence: "Here is a correct version of the incr version using a lock dedicated to the counter ressource.",
    confirms: "no wrong answer in a million increments under a load that shows the mistake of a counter without a lock",
    refutes: "one lost, repeated or misplaced increment",
    experiment: "100 connections, 1000 INCR in flight on each, against a thread per connection with a mutex, with one atomic instruction, and, as a control, with neither. \
        Every reply and the final value are checked. Beside them, without a say in the verdict, tasks on all processors with a mutex; and with --full threads in Python, with the lock and without.",
    examine,
};

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let entries: [Entry; 3] = [THREADS_RACY.into(), THREADS.into(), THREADS_ATOMIC.into()];
    let counted = counted(bench, &entries);
    let ruling = match &counted[..] {
        [Some(control), Some(mutex), Some(atomic)] => rule(control, &[mutex, atomic]),
        _ => Ruling::not_measured("a server could not be measured"),
    };
    let mut counts: Vec<Counted> = counted.into_iter().flatten().collect();
    let mut guests = vec![ASYNC_MULTI];
    guests.extend(bench.guests(&[PYTHON_THREADS, PYTHON_THREADS_RACY]));
    counts.extend(beside(bench, &guests));
    evidence(ruling, &counts)
}
