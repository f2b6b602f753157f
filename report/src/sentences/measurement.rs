//! The sentences on the measurement as a whole: the load generator, the machines, the loads.

use results::knee::Knee;
use results::{Comparison, Group, Run, System, ValidityVerdict};

use super::knee::knee_in_words;
use super::{Statement, Weight, of_runs, reasons_of_runs};

/// Whether the numbers are those of the servers.
pub(super) fn statements(comparison: &Comparison) -> Vec<Statement> {
    let groups = Group::of(comparison);
    let bound = "the load generator was the bottleneck";
    let suspect = "the measurement is suspect";
    let mut all = Vec::new();
    all.extend(of_verdict(
        comparison,
        ValidityVerdict::ClientBound,
        Weight::Fail,
        bound,
    ));
    all.extend(of_verdict(
        comparison,
        ValidityVerdict::Suspect,
        Weight::Doubt,
        suspect,
    ));
    all.extend(different_hosts(comparison));
    all.extend(shared_starts(&groups));
    all.extend(different_loads(comparison, &groups));
    all.extend(knees(comparison, &groups));
    all
}

/// One sentence for each verdict: one machine tends to disturb all systems, and for the same reasons.
fn of_verdict(
    comparison: &Comparison,
    verdict: ValidityVerdict,
    weight: Weight,
    what: &str,
) -> Option<Statement> {
    let has_verdict = |run: &&Run| run.validity.verdict == verdict;
    let affected = |system: &System| {
        let number = system.runs().iter().filter(has_verdict).count();
        let runs = of_runs(number, system.runs().len());
        (number > 0).then(|| format!("{} ({runs})", system.label))
    };
    let affected: Vec<String> = comparison.systems.iter().filter_map(affected).collect();
    let reasons = reasons_of_runs(comparison.runs().filter(has_verdict)).into_iter();
    let reasons: Vec<String> = reasons.map(|(reason, _)| reason).collect();
    let text = format!(
        "{what} with {}: {}",
        affected.join("; "),
        reasons.join("; ")
    );
    (!affected.is_empty()).then(|| Statement::new(weight, text))
}

fn different_hosts(comparison: &Comparison) -> Option<Statement> {
    let mut hosts = comparison.runs().map(|run| &run.host);
    let first = hosts.next()?;
    let key = |host: &results::Host| (host.kernel.clone(), host.cpu_model.clone(), host.cores);
    let text = "the runs were made on different machines or kernels: a difference may be theirs";
    hosts
        .any(|host| key(host) != key(first))
        .then(|| Statement::new(Weight::Doubt, text))
}

/// Runs of one start of a server share its state and its luck: an interval over them is narrower than one over restarted servers.
fn shared_starts(groups: &[Group]) -> Vec<Statement> {
    let mut all: Vec<Statement> = Vec::new();
    for group in groups {
        let servers = group.runs.iter().map(|run| run.target.server.as_ref());
        let mut starts: Vec<&str> = servers
            .filter_map(|server| server?.run_id.as_deref())
            .collect();
        let runs = starts.len();
        starts.sort_unstable();
        starts.dedup();
        let starts = match starts.len() {
            number if number == runs => continue,
            1 => "one start".to_owned(),
            more => format!("{more} starts"),
        };
        let text = format!(
            "{}: {runs} runs of {starts} of the server are less independent than runs of restarted servers, and an interval over \
             them is too narrow",
            group.label
        );
        if all.iter().all(|known| known.text != text) {
            all.push(Statement::new(Weight::Note, text));
        }
    }
    all
}

/// Systems under one load each should have the same load. A sweep measures each system under many.
fn different_loads(comparison: &Comparison, groups: &[Group]) -> Option<Statement> {
    let measured = comparison
        .systems
        .iter()
        .filter(|one| !one.runs().is_empty());
    let first = groups.first()?.workload();
    if groups.len() != measured.count() {
        return None;
    }
    let mut loads = groups.iter().map(Group::workload);
    let other = loads.find(|load| !load.same_load(first))?;
    let text = format!(
        "the systems had different loads ({}): a difference may be the load's",
        first.differences(other).join("; ")
    );
    Some(Statement::new(Weight::Doubt, text))
}

/// Where each system that was offered several rates stopped answering them.
fn knees(comparison: &Comparison, groups: &[Group]) -> Vec<Statement> {
    let knee = |system: &System| {
        let own = groups.iter().filter(|group| group.label == system.label);
        let knee = Knee::of(&own.collect::<Vec<_>>())?;
        let text = format!("the knee of {}: {}", system.label, knee_in_words(&knee));
        Some(Statement::new(Weight::Note, text))
    };
    comparison.systems.iter().filter_map(knee).collect()
}
