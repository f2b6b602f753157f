//! How it was measured: what another person needs to judge the numbers or to repeat them.

use std::collections::BTreeSet;

use results::{CheckOutcome, Comparison, Host, Outcome, Run, units};
use serde::Serialize;

mod claims_method;

pub(crate) use claims_method::{claims_entries, claims_subtitle};

use crate::sentences::check_in_words;
use crate::table::{Cell, Column, Table};

/// A term and what is said of it.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Entry {
    term: &'static str,
    lines: Vec<String>,
    /// Whether the lines are to be typed.
    code: bool,
}

impl Entry {
    fn words(term: &'static str, lines: Vec<String>) -> Self {
        Self {
            term,
            lines,
            code: false,
        }
    }

    fn code(term: &'static str, lines: Vec<String>) -> Self {
        Self {
            code: true,
            ..Self::words(term, lines)
        }
    }
}

/// The line under the title: load, repetitions, machine.
pub(crate) fn subtitle(comparison: &Comparison) -> String {
    let Some(first) = comparison.runs().next() else {
        return "no runs".to_owned();
    };
    let loads = distinct(comparison, |run| run.workload.to_string()).len();
    let load = match loads {
        1 => first.workload.to_string(),
        more => format!("{more} loads"),
    };
    let runs = comparison.runs().count();
    let plural = if runs == 1 { "run" } else { "runs" };
    format!(
        "{load} · {runs} {plural} · {}, {} processors",
        first.host.kernel, first.host.cores
    )
}

/// Everything that is known of how the runs were made.
pub(crate) fn entries(comparison: &Comparison) -> Vec<Entry> {
    let mut entries = vec![
        Entry::words("Load", distinct(comparison, |run| run.workload.to_string())),
        Entry::words("What is timed", distinct(comparison, timing)),
        Entry::words("Repetitions", vec![repetitions(comparison)]),
        Entry::words("Machine", distinct(comparison, machine)),
        Entry::words(
            "Kernel settings",
            distinct_all(comparison, |run| sysctls(&run.host)),
        ),
        Entry::words("Servers", distinct_all(comparison, server)),
        Entry::words(
            "Load generator",
            distinct(comparison, |run| {
                format!("{} {}", run.tool.name, run.tool.version)
            }),
        ),
        Entry::code("Commands", commands(comparison)),
        Entry::words("Not measured", not_measured(comparison)),
    ];
    entries.retain(|entry| !entry.lines.is_empty());
    entries
}

/// The checks of the load generator, those of the worst run of each system.
pub(crate) fn checks(comparison: &Comparison) -> Table {
    let mut table = Table {
        columns: ["system", "check", "value", "should be", "outcome"]
            .map(Column::words)
            .to_vec(),
        rows: Vec::new(),
    };
    for system in &comparison.systems {
        let worst = system.runs().iter().max_by_key(|run| run.validity.verdict);
        for check in worst.iter().flat_map(|run| &run.validity.checks) {
            let (text, tone) = match check.outcome() {
                CheckOutcome::Passed => ("passed", "pass"),
                CheckOutcome::Failed => ("failed", "fail"),
                CheckOutcome::NotMade => ("not made", ""),
            };
            let [name, value, limit] = check_in_words(check).map(Cell::words);
            let outcome = Cell {
                tone,
                ..Cell::words(text)
            };
            table.rows.push(vec![
                Cell::words(&system.label),
                name,
                value,
                limit,
                outcome,
            ]);
        }
    }
    table
}

fn timing(run: &Run) -> String {
    match run.workload.mode {
        results::LoadMode::Open { .. } => "Response time runs from the moment at which the schedule meant to send, so a \
            request that had to wait for its turn is charged for the wait (no coordinated omission)."
            .to_owned(),
        results::LoadMode::Closed => "Response time runs from the write to the reply. The loop is closed: a slow server is \
            asked less often, so its worst moments are under-represented."
            .to_owned(),
    }
}

fn repetitions(comparison: &Comparison) -> String {
    let counts: Vec<String> = comparison
        .systems
        .iter()
        .filter(|system| !system.runs().is_empty())
        .map(|system| format!("{}: {}", system.label, system.runs().len()))
        .collect();
    let warmups = comparison.runs().map(|run| run.warmup_ns);
    let warmup = match warmups.max() {
        Some(longest_ns) if longest_ns > 0 => {
            format!("; warm-up of up to {} cut off", units::time(longest_ns))
        }
        _ => "; no warm-up cut off".to_owned(),
    };
    counts.join("; ") + &warmup
}

fn machine(run: &Run) -> String {
    let host = &run.host;
    let text = hardware(host);
    let pinned = |who: &str, cpus: &Option<String>| match cpus {
        Some(cpus) => format!(", {who} on processors {cpus}"),
        None => format!(", {who} not pinned"),
    };
    text + &pinned("client", &host.client_cpus) + &pinned("server", &host.server_cpus)
}

fn hardware(host: &Host) -> String {
    let mut text = format!("{}, {} processors", host.kernel, host.cores);
    if let Some(model) = &host.cpu_model {
        text += &format!(" ({model})");
    }
    if let Some(bytes) = host.memory_bytes {
        text += &format!(", {}", units::bytes(bytes as f64));
    }
    text
}

fn sysctls(host: &Host) -> Vec<String> {
    let settings = host.sysctls.iter();
    settings
        .map(|(name, value)| format!("{name} = {value}"))
        .collect()
}

fn server(run: &Run) -> Vec<String> {
    let server = run.target.server.as_ref();
    let said = server.map(|server| {
        let counter = server
            .counter
            .as_ref()
            .map(|counter| format!(", counter: {counter}"));
        format!(
            "{}: {} {}{}",
            run.label,
            server.model,
            server.version,
            counter.unwrap_or_default()
        )
    });
    vec![said.unwrap_or_else(|| {
        format!(
            "{}: {} said nothing of itself",
            run.label, run.target.address
        )
    })]
}

/// The command of the comparison, or else the commands of the runs.
fn commands(comparison: &Comparison) -> Vec<String> {
    if comparison.command.is_empty() {
        return distinct(comparison, |run| in_a_shell(&run.command));
    }
    vec![in_a_shell(&comparison.command)]
}

/// A command as a shell would need it.
fn in_a_shell(words: &[String]) -> String {
    let plain = |word: &str| {
        let safe = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,+%@".contains(letter);
        !word.is_empty() && word.chars().all(safe)
    };
    let quoted = words.iter().map(|word| {
        if plain(word) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// The systems that are missing, with their remedies, and what could not be read of the others.
fn not_measured(comparison: &Comparison) -> Vec<String> {
    let systems = comparison.systems.iter();
    let missing = systems.filter_map(|system| match &system.outcome {
        Outcome::Missing { reason, remedy } => Some(format!(
            "{}: {reason}. To include it: {remedy}",
            system.label
        )),
        Outcome::Measured { .. } => None,
    });
    let is_local = |run: &Run| {
        run.target.address.starts_with("127.") || run.target.address.starts_with("unix:")
    };
    let absent = [
        (
            comparison.runs().any(|run| run.server_cost.is_none()),
            "the cost of a server whose process could not be read",
        ),
        (
            comparison.runs().any(|run| run.fairness.is_none()),
            "fairness between connections, in some runs",
        ),
        (
            comparison.runs().any(|run| run.intervals.is_empty()),
            "the course over time, in some runs",
        ),
        (
            comparison.runs().all(is_local),
            "a network: client and server shared one machine",
        ),
    ];
    let absent = absent.into_iter().filter(|(is_absent, _)| *is_absent);
    missing
        .chain(absent.map(|(_, what)| what.to_owned()))
        .collect()
}

fn distinct(comparison: &Comparison, of_run: impl Fn(&Run) -> String) -> Vec<String> {
    distinct_all(comparison, |run| vec![of_run(run)])
}

/// What is said of the runs, once each and in their order.
fn distinct_all(comparison: &Comparison, of_run: impl Fn(&Run) -> Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let said = comparison.runs().flat_map(of_run);
    said.filter(|text| seen.insert(text.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_again() {
        let words = ["loadgen", "run", "--threshold", "p99<5ms", "it's", ""].map(str::to_owned);
        assert_eq!(
            in_a_shell(&words),
            r"loadgen run --threshold 'p99<5ms' 'it'\''s' ''"
        );
    }

    #[test]
    fn what_was_not_measured_is_said() {
        let mut run = results::example::open_loop("a");
        run.server_cost = None;
        let entries = entries(&Comparison::of_runs("one".to_owned(), vec![run]));
        let last = entries.last().unwrap();
        assert_eq!(last.term, "Not measured");
        assert_eq!(last.lines.len(), 2);
    }

    #[test]
    fn a_missing_system_is_said_with_its_remedy() {
        let entries = entries(&results::example::comparison(1));
        let last = &entries.last().unwrap().lines[0];
        assert!(
            last.starts_with("redis: ") && last.contains("apt-get install"),
            "{last}"
        );
    }
}
