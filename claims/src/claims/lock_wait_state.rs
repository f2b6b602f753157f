//! The author's other question: what is a thread that waits for a lock?

use std::sync::mpsc::channel;
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::unistd::gettid;

use crate::bench::Bench;
use crate::claim::{Claim, Evidence};
use crate::claims::wait_state::{Seen, nothing_seen, ran_since, runs_of};
use crate::rule::{Ruling, Says, over_conditions};

pub(super) const CLAIM: Claim = Claim {
    name: "lock-wait-state",
    sentence: "does requesting the acquisition of a lock puts the process/thread in TASK_INTERRUPTIBLE mode (and the effective acquisition puts the process back in TASK_RUNNING)?",
    confirms: "99 % of glances find an interruptible sleep, and every thread runs once it gets the lock",
    refutes: "a thread that asks for the lock and does not sleep",
    experiment: "In one process, with the lock that the servers use: 20 threads ask for a lock that another holds, and are looked at in /proc/PID/task; then it is given up. \
        And one thread takes a free lock 100,000 times: does it ever give up its processor for that?",
    examine,
};

const WAITERS: usize = 20;

/// Acquisitions of a free lock by one thread.
const ACQUISITIONS: u64 = 100_000;

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let looks = bench.quick_or_full(60, 400);
    let (mut seen, mut slept) = (Seen::default(), Vec::new());
    for _ in 0..bench.rounds() {
        if bench.is_stopped() {
            break;
        }
        taken(looks, &mut seen);
        slept.extend(free());
        seen.rounds += 1;
    }
    let ruling = rule(&seen, &slept);
    Evidence {
        chart: Some(seen.chart("threads", &ruling.answer)),
        figures: seen.figures("threads"),
        ruling,
    }
}

/// Threads that ask for a lock which is taken.
fn taken(looks: u32, seen: &mut Seen) {
    let pid = std::process::id();
    let lock = Mutex::new(());
    let held = lock.lock().unwrap_or_else(PoisonError::into_inner);
    let (say, hear) = channel();
    let (acquired, leave) = (Barrier::new(WAITERS + 1), Barrier::new(WAITERS + 1));
    thread::scope(|scope| {
        for _ in 0..WAITERS {
            let (say, lock, acquired, leave) = (say.clone(), &lock, &acquired, &leave);
            scope.spawn(move || {
                // It cannot fail: the receiver outlives this scope.
                let _ = say.send(gettid().as_raw().unsigned_abs());
                drop(lock.lock());
                acquired.wait();
                // A thread that has ended shows nothing: it stays until it has been looked at.
                leave.wait();
            });
        }
        let waiting: Vec<u32> = hear.iter().take(WAITERS).collect();
        seen.look(pid, &waiting, looks);
        let before = runs_of(pid, &waiting);
        drop(held);
        acquired.wait();
        seen.woken += ran_since(pid, &waiting, &before);
        seen.given += WAITERS as u64;
        leave.wait();
    });
}

/// Whether a thread that takes a free lock gives up its processor for it; `None` where the kernel does not count that.
fn free() -> Option<bool> {
    let lock = Mutex::new(0_u64);
    let slept = || {
        getrusage(UsageWho::RUSAGE_THREAD)
            .ok()
            .map(|usage| Usage::voluntary_context_switches(&usage))
    };
    let before = slept()?;
    for _ in 0..ACQUISITIONS {
        *lock.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }
    Some(slept()? > before)
}

fn rule(seen: &Seen, slept: &[bool]) -> Ruling {
    let taken = seen.says();
    if seen.interruptible().is_none() {
        return nothing_seen();
    }
    let free = match slept {
        slept if slept.len() < 4 => Says::Nothing,
        slept if slept.iter().all(|slept| !slept) => Says::Refutes,
        slept if slept.iter().all(|slept| *slept) => Says::Confirms,
        _ => Says::Nothing,
    };
    over_conditions(
        "whether the lock is taken",
        &[
            ("a lock that is taken".to_owned(), taken),
            ("a free lock".to_owned(), free),
        ],
        format!(
            "taken: {}; free: no sleep in {} acquisitions",
            seen.told(),
            results::units::count(ACQUISITIONS * slept.len() as u64)
        ),
    )
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;
    use crate::claims::wait_state::tests::seen;

    #[test]
    fn asleep_for_a_taken_lock_and_not_for_a_free_one_depends() {
        let ruling = rule(&seen(9999, 1, 80, 80), &[false; 4]);
        assert_eq!(
            ruling.verdict.reason(),
            Some("whether the lock is taken: so with a lock that is taken; not with a free lock")
        );
    }

    #[test]
    fn the_rule_says_yes_no_and_nothing() {
        assert_eq!(
            rule(&seen(9999, 1, 80, 80), &[true; 4]).verdict,
            ClaimVerdict::Holds
        );
        assert_eq!(
            rule(&seen(1, 9999, 80, 80), &[false; 4]).verdict,
            ClaimVerdict::Fails
        );
        assert_eq!(
            rule(&seen(80, 20, 80, 80), &[]).verdict.word(),
            "not measured"
        );
    }

    #[test]
    fn a_lock_that_is_given_up_wakes_every_waiter() {
        let mut seen = Seen::default();
        taken(1, &mut seen);
        assert_eq!((seen.woken, seen.given), (WAITERS as u64, WAITERS as u64));
    }
}
