//! A line in five parts, from a hundred threads into one file.

use std::fs;
use std::path::PathBuf;

use crate::bench::{Bench, Entry};
use crate::claim::{Claim, Evidence};
use crate::figures;
use crate::rule::{Counted, Ruling};
use crate::system::{REACTOR, System, THREADS};

pub(super) const CLAIM: Claim = Claim {
    name: "print-interleaves",
    sentence: "Even using print discretly makes use of a shared ressource: 100 threads writing to stdout will steps on each other foot and will corrupt the report.",
    confirms: "lines with parts of others in them, from threads without a lock; none from threads with one, and none from one thread",
    refutes: "no such line in a million, or in four runs",
    experiment: "Every turn writes a line to a common file in five parts, as print writes text and line end apart: by 100 threads without a lock, with a lock, and by one thread. \
        Lines that no single turn can have written are counted.",
    examine,
};

/// The writers; the first are those of the claim.
const WRITERS: [(&str, System, &str); 3] = [
    ("threads, no lock", THREADS, ""),
    ("threads", THREADS, "--access-log-locked"),
    ("reactor", REACTOR, ""),
];

fn examine(bench: &mut Bench<'_>) -> Evidence {
    let load = bench.quick_or_full("-c 100 -n 20k", "-c 100 -n 60k");
    let mut counts: Vec<Counted> = WRITERS.iter().map(|(label, ..)| none(label)).collect();
    for round in 0..bench.rounds() {
        for (place, (label, system, flag)) in WRITERS.into_iter().enumerate() {
            let log = bench.out.join(format!("access-{place}.log"));
            if bench
                .each(&[writer(system, &log, flag)], 1, |stage| stage.drive(load))
                .concat()
                .is_empty()
            {
                bench.miss(label, format!("round {} failed", round + 1));
                continue;
            }
            // What cannot be read has no line at all, and decides nothing.
            let text = fs::read(&log).unwrap_or_default();
            counts[place].add(&String::from_utf8_lossy(&text));
            let _ = fs::remove_file(&log);
        }
    }
    let ruling = rule(&counts);
    Evidence {
        chart: Some(figures::rates(
            ruling.answer.clone(),
            "corrupted lines per million",
            &counts,
        )),
        figures: counts
            .iter()
            .filter_map(|counted| figures::counted("corrupted lines", counted))
            .collect(),
        ruling,
    }
}

fn none(label: &str) -> Counted {
    Counted {
        label: label.to_owned(),
        events: 0,
        of: 0,
        runs: 0,
    }
}

fn writer(system: System, log: &std::path::Path, flag: &str) -> Entry {
    let path: PathBuf = std::path::absolute(log).unwrap_or_else(|_| log.to_owned());
    let path = path.to_string_lossy();
    let path = shlex::try_quote(&path).unwrap_or_default();
    Entry {
        more: format!("--access-log {path} {flag}"),
        ..system.into()
    }
}

impl Counted {
    /// One run's file.
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
fn rule(counts: &[Counted]) -> Ruling {
    let [unlocked, controls @ ..] = counts else {
        return Ruling::not_measured("nobody wrote");
    };
    if !counts.iter().all(Counted::is_enough) {
        return Ruling::not_measured("fewer than four runs");
    }
    if let Some(guilty) = controls.iter().find(|control| control.events > 0) {
        return Ruling::not_measured(format!(
            "{} corrupted lines too: {}",
            guilty.label,
            guilty.text()
        ));
    }
    let told: Vec<String> = counts
        .iter()
        .map(|counted| format!("{}: {}", counted.label, counted.text()))
        .collect();
    let answer = format!("corrupted lines: {}", told.join("; "));
    match unlocked.events {
        0 => Ruling::fails(answer),
        _ => Ruling::holds(answer),
    }
}

#[cfg(test)]
mod tests {
    use results::ClaimVerdict;

    use super::*;

    fn verdict(unlocked: u64, locked: u64, runs: usize) -> ClaimVerdict {
        let counted = |events| Counted {
            label: "a".to_owned(),
            events,
            of: 80_000,
            runs,
        };
        rule(&[counted(unlocked), counted(locked), counted(0)]).verdict
    }

    #[test]
    fn torn_lines_confirm_and_whole_ones_refute() {
        assert_eq!(verdict(500, 0, 4), ClaimVerdict::Holds);
        assert_eq!(verdict(0, 0, 4), ClaimVerdict::Fails);
    }

    #[test]
    fn a_guilty_control_or_three_runs_decide_nothing() {
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
