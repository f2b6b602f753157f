//! `loadgen compare`: all runs, then one table, one file, one page.

use std::io::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use results::{Comparison, Correctness, System};

use crate::cli::args::CompareArguments;
use crate::cli::doubt::doubt;
use crate::cli::ending::Ending;
use crate::cli::progress::Meter;
use crate::cli::{screen, series};
use crate::compare::{Keeper, Pin, Series};

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
    let keeper = match Keeper::listen() {
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
        // Tried now, so that it is said before the first run.
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
            "{}{over}, {} runs each, interleaved",
            plan.load_in_words(),
            arguments.repeat
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
        .join(", ")
}

/// The ending of the whole: wrong answers nobody expected come first.
fn judge(comparison: &Comparison, keeper: &Keeper, troubles: &[String]) -> Ending {
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
    let losers = systems.iter().filter(|system| system.expected_to_lose);
    let losses: Vec<_> = losers.map(losses).collect();
    match losses.is_empty() {
        true => Ending::Good(format!("{done}, none gave a wrong answer")),
        false => Ending::Good(format!(
            "{done}, none gave a wrong answer but {}",
            losses.join(" and ")
        )),
    }
}

/// What a system lost that was expected to lose.
fn losses(system: &System) -> String {
    let sum = |of: fn(&Correctness) -> u64| {
        let all = system.runs().iter().map(|run| of(&run.correctness));
        results::units::count(all.sum())
    };
    format!(
        "{}, which lost {} of {} increments, as it was expected to",
        system.label,
        sum(|correctness| correctness.lost_updates().unwrap_or(0)),
        sum(Correctness::acknowledged)
    )
}
