//! A line in five parts, from a hundred threads into one file.

use std::fs;
use std::path::absolute;

use crate::systems::{REACTOR, System, THREADS, quoted};
use crate::{Claim, Conclusion, EventCount, Evidence, Experiment, Failure, load_of_requests};

pub(super) const CLAIM: Claim = Claim {
    name: "print-interleaves",
    sentence: "Even using print discretly makes use of a shared ressource: 100 threads writing to stdout will steps on each other foot and will corrupt the report.",
    confirms: "threads without a lock write lines that hold parts of others; threads with a lock write none, and neither does one thread",
    refutes: "no such line in a million, or in four runs",
    experiment: "Every turn writes a line to a common file in five parts, as print writes text and line end apart: by 100 threads without a lock, with a lock, and by one thread. \
        Lines that no single turn can have written are counted.",
    examine,
};

/// The systems, each with its label and its flag. The first is the claim's, the others are controls.
const WRITERS: [(&str, System, &str); 3] = [
    ("threads, no lock", THREADS, ""),
    ("threads", THREADS, "--access-log-locked"),
    ("reactor", REACTOR, ""),
];

fn examine(experiment: &mut Experiment<'_>) -> Evidence {
    let requests = experiment.quick_or_full(20_000, 60_000);
    let load = load_of_requests(requests).connections(100);
    let mut counts = WRITERS.map(|(label, ..)| EventCount::new(label, 0, 0, 0));
    for round in 0..experiment.rounds() {
        for (count, (label, system, flag)) in counts.iter_mut().zip(WRITERS) {
            let log = experiment.out.join("access.log");
            let path = absolute(&log).map_err(Failure::request("the log has no path"));
            let setups = path
                .and_then(|path| quoted(&path))
                .map(|path| [system.with(format!("--access-log {path} {flag}"))]);
            let runs = setups.map(|setups| experiment.compare(&setups, 1, &load).concat());
            if !runs.is_ok_and(|runs| !runs.is_empty()) {
                experiment.note_missing(label, format!("round {} failed", round + 1));
                continue;
            }
            // A file that cannot be read has no line, and decides nothing.
            let text = fs::read(&log).unwrap_or_default();
            count.add(&String::from_utf8_lossy(&text));
            let _ = fs::remove_file(&log);
        }
    }
    Evidence::of_counts(rule(&counts), "corrupted lines", &counts)
}

impl EventCount {
    /// Adds the lines of one run.
    fn add(&mut self, text: &str) {
        self.of += text.lines().count() as u64;
        self.events += text.lines().filter(|line| !is_whole(line)).count() as u64;
        self.runs += 1;
    }
}

/// `peer 7 did 16 requests`, and nothing else.
fn is_whole(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    matches!(words[..], ["peer", peer, "did", requests, "requests"] if is_number(peer) && is_number(requests))
}

/// The threads without a lock decide; the other two show that it was the threads.
fn rule(counts: &[EventCount; 3]) -> Conclusion {
    let [unlocked, controls @ ..] = counts;
    if !counts.iter().all(EventCount::is_enough) {
        return Conclusion::not_measured("fewer than four runs");
    }
    if let Some(wrong) = controls.iter().find(|control| control.events > 0) {
        let (label, text) = (&wrong.label, wrong.text());
        return Conclusion::not_measured(format!("{label} corrupted lines too: {text}"));
    }
    let answer = format!("corrupted lines: {}", EventCount::list(counts));
    match unlocked.events {
        0 => Conclusion::fails(answer),
        _ => Conclusion::holds(answer),
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn verdict(unlocked: u64, locked: u64, runs: usize) -> ClaimVerdict {
        let count = |events| EventCount {
            label: "a".to_owned(),
            events,
            of: 80_000,
            runs,
        };
        rule(&[count(unlocked), count(locked), count(0)]).verdict
    }

    #[test]
    fn torn_lines_confirm_and_whole_ones_refute() {
        assert_eq!(verdict(500, 0, 4), ClaimVerdict::Holds);
        assert_eq!(verdict(0, 0, 4), ClaimVerdict::Fails);
    }

    #[test]
    fn a_control_that_corrupts_or_three_runs_decide_nothing() {
        assert_eq!(verdict(500, 1, 4).word(), "not measured");
        assert_eq!(verdict(500, 0, 3).word(), "not measured");
    }

    #[test]
    fn a_line_is_whole_or_it_is_not() {
        assert!(is_whole("peer 7 did 16 requests"));
        for torn in [
            "peer peer 7 did 8 did 1 requests",
            "1 requests",
            "",
            "peer 7 did 16 requests ",
            "peer  did 1 requests",
        ] {
            assert!(!is_whole(torn), "{torn}");
        }
    }
}
