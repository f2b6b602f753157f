//! `loadgen compare`: all runs, then one table, one file, one page.

use std::ops::ControlFlow;
use std::time::{SystemTime, UNIX_EPOCH};

use loadgen::experiment::ServerSpec;
use loadgen::machine::cpus::{CpusError, Pin};
use results::schema::ComparisonSchema;
use results::units::count;
use results::{Comparison, Run, System};

use super::with_runner;
use crate::args::CompareArguments;
use crate::exit::{Exit, Reason};
use crate::invalid::why_invalid;
use crate::{output, screen};

/// Makes all runs; prints the table and writes the files.
pub(crate) fn run(arguments: &CompareArguments, command: &[String]) -> Exit {
    let servers = arguments.servers();
    let series = arguments.series(&servers, command);
    if let Err(why) = arguments.check(&servers) {
        return Exit::usage(why);
    }
    if let Err(why) = series.check() {
        return Exit::usage(why);
    }
    if let Err(why) = pin_the_load(&arguments.cpus) {
        return Exit::usage(why);
    }
    let title = title(arguments);
    eprintln!("loadgen: {title}: {}", names(&servers));
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let started_unix_ms = since_1970.map_or(0, |since| since.as_millis() as u64);
    let made = with_runner(series.runs_left(), &arguments.out, |runner| {
        let subjects = series.run(runner, |_| ControlFlow::Continue(()));
        (subjects, runner.is_stopped())
    });
    let (subjects, stopped) = match made {
        Ok(made) => made,
        Err(exit) => return exit,
    };
    let mut troubles = Vec::new();
    let mut systems = Vec::new();
    for (subject, spec) in subjects.into_iter().zip(&servers) {
        let name = &spec.name;
        for trouble in &subject.troubles {
            eprintln!("loadgen: {trouble}");
        }
        if let Some(why) = subject.rates_left_out() {
            eprintln!("loadgen: {name}: {why}");
        }
        troubles.extend(subject.troubles.clone());
        let expected_to_lose = arguments.expect_lost.contains(name);
        systems.push(subject.into_system(name.clone(), expected_to_lose));
    }
    let comparison = Comparison {
        schema: ComparisonSchema::V2,
        title,
        started_unix_ms,
        command: command.to_vec(),
        reference: None,
        systems,
    };
    let table = table(&comparison, arguments);
    match output::keep_comparison(&comparison, &arguments.out).and_then(|()| output::print(&table))
    {
        Ok(()) => exit(&comparison, stopped, &troubles).unless_invalid(
            why_invalid(comparison.runs()),
            arguments.allow.allow_invalid,
        ),
        Err(why) => Exit::failed(why),
    }
}

fn table(comparison: &Comparison, arguments: &CompareArguments) -> String {
    match (arguments.csv, arguments.markdown) {
        (true, _) => report::csv(comparison),
        (_, true) => report::markdown(comparison),
        _ => report::terminal(comparison, screen::stdout()),
    }
}

/// The threads of the load are started by this one, and keep to where it is kept.
fn pin_the_load(pins: &[Pin]) -> Result<(), CpusError> {
    pins.iter().try_for_each(|pin| match pin {
        Pin::Client(cpus) => cpus.keep_to(),
        // SystemRuns now, so that it is said before the first run.
        Pin::Server(cpus) => cpus.during(|| ()),
    })
}

fn title(arguments: &CompareArguments) -> String {
    if let Some(title) = &arguments.title {
        return title.clone();
    }
    let load = match arguments.load(&[]).build() {
        Ok(config) => config.workload.to_string(),
        Err(why) => return why.to_string(),
    };
    let over = arguments.over.as_ref();
    let over = over.map_or(String::new(), |over| format!(", over {}", over.name()));
    match arguments.repeat {
        1 => format!("{load}{over}, 1 run each"),
        more => format!("{load}{over}, {more} runs each, interleaved"),
    }
}

fn names(servers: &[ServerSpec]) -> String {
    let names: Vec<_> = servers.iter().map(|spec| spec.name.as_str()).collect();
    names.join("; ")
}

/// The end of the whole: wrong answers that nobody expected come first.
fn exit(comparison: &Comparison, stopped: bool, troubles: &[String]) -> Exit {
    let systems = &comparison.systems;
    let measured = systems
        .iter()
        .filter(|system| !system.runs().is_empty())
        .count();
    let done = format!("{measured} of {} systems measured", systems.len());
    if stopped {
        return Exit::new(Reason::Interrupted, done);
    }
    if let Some(wrong) = systems.iter().find(|system| system.is_wrong()) {
        return Exit::new(
            Reason::Wrong,
            format!("{} gave wrong answers; {done}", wrong.label),
        );
    }
    if let Some(trouble) = troubles.first() {
        return Exit::failed(format!("{trouble}; {done}"));
    }
    if measured == 0 {
        return Exit::failed("not one system could be measured; the table says why".to_owned());
    }
    let losers = systems
        .iter()
        .filter(|system| system.expected_to_lose && !system.runs().is_empty());
    let (lost, exact): (Vec<_>, Vec<_>) = losers.partition(|system| lost(system) > 0);
    let mut said = format!("{done}, none gave a wrong answer");
    if !lost.is_empty() {
        let losses: Vec<_> = lost.into_iter().map(losses).collect();
        said += &format!(" but {}", losses.join(" and "));
    }
    if !exact.is_empty() {
        let names: Vec<_> = exact.iter().map(|system| system.label.as_str()).collect();
        said += &format!("; nothing was lost this time by {}", names.join(" and "));
    }
    Exit::ok(said)
}

fn lost(system: &System) -> u64 {
    let of_run = |run: &Run| run.correctness.lost_updates().unwrap_or(0);
    system.runs().iter().map(of_run).sum()
}

/// What a system lost that was expected to lose.
fn losses(system: &System) -> String {
    let runs = system.runs().iter();
    let acknowledged: u64 = runs.map(|run| run.correctness.acknowledged()).sum();
    format!(
        "{}, which lost {} of {} increments, as it was expected to",
        system.label,
        count(lost(system)),
        count(acknowledged)
    )
}

#[cfg(test)]
mod tests {
    use results::{Verdict, example};

    use super::*;

    #[test]
    fn what_is_there_to_lose_updates_says_whether_it_did() {
        let mut comparison = example::comparison(2);
        for system in &mut comparison.systems {
            system.expected_to_lose = ["threaded racy", "reactor"].contains(&system.label.as_str());
        }
        let racy = comparison.systems.iter().find(|system| lost(system) > 0);
        assert_eq!(racy.unwrap().label, "threaded racy");
        let said = exit(&comparison, false, &[]).line().unwrap();
        assert!(said.contains("but threaded racy, which lost"), "{said}");
        assert!(
            said.ends_with("nothing was lost this time by reactor"),
            "{said}"
        );
        let wrong = comparison
            .runs()
            .filter(|run| run.correctness.verdict == Verdict::Wrong);
        assert!(
            wrong.count() > 0,
            "what is expected is still called by its name"
        );
    }
}
