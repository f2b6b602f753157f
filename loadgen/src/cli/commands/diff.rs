//! `loadgen diff`: stored runs against stored runs, and what the statistics call a regression.

use std::io::{self, Write as _};

use results::{Better, Comparison, Group, Host, Metric, Run};

use crate::cli::args::DiffArguments;
use crate::cli::doubt::doubt;
use crate::cli::ending::Ending;
use crate::cli::{screen, stored};

/// What may not get worse. The longest latency is one sample, and memory is no latency.
const GUARDED: [Metric; 5] = [
    Metric::Throughput,
    Metric::P50,
    Metric::P99,
    Metric::P99_9,
    Metric::CpuPerRequest,
];

/// Does it.
pub fn run(arguments: &DiffArguments) -> Ending {
    let runs = match read(arguments) {
        Ok(runs) => runs,
        Err(why) => return Ending::Failed(why),
    };
    let differences = differences(&runs);
    if !differences.is_empty() && !arguments.force {
        return Ending::Failed(format!(
            "these runs differ in more than the system ({}); give --force to compare them all the same",
            differences.join("; ")
        ));
    }
    for difference in differences {
        eprintln!("loadgen: compared all the same: {difference}");
    }
    let comparison = Comparison::of_runs("stored runs".to_owned(), runs);
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(report::terminal(&comparison, screen::stdout()).as_bytes());
    judge(&comparison).unless(doubt(comparison.runs()), arguments.allow_invalid)
}

/// The runs, each side under a name of its own.
fn read(arguments: &DiffArguments) -> Result<Vec<Run>, String> {
    let mut all: Vec<Run> = Vec::new();
    for path in std::iter::once(&arguments.base).chain(&arguments.new) {
        let mut runs = stored::one(path).map_err(|error| error.to_string())?;
        for run in &mut runs {
            run.label = stored::name(path);
        }
        if all.iter().any(|run| run.label == stored::name(path)) {
            runs.iter_mut()
                .for_each(|run| run.label = path.display().to_string());
        }
        all.append(&mut runs);
    }
    Ok(all)
}

/// What differs beside the systems: then a difference in the numbers says little.
fn differences(runs: &[Run]) -> Vec<String> {
    let Some((first, others)) = runs.split_first() else {
        return Vec::new();
    };
    let machine = |host: &Host| (host.kernel.clone(), host.cpu_model.clone(), host.cores);
    let mut differences: Vec<String> = Vec::new();
    for other in others {
        differences.extend(first.workload.differences(&other.workload));
        if machine(&first.host) != machine(&other.host) {
            differences.push(format!(
                "machine: {:?} and {:?}",
                machine(&first.host),
                machine(&other.host)
            ));
        }
    }
    differences.sort();
    differences.dedup();
    differences
}

/// Each difference that is one, in a sentence; a change for the worse is a regression.
fn judge(comparison: &Comparison) -> Ending {
    let groups = Group::of(comparison);
    let Some((base, others)) = groups.split_first() else {
        return Ending::Failed("these files hold no run".to_owned());
    };
    let mut regressions = Vec::new();
    for (group, metric) in others
        .iter()
        .flat_map(|group| GUARDED.map(|metric| (group, metric)))
    {
        let Some(contrast) = group
            .contrast(base, metric)
            .filter(results::statistics::Contrast::is_significant)
        else {
            continue;
        };
        let ratio = contrast.ratio.value();
        let worse = match metric.better() {
            Better::Higher => ratio < 1.0,
            Better::Lower => ratio > 1.0,
        };
        if worse {
            regressions.push(format!(
                "{} of {} is {} × that of {}",
                metric.title(),
                group.label,
                results::units::number(ratio),
                base.label
            ));
        }
    }
    match regressions.is_empty() {
        true => Ending::Good("no regression is established".to_owned()),
        false => Ending::Missed(regressions.join("; ")),
    }
}
