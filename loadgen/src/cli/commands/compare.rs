//! `loadgen compare`: all runs, then one table, one file, one page.

use std::io::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use results::units::count;
use results::{Comparison, Run, System};

use crate::cli::args::CompareArguments;
use crate::cli::doubt::doubt;
use crate::cli::ending::Ending;
use crate::cli::progress::Meter;
use crate::cli::{screen, series};
use crate::experiment::{Interrupt, Pin, Series};

/// Does it.
pub fn run(arguments: &CompareArguments, command: &[String]) -> Ending {
    let arguments = &arguments.with_presets();
    if let Err(why) = arguments
        .check()
        .and_then(|()| pin_the_load(&arguments.cpus))
    {
        return Ending::Usage(why);
    }
    let title = title(arguments);
    eprintln!("loadgen: {title}: {}", names(arguments));
    let keeper = match Interrupt::listen() {
        Ok(keeper) => keeper,
        Err(error) => return Ending::Failed(format!("cannot listen for Ctrl-C: {error}")),
    };
    let started_unix_ms = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64);
    let mut series = Series::new(arguments, command, &keeper);
    let mut meter = Meter::new(series.runs_left());
    series.run(&mut meter);
    meter.done();
    for trouble in series.systems().iter().flat_map(|tried| &tried.troubles) {
        eprintln!("loadgen: {trouble}");
    }
    for tried in series.systems() {
        if let Some(why) = tried.rates_left_out() {
            eprintln!("loadgen: {}: {why}", tried.spec.name);
        }
    }
    let troubles: Vec<_> = series
        .systems()
        .iter()
        .flat_map(|tried| tried.troubles.clone())
        .collect();
    let comparison =
        series.into_comparison(title, command, started_unix_ms, &arguments.expect_lost);
    let ending = judge(&comparison, &keeper, &troubles)
        .unless(doubt(comparison.runs()), arguments.allow_invalid);
    match series::write(&comparison, &arguments.out) {
        Ok(()) => {
            // Whoever closed the pipe has seen enough.
            let _ = io::stdout().write_all(table(&comparison, arguments).as_bytes());
            eprintln!(
                "loadgen: report: {}",
                arguments.out.join("report.html").display()
            );
            ending
        }
        Err(error) => Ending::Failed(format!(
            "cannot write into {}: {error}; choose another --out",
            arguments.out.display()
        )),
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
fn pin_the_load(pins: &[Pin]) -> Result<(), String> {
    pins.iter().try_for_each(|pin| match pin {
        Pin::Client(cpus) => cpus.keep_to(),
        // SystemRuns now, so that it is said before the first run.
        Pin::Server(cpus) => cpus.during(|| ()),
    })
}

fn title(arguments: &CompareArguments) -> String {
    let over = match &arguments.over {
        Some(over) => format!(", over {}", over.name()),
        None => String::new(),
    };
    let load = || match arguments.plan_at(arguments.points()[0], 1) {
        Ok(plan) => format!(
            "{}{over}, {}",
            plan.load_in_words(),
            match arguments.repeat {
                1 => "1 run each".to_owned(),
                more => format!("{more} runs each, interleaved"),
            }
        ),
        Err(why) => why,
    };
    arguments.title.clone().unwrap_or_else(load)
}

fn names(arguments: &CompareArguments) -> String {
    arguments
        .servers
        .iter()
        .map(|spec| spec.name.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

/// The ending of the whole: wrong answers nobody expected come first.
fn judge(comparison: &Comparison, keeper: &Interrupt, troubles: &[String]) -> Ending {
    let systems = &comparison.systems;
    let measured = systems
        .iter()
        .filter(|system| !system.runs().is_empty())
        .count();
    let done = format!("{measured} of {} systems measured", systems.len());
    if keeper.is_stopped() {
        return Ending::Interrupted(done);
    }
    if let Some(wrong) = systems.iter().find(|system| system.is_wrong()) {
        return Ending::Wrong(format!("{} gave wrong answers; {done}", wrong.label));
    }
    if let Some(trouble) = troubles.first() {
        return Ending::Failed(format!("{trouble}; {done}"));
    }
    if measured == 0 {
        return Ending::Failed("not one system could be measured; the table says why".to_owned());
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
    Ending::Good(said)
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
        let said = judge(&comparison, &Interrupt::default(), &[])
            .line()
            .unwrap();
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
