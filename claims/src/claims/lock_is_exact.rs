//! The article's cure: a lock around the increment.

use super::exactness::{count, evidence, rule};
use crate::systems::{
    ASYNC_MULTI, PYTHON_THREADS, PYTHON_THREADS_RACY, THREADS, THREADS_ATOMIC, THREADS_RACY,
};
use crate::{Claim, Conclusion, Evidence, Experiment};

pub(super) const CLAIM: Claim = Claim {
    name: "lock-is-exact",
    sentence: "Here is a correct version of the incr version using a lock dedicated to the counter ressource.",
    confirms: "no wrong answer in a million increments under a load that shows the mistake of a counter without a lock",
    refutes: "one lost, repeated or misplaced increment",
    experiment: "100 connections, 1000 INCR in flight on each, against a thread per connection with a mutex, with one atomic instruction, and, as a control, with neither. \
        Every reply and the final value are checked. For context, without influence on the verdict: tasks on all processors with a mutex, and with --full threads in Python with the lock and without.",
    examine,
};

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let counts = count(experiment, [THREADS_RACY, THREADS, THREADS_ATOMIC]);
    let conclusion = match &counts {
        [Some(control), Some(mutex), Some(atomic)] => rule(control, &[mutex, atomic]),
        _ => Conclusion::not_measured("a server could not be measured"),
    };
    let mut context = vec![ASYNC_MULTI];
    context.extend(experiment.context(&[PYTHON_THREADS, PYTHON_THREADS_RACY]));
    evidence(experiment, conclusion, counts, &context)
}
