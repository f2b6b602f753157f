//! The author's other question: what is a thread that waits for a lock?

use std::sync::mpsc::channel;
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;

use nix::sys::resource::{UsageWho, getrusage};
use nix::unistd::gettid;
use results::units;

use crate::claims::wait_state::{Samples, TimesRun};
use crate::systems::THREADS;
use crate::{Claim, Conclusion, Conditions, Evidence, Experiment, Indication};

pub(super) const CLAIM: Claim = Claim {
    name: "lock-wait-state",
    sentence: "does requesting the acquisition of a lock puts the process/thread in TASK_INTERRUPTIBLE mode (and the effective acquisition puts the process back in TASK_RUNNING)?",
    confirms: "99 % of the samples show an interruptible sleep, and every thread runs once it gets the lock",
    refutes: "a thread that asks for the lock and does not sleep",
    experiment: "In one process, with the lock that the servers use: 20 threads ask for a lock that another thread holds, and are sampled in /proc/PID/task; then the lock is released. \
        And one thread takes a free lock 100,000 times: does it ever give up its processor for that?",
    examine,
};

const WAITERS: usize = 20;

/// Acquisitions of a free lock by one thread.
const ACQUISITIONS: u64 = 100_000;

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let times = experiment.quick_or_full(60, 400);
    let (mut samples, mut slept) = (Samples::default(), Vec::new());
    for _ in 0..experiment.rounds() {
        if experiment.is_stopped() {
            break;
        }
        taken(times, &mut samples);
        slept.extend(free());
        samples.rounds += 1;
    }
    samples.evidence(THREADS.label, rule(&samples, &slept))
}

/// Threads that ask for a lock which is taken.
fn taken(times: u32, samples: &mut Samples) {
    let pid = std::process::id();
    let lock = Mutex::new(());
    let held = lock.lock().unwrap_or_else(PoisonError::into_inner);
    let (sender, receiver) = channel();
    let (acquired, leave) = (Barrier::new(WAITERS + 1), Barrier::new(WAITERS + 1));
    thread::scope(|scope| {
        for _ in 0..WAITERS {
            let (sender, lock, acquired, leave) = (sender.clone(), &lock, &acquired, &leave);
            scope.spawn(move || {
                // It cannot fail: the receiver outlives this scope.
                let _ = sender.send(gettid().as_raw().unsigned_abs());
                drop(lock.lock());
                acquired.wait();
                // A thread that has ended shows nothing: it stays until it was sampled.
                leave.wait();
            });
        }
        let waiting: Vec<u32> = receiver.iter().take(WAITERS).collect();
        samples.take(pid, &waiting, times);
        let before = TimesRun::now(pid, waiting);
        drop(held);
        acquired.wait();
        let (woken, given) = before.ran_since();
        samples.woken += woken;
        samples.given += given;
        leave.wait();
    });
}

/// Whether a thread that takes a free lock gives up its processor for it; `None` where the kernel does not count that.
fn free() -> Option<bool> {
    let lock = Mutex::new(0_u64);
    let slept = || {
        let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
        Some(usage.voluntary_context_switches())
    };
    let before = slept()?;
    for _ in 0..ACQUISITIONS {
        *lock.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }
    Some(slept()? > before)
}

fn rule(samples: &Samples, slept: &[bool]) -> Conclusion {
    let free = match slept {
        slept if slept.len() < 4 => Indication::Undecided,
        slept if slept.iter().all(|slept| !slept) => Indication::Refutes,
        slept if slept.iter().all(|slept| *slept) => Indication::Confirms,
        _ => Indication::Undecided,
    };
    let conditions = [
        ("a lock that is taken", samples.indication()),
        ("a free lock", free),
    ];
    let answer = format!(
        "taken: {}; free: no sleep in {} acquisitions",
        samples.text(),
        units::count(ACQUISITIONS * slept.len() as u64)
    );
    Conditions::new(conditions).conclude("whether the lock is taken", answer)
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;
    use crate::claims::wait_state::tests::samples;

    #[test]
    fn asleep_for_a_taken_lock_and_not_for_a_free_one_depends() {
        let conclusion = rule(&samples(9999, 1, 80, 80), &[false; 4]);
        assert_eq!(
            conclusion.verdict.reason(),
            Some(
                "whether the lock is taken: holds with a lock that is taken; fails with a free lock"
            )
        );
    }

    #[test]
    fn the_rule_says_yes_no_and_undecided() {
        assert_eq!(
            rule(&samples(9999, 1, 80, 80), &[true; 4]).verdict,
            ClaimVerdict::Holds
        );
        assert_eq!(
            rule(&samples(1, 9999, 80, 80), &[false; 4]).verdict,
            ClaimVerdict::Fails
        );
        assert_eq!(
            rule(&samples(80, 20, 80, 80), &[]).verdict.word(),
            "not measured"
        );
    }

    #[test]
    fn a_lock_that_is_released_wakes_every_waiter() {
        let mut samples = Samples::default();
        taken(1, &mut samples);
        assert_eq!(
            (samples.woken, samples.given),
            (WAITERS as u64, WAITERS as u64)
        );
    }
}
