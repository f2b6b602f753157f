//! The author's question in a comment: what is a thread that waits for a socket?

use std::collections::BTreeSet;

use crate::claims::wait_state::{Samples, TimesRun};
use crate::client::connect;
use crate::systems::THREADS;
use crate::threads::threads;
use crate::{Claim, Conclusion, Evidence, Experiment, Failure, Indication};
use loadgen::experiment::StartedServer;

pub(super) const CLAIM: Claim = Claim {
    name: "socket-wait-state",
    sentence: "does the blocking wait on a file descriptor puts the process/thread in TASK_INTERRUPTIBLE mode (and the reception of new data puts the process back in TASK_RUNNING)?",
    confirms: "99 % of the samples show an interruptible sleep, and exactly the threads that data came for have run after it",
    refutes: "less than half of the samples show one, or threads do not run when data has come",
    experiment: "40 idle connections: their threads in the server are sampled in /proc/PID/task. Then every second connection sends a request, and the kernel's own count \
        of the times each thread was given a processor shows which threads have run.",
    examine,
};

/// Connections: enough threads to see the rule, few enough to sample often.
const CONNECTIONS: usize = 40;

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let times = experiment.quick_or_full(50, 400);
    let mut samples = Samples::default();
    let rounds = experiment.each(&[THREADS], experiment.rounds(), |_, server| {
        watch(server, times, &mut samples)
    });
    samples.rounds = rounds.iter().map(Vec::len).sum();
    samples.evidence(THREADS.label, rule(&samples))
}

fn watch(
    server: &mut StartedServer<'_, '_>,
    times: u32,
    samples: &mut Samples,
) -> Result<(), Failure> {
    let failed = Failure::request("the server could not be asked");
    let (pid, port) = (server.process.pid(), server.process.port);
    // After one reply the server has all threads of its own, and the thread of the readiness check has ended.
    let mut first = connect(port).map_err(&failed)?;
    first.try_ask("PING").map_err(&failed)?;
    let (mut clients, mut waiting) = (Vec::new(), Vec::new());
    for _ in 0..CONNECTIONS {
        let before: BTreeSet<u32> = threads(pid);
        let mut client = connect(port).map_err(&failed)?;
        // After its reply the connection has a thread, and that thread has nothing left to do.
        client.try_ask("PING").map_err(&failed)?;
        waiting.extend(threads(pid).difference(&before));
        clients.push(client);
    }
    let alive = threads(pid);
    waiting.retain(|thread| alive.contains(thread));
    if waiting.len() != CONNECTIONS {
        let seen = waiting.len();
        let why = format!("{seen} threads for {CONNECTIONS} connections");
        return Err(Failure::Unexpected(why));
    }
    samples.take(pid, &waiting, times);

    let every_second = |from| waiting.iter().skip(from).step_by(2).copied();
    let (given, left) = (
        TimesRun::now(pid, every_second(0)),
        TimesRun::now(pid, every_second(1)),
    );
    for client in clients.iter_mut().step_by(2) {
        client.try_ask("PING").map_err(&failed)?;
    }
    let ((woken, given), (woken_without, left)) = (given.ran_since(), left.ran_since());
    samples.woken += woken;
    samples.given += given;
    samples.woken_without += woken_without;
    samples.left += left;
    Ok(())
}

fn rule(samples: &Samples) -> Conclusion {
    let text = samples.text();
    match samples.indication() {
        Indication::Confirms => Conclusion::holds(format!("yes: {text}")),
        Indication::Refutes => Conclusion::fails(format!("no: {text}")),
        Indication::Undecided => Conclusion::not_measured(text),
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;
    use crate::claims::wait_state::tests::samples;

    #[test]
    fn the_rule_says_yes_no_and_undecided() {
        let verdict = |samples: &Samples| rule(samples).verdict;
        assert_eq!(verdict(&samples(9999, 1, 80, 80)), ClaimVerdict::Holds);
        assert_eq!(verdict(&samples(1, 9999, 80, 80)), ClaimVerdict::Fails);
        assert_eq!(verdict(&samples(80, 20, 80, 80)).word(), "not measured");
        assert_eq!(verdict(&Samples::default()).word(), "not measured");
    }
}
