//! Could the load generator measure this run? A verdict on the client, from what its own threads were seen to do.

use results::units::percent;
use results::{Check, CheckOutcome, ClientCost, Validity, ValidityVerdict};

/// A thread that is busy for more of the run than this had no time left to be punctual.
const BUSY_LIMIT: f64 = 0.95;

/// A thread that waited for a processor for more of the run than this saw replies late, and booked its own delay.
const WAITING_LIMIT: f64 = 0.10;

/// Judges a run of that length.
pub(crate) fn of(cost: &ClientCost, elapsed_ns: u64) -> Validity {
    let shares = |part_ns: fn(&results::ThreadCost) -> Option<u64>| {
        let worst_ns = cost.threads.iter().map(part_ns).max().flatten();
        worst_ns
            .filter(|_| elapsed_ns > 0)
            .map(|ns| ns as f64 / elapsed_ns as f64)
    };
    let busy = shares(|thread| Some(thread.cpu_user_ns + thread.cpu_system_ns));
    let waiting = shares(|thread| thread.run_queue_wait_ns);
    let checks = vec![
        check("busiest client thread", busy, BUSY_LIMIT),
        check(
            "client thread waiting for a processor",
            waiting,
            WAITING_LIMIT,
        ),
    ];
    let (mut verdict, mut reasons) = (ValidityVerdict::Valid, Vec::new());
    if let Some(busy) = busy.filter(|busy| *busy > BUSY_LIMIT) {
        verdict = ValidityVerdict::ClientBound;
        reasons.push(format!("a client thread was busy {} of the time: the rate is what it could ask, not what the server could answer; try a greater -t", percent(busy)));
    }
    if let Some(waiting) = waiting.filter(|waiting| *waiting > WAITING_LIMIT) {
        verdict = verdict.max(ValidityVerdict::Suspect);
        reasons.push(format!("a client thread waited for a processor {} of the time, and the latencies contain that; leave it a processor of its own", percent(waiting)));
    }
    Validity {
        verdict,
        reasons,
        checks,
    }
}

fn check(name: &str, share: Option<f64>, limit: f64) -> Check {
    let outcome = match share {
        None => CheckOutcome::NotMade,
        Some(share) if share > limit => CheckOutcome::Failed,
        Some(_) => CheckOutcome::Passed,
    };
    Check {
        name: name.to_owned(),
        reading: share.map_or("n/a".to_owned(), percent),
        limit: format!("at most {}", percent(limit)),
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use results::ThreadCost;

    fn verdict(cpu_ns: u64, waited_ns: Option<u64>) -> (ValidityVerdict, usize) {
        let thread = ThreadCost {
            cpu_user_ns: cpu_ns / 2,
            cpu_system_ns: cpu_ns / 2,
            run_queue_wait_ns: waited_ns,
        };
        let idle = ThreadCost {
            cpu_user_ns: 0,
            cpu_system_ns: 0,
            run_queue_wait_ns: waited_ns.map(|_| 0),
        };
        let validity = of(
            &ClientCost {
                threads: vec![idle, thread],
                hiccup_max_ns: None,
                stolen_ns: None,
            },
            1_000,
        );
        (validity.verdict, validity.reasons.len())
    }

    #[test]
    fn the_busiest_thread_decides() {
        assert_eq!(verdict(900, Some(50)), (ValidityVerdict::Valid, 0));
        assert_eq!(verdict(960, Some(50)), (ValidityVerdict::ClientBound, 1));
        assert_eq!(verdict(800, Some(150)), (ValidityVerdict::Suspect, 1));
        assert_eq!(verdict(960, Some(150)), (ValidityVerdict::ClientBound, 2));
        assert_eq!(verdict(900, None), (ValidityVerdict::Valid, 0));
    }
}
