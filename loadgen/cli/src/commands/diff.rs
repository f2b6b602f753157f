//! `loadgen diff`: stored runs against stored runs, and what the statistics call a regression.

use std::fs;
use std::path::PathBuf;

use results::{CheckLevel, Comparison, Host, Run};

use crate::args::DiffArguments;
use crate::exit::{Exit, Reason};
use crate::invalid::why_invalid;
use crate::sides::{Pair, Side};
use crate::{output, screen, stored};

/// Runs the command.
pub(crate) fn run(arguments: &DiffArguments) -> Exit {
    if let Some(why) = named_twice(arguments) {
        return Exit::usage(why);
    }
    let (base, others) = match read(arguments) {
        Ok(sides) => sides,
        Err(why) => return Exit::failed(why),
    };
    let differences = differences(&base, &others);
    if !differences.is_empty() && !arguments.force {
        return Exit::failed(format!(
            "these runs differ in more than the system ({}); give --force to compare them all the same",
            differences.join("; ")
        ));
    }
    for difference in differences {
        eprintln!("loadgen: compared all the same: {difference}");
    }
    let pairs: Vec<Pair> = others.iter().flat_map(|new| base.pairs(new)).collect();
    let all = named(&base, &others);
    let mut text = report::terminal(&all, screen::stdout());
    text.extend(pairs.iter().map(|pair| format!("\n{}", pair.table())));
    if let Err(why) = output::print(&text) {
        return Exit::failed(why);
    }
    exit(&pairs).unless_invalid(why_invalid(all.runs()), arguments.allow.allow_invalid)
}

/// What is compared with itself, if anything is: nothing would differ, and that would look like a finding.
fn named_twice(arguments: &DiffArguments) -> Option<String> {
    // A folder is also meant by the name of the file in it.
    let place = |path: &PathBuf| {
        let path = stored::file(path);
        fs::canonicalize(&path).unwrap_or(path)
    };
    let all: Vec<&PathBuf> = [&arguments.base]
        .into_iter()
        .chain(&arguments.new)
        .collect();
    let earlier = |number: usize| {
        all[..number]
            .iter()
            .find(|one| place(one) == place(all[number]))
    };
    (1..all.len()).find_map(|number| {
        let (one, other) = (earlier(number)?.display(), all[number].display());
        Some(format!(
            "{one} and {other} are the same runs, which differ in nothing; name two folders or files"
        ))
    })
}

/// The sides, each under a name of its own.
fn read(arguments: &DiffArguments) -> Result<(Side, Vec<Side>), String> {
    let mut taken: Vec<String> = Vec::new();
    let mut side = |path: &PathBuf| {
        let runs = stored::one(path).map_err(|error| error.to_string())?;
        let short = stored::name(path);
        let name = match taken.contains(&short) {
            true => path.display().to_string(),
            false => short,
        };
        taken.push(name.clone());
        match runs.is_empty() {
            true => Err(format!("{} holds no run", path.display())),
            false => Ok(Side::new(name, runs)),
        }
    };
    let base = side(&arguments.base)?;
    let others = arguments.new.iter().map(side);
    Ok((base, others.collect::<Result<_, _>>()?))
}

/// What differs beside the systems: then a difference in the numbers says little. Every load of the others is to be one of the base.
fn differences(base: &Side, others: &[Side]) -> Vec<String> {
    let Some(first) = base.runs().next() else {
        return Vec::new();
    };
    let mut differences: Vec<String> = Vec::new();
    let known = |run: &Run| base.runs().any(|one| one.workload.same_load(&run.workload));
    for other in base.runs().chain(others.iter().flat_map(Side::runs)) {
        if !known(other) {
            differences.extend(first.workload.differences(&other.workload));
        }
        let [ours, theirs] = [first, other].map(|run| run.correctness.level);
        if ours != theirs {
            let [ours, theirs] = [ours, theirs].map(check_name);
            differences.push(format!("--check: {ours} and {theirs}"));
        }
        let [ours, theirs] = [first, other].map(|run| machine(&run.host));
        if ours != theirs {
            differences.push(format!("machine: {ours} and {theirs}"));
        }
    }
    differences.sort();
    differences.dedup();
    differences
}

fn machine(host: &Host) -> String {
    let model = host.cpu_model.as_deref().unwrap_or("unknown processor");
    format!("{}, {model}, {} processors", host.kernel, host.cores)
}

fn check_name(level: CheckLevel) -> &'static str {
    match level {
        CheckLevel::Full => "full",
        CheckLevel::Replies => "replies",
        CheckLevel::None => "none",
    }
}

/// All runs, each under the name of its side.
fn named(base: &Side, others: &[Side]) -> Comparison {
    let of_side = |side: &Side| -> Vec<Run> {
        let mut runs: Vec<Run> = side.runs().cloned().collect();
        for run in &mut runs {
            run.label = side.name_of(&run.label);
        }
        runs
    };
    let runs = [base].into_iter().chain(others).flat_map(of_side).collect();
    Comparison::of_runs("stored runs".to_owned(), runs)
}

/// Each change for the worse that is established is a regression.
fn exit(pairs: &[Pair]) -> Exit {
    if pairs.is_empty() {
        return Exit::failed(
            "these files have no system and load in common; nothing could be compared".to_owned(),
        );
    }
    let regressions: Vec<String> = pairs.iter().flat_map(Pair::regressions).collect();
    if !regressions.is_empty() {
        return Exit::new(Reason::Missed, regressions.join("; "));
    }
    match pairs.iter().find_map(Pair::too_few) {
        Some(why) => Exit::ok(format!("no regression is established: {why}")),
        None => Exit::ok("no regression is established".to_owned()),
    }
}
