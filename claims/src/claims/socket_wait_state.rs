//! The author's question in a comment: what is a thread that waits for a socket?

use std::collections::BTreeSet;

use crate::bench::{Bench, Stage};
use crate::claim::{Claim, Evidence};
use crate::claims::wait_state::{Seen, nothing_seen, ran_since, runs_of};
use crate::peer::Peer;
use crate::procfs::threads;
use crate::rule::{Ruling, Says};
use crate::system::THREADS;

pub(super) const CLAIM: Claim = Claim {
    name: "socket-wait-state",
    sentence: "does the blocking wait on a file descriptor puts the process/thread in TASK_INTERRUPTIBLE mode (and the reception of new data puts the process back in TASK_RUNNING)?",
    confirms: "99 % of glances find an interruptible sleep, and exactly the threads that data came for have run after it",
    refutes: "less than half of the glances, or threads that do not run when data has come",
    experiment: "40 connections with nothing to say: their threads in the server are looked at in /proc/PID/task. Then every second connection sends a request, and the kernel's own count \
        of the times each thread was given a processor tells who has run.",
    examine,
};

/// Connections: enough threads to see the rule, few enough to look at often.
const CONNECTIONS: usize = 40;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let looks = bench.quick_or_full(50, 400);
    let mut seen = Seen::default();
    let rounds = bench.each(&[THREADS.into()], bench.rounds(), |stage| {
        watch(stage, looks, &mut seen)
    });
    seen.rounds = rounds.iter().map(Vec::len).sum();
    let ruling = rule(&seen);
    Evidence {
        chart: Some(seen.chart(THREADS.label, &ruling.answer)),
        figures: seen.figures(THREADS.label),
        ruling,
    }
}

fn watch(stage: &mut Stage<'_>, looks: u32, seen: &mut Seen) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("the server could not be asked: {error}");
    let pid = stage.server.pid();
    // Answered once, the server has all threads of its own, and whoever looked whether it listens has left.
    let mut first = Peer::connect(stage.server.port).map_err(failed)?;
    first.ask("PING").map_err(failed)?;
    let (mut peers, mut waiting) = (Vec::new(), Vec::new());
    for _ in 0..CONNECTIONS {
        let before: BTreeSet<u32> = threads(pid);
        let mut peer = Peer::connect(stage.server.port).map_err(failed)?;
        // Answered, it has a thread, and that thread has nothing left to do.
        peer.ask("PING").map_err(failed)?;
        waiting.extend(threads(pid).difference(&before));
        peers.push(peer);
    }
    let alive = threads(pid);
    waiting.retain(|thread| alive.contains(thread));
    if waiting.len() != CONNECTIONS {
        return Err(format!(
            "{} threads for {CONNECTIONS} connections",
            waiting.len()
        ));
    }
    seen.look(pid, &waiting, looks);

    let (given, left): (Vec<u32>, Vec<u32>) =
        (every_second(&waiting, 0), every_second(&waiting, 1));
    let (given_before, left_before) = (runs_of(pid, &given), runs_of(pid, &left));
    for peer in peers.iter_mut().step_by(2) {
        peer.ask("PING").map_err(failed)?;
    }
    seen.woken += ran_since(pid, &given, &given_before);
    seen.given += given.len() as u64;
    seen.restless += ran_since(pid, &left, &left_before);
    seen.left += left.len() as u64;
    Ok(())
}

fn every_second(threads: &[u32], from: usize) -> Vec<u32> {
    threads.iter().skip(from).step_by(2).copied().collect()
}

fn rule(seen: &Seen) -> Ruling {
    match seen.says() {
        Says::Confirms => Ruling::holds(format!("yes: {}", seen.told())),
        Says::Refutes => Ruling::fails(format!("no: {}", seen.told())),
        Says::Nothing if seen.interruptible().is_none() => nothing_seen(),
        Says::Nothing => Ruling::not_measured(seen.told()),
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;
    use crate::claims::wait_state::tests::seen;

    #[test]
    fn the_rule_says_yes_no_and_nothing() {
        assert_eq!(rule(&seen(9999, 1, 80, 80)).verdict, ClaimVerdict::Holds);
        assert_eq!(rule(&seen(1, 9999, 80, 80)).verdict, ClaimVerdict::Fails);
        assert_eq!(rule(&seen(80, 20, 80, 80)).verdict.word(), "not measured");
        assert_eq!(rule(&Seen::default()).verdict.word(), "not measured");
    }
}
