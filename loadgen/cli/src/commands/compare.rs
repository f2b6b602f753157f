//! `loadgen compare`: all runs, then one table, one file, one page.

use std::ops::ControlFlow;
use std::time::{SystemTime, UNIX_EPOCH};

use loadgen::machine::cpus::{CpusError, Pin};
use results::Comparison;
use results::schema::ComparisonSchema;

use super::series;
use crate::args::CompareArguments;
use crate::exit::Exit;
use crate::screen;

/// Makes all runs; prints the table and writes the files.
pub(crate) fn run(arguments: &CompareArguments, command: &[String]) -> Result<Exit, Exit> {
    let servers = arguments.servers();
    let series = arguments.series(&servers, command);
    arguments.check(&servers).map_err(Exit::usage)?;
    series.check().map_err(Exit::usage)?;
    pin_the_load(&arguments.cpus).map_err(Exit::usage)?;
    let title = title(arguments);
    let names: Vec<_> = servers.iter().map(|spec| spec.name.as_str()).collect();
    eprintln!("loadgen: {title}: {}", names.join("; "));
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let made = series::make(&series, &arguments.out, |_| ControlFlow::Continue(()))?;
    let (subjects, ended) = made;
    let systems = subjects.into_iter().zip(names).map(|(subject, name)| {
        let expected_to_lose = arguments.expect_lost.iter().any(|lost| lost == name);
        subject.into_system(name.to_owned(), expected_to_lose)
    });
    let comparison = Comparison {
        schema: ComparisonSchema::V2,
        title,
        started_unix_ms: since_1970.map_or(0, |since| since.as_millis() as u64),
        command: command.to_vec(),
        reference: None,
        systems: systems.collect(),
    };
    let table = match (arguments.csv, arguments.markdown) {
        (true, _) => report::csv(&comparison),
        (_, true) => report::markdown(&comparison),
        _ => report::terminal(&comparison, screen::stdout()),
    };
    let systems = comparison.systems.iter();
    let measured = systems.filter(|system| !system.runs().is_empty()).count();
    let done = format!("{measured} of {} systems measured", servers.len());
    let shown = (&*table, &*arguments.out);
    series::finish(&ended, &done, &comparison, shown, arguments.allow)
}

/// Keeps this thread to the processors of the client: the threads of the load inherit them.
fn pin_the_load(pins: &[Pin]) -> Result<(), CpusError> {
    pins.iter().try_for_each(|pin| match pin {
        Pin::Client(cpus) => cpus.keep_to(),
        // Tried now, so that a mistake is reported before the first run.
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
