//! `loadgen diff`: stored runs against stored runs, and whether a regression is significant.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use results::{Comparison, Run};

use crate::args::{CHECK_LEVELS, DiffArguments};
use crate::exit::{Exit, Reason};
use crate::invalid::why_invalid;
use crate::sides::{Pair, Side};
use crate::{output, screen, stored};

/// Prints the runs side by side, and ends with 4 if the new ones are worse.
pub(crate) fn run(arguments: &DiffArguments) -> Result<Exit, Exit> {
    check_names(arguments)?;
    let (base, others) = read(arguments).map_err(Exit::failed)?;
    let differences = differences(&base, &others);
    if !differences.is_empty() && !arguments.force {
        return Err(Exit::failed(format!(
            "these runs differ in more than the system ({}); add --force to compare them anyway",
            differences.join("; ")
        )));
    }
    for difference in differences {
        eprintln!("loadgen: compared because of --force: {difference}");
    }
    let pairs: Vec<Pair> = others.iter().flat_map(|new| base.pairs(new)).collect();
    let all = named(&base, &others);
    let mut text = report::terminal(&all, screen::stdout());
    text.extend(pairs.iter().map(|pair| format!("\n{}", pair.table())));
    output::print(&text)?;
    Ok(exit(&pairs).unless_invalid(why_invalid(all.runs()), arguments.allow))
}

/// Refuses to compare runs with themselves: that always finds no difference.
fn check_names(arguments: &DiffArguments) -> Result<(), Exit> {
    let mut earlier: HashMap<PathBuf, &PathBuf> = HashMap::new();
    for path in [&arguments.base].into_iter().chain(&arguments.new) {
        // A folder, and the file in it, are the same runs.
        let file = stored::file(path);
        if let Some(other) = earlier.insert(fs::canonicalize(&file).unwrap_or(file), path) {
            let (one, other) = (other.display(), path.display());
            return Err(Exit::usage(format!(
                "{one} and {other} are the same runs; name two folders or files"
            )));
        }
    }
    Ok(())
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

/// What differs besides the systems: then a difference in the numbers says little. Every load of the others has to be one of the base.
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
        for (what, of) in [
            ("--check", check as fn(&Run) -> String),
            ("machine", machine),
        ] {
            let (ours, theirs) = (of(first), of(other));
            if ours != theirs {
                differences.push(format!("{what}: {ours} and {theirs}"));
            }
        }
    }
    differences.sort();
    differences.dedup();
    differences
}

fn machine(run: &Run) -> String {
    let host = &run.host;
    let model = host.cpu_model.as_deref().unwrap_or("unknown processor");
    format!("{}, {model}, {} processors", host.kernel, host.cores)
}

fn check(run: &Run) -> String {
    let mut levels = CHECK_LEVELS.iter();
    let level = levels.find(|(_, level, _)| *level == run.correctness.level);
    level.map_or(String::new(), |(name, ..)| (*name).to_owned())
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

/// Each significant change for the worse is a regression.
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
