//! Draws made-up results into a folder, to be looked at: `cargo run -p report --example gallery -- FOLDER [NAME]`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use report::{Colours, Format, PICTURES, PlotError, Screen};
use results::example::{self, Recipe};
use results::{Check, CheckCode, Comparison, MeasuredCheck, Run, ValidityVerdict, Verdict, file};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or("usage: gallery FOLDER [NAME]")?;
    let only = std::env::args().nth(2);
    for (name, comparison) in gallery() {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let page = folder.join(format!("{name}.html"));
        let started = Instant::now();
        let html = report::page(&comparison);
        println!("{} bytes in {:?}", html.len(), started.elapsed());
        file::write_atomically(&page, html.as_bytes())?;
        let screen = Screen {
            columns: 120,
            colours: true,
        };
        println!(
            "{}\n{}",
            page.display(),
            report::terminal(&comparison, screen)
        );
        stills(&folder, name, &comparison)?;
    }
    Ok(())
}

fn gallery() -> Vec<(&'static str, Comparison)> {
    let of = |title: &str, runs| Comparison::of_runs(title.to_owned(), runs);
    vec![
        ("comparison", example::comparison(5)),
        (
            "single",
            of("one run", vec![example::closed_loop("127.0.0.1:7001")]),
        ),
        ("rates", of("a sweep of rates", rates())),
        ("connections", of("a sweep of connections", connections())),
        (
            "invalid",
            of("a run that cannot be trusted", vec![invalid()]),
        ),
        (
            "empty",
            of("nothing came back", vec![example::empty("dead")]),
        ),
        ("many", of("forty systems", many())),
        ("large", of("two hundred runs", large())),
        (
            "hostile",
            of("</script><script>alert(1)</script>", hostile()),
        ),
    ]
}

fn stills(folder: &Path, name: &str, comparison: &Comparison) -> Result<(), Box<dyn Error>> {
    for picture in PICTURES {
        for (colours, suffix) in [(Colours::Light, "light"), (Colours::Dark, "dark")] {
            for (format, ending) in [(Format::Svg, "svg"), (Format::Png, "png")] {
                match report::plot(comparison, picture, format, colours) {
                    Ok(bytes) => {
                        let path = folder.join(format!("{name}-{picture}-{suffix}.{ending}"));
                        file::write_atomically(&path, &bytes)?;
                    }
                    Err(PlotError::NoData(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    Ok(())
}

/// Two servers under rising rates; beyond its knee a server answers less than it is asked, and late.
fn rates() -> Vec<Run> {
    let mut runs = Vec::new();
    for (label, capacity) in [("reactor", 60_000), ("threaded mutex", 42_000)] {
        for step in 1..=8 {
            for seed in 0..3 {
                runs.push(at_rate(label, capacity, step * 10_000, seed));
            }
        }
    }
    runs
}

fn at_rate(label: &str, capacity: u32, rate: u32, seed: u64) -> Run {
    let answered = rate.min(capacity);
    let crowding = 1.0 / (1.02 - f64::from(answered) / f64::from(capacity));
    let recipe = Recipe {
        rate_per_s: Some(rate),
        intervals: 3,
        samples_per_interval: answered / 5,
        median_ns: (60_000.0 * crowding) as u64 + 500 * seed,
        slow_ns: (400_000.0 * crowding * crowding) as u64,
        seed,
        ..Recipe::quick(label)
    };
    recipe.run()
}

fn connections() -> Vec<Run> {
    let mut runs = Vec::new();
    for (label, per_connection_ns) in [
        ("reactor", 40),
        ("threaded mutex", 260),
        ("threaded racy", 240),
    ] {
        for power in 0..13_u32 {
            let connections = 1_u32 << power;
            let recipe = Recipe {
                connections,
                rate_per_s: None,
                intervals: 2,
                samples_per_interval: 60_000 / (1 + connections / 900),
                median_ns: 40_000 + per_connection_ns * u64::from(connections),
                lost: if label.ends_with("racy") {
                    u64::from(connections) - 1
                } else {
                    0
                },
                seed: u64::from(power),
                ..Recipe::quick(label)
            };
            runs.push(recipe.run());
        }
    }
    runs
}

fn invalid() -> Run {
    let mut run = Recipe {
        stalled_in: Some(4),
        ..Recipe::quick("reactor")
    }
    .run();
    run.validity.verdict = ValidityVerdict::ClientBound;
    let lag = MeasuredCheck::new(CheckCode::ScheduleLagP99, Some(12e6), Some(1e6));
    run.validity.checks = vec![Check::Measured(lag)];
    run.correctness.verdict = Verdict::Unknown;
    run.correctness.notes = vec!["increments of different amounts are ambiguous".to_owned()];
    run.interrupted = true;
    run
}

fn many() -> Vec<Run> {
    let recipe = |place: u64| Recipe {
        median_ns: 50_000 + 9_000 * place,
        intervals: 2,
        seed: place,
        ..Recipe::quick(&format!("system number {place}"))
    };
    (0..40).map(|place| recipe(place).run()).collect()
}

/// Forty systems, five runs each: what a page must still hold.
fn large() -> Vec<Run> {
    let recipe = |place: u64| Recipe {
        median_ns: 50_000 + 9_000 * (place % 40),
        seed: place,
        ..Recipe::quick(&format!("system number {}", place % 40))
    };
    (0..200).map(|place| recipe(place).run()).collect()
}

fn hostile() -> Vec<Run> {
    let labels = [
        "</script><img src=x onerror=alert(1)>",
        "<b>bold</b> & $x^2$ %{y} {{ 7 * 7 }}",
        "a very long label that goes on and on and on, as generated ones do, until no legend has room for it",
    ];
    let mut runs: Vec<Run> = labels
        .iter()
        .map(|label| example::open_loop(label))
        .collect();
    let one = Recipe {
        intervals: 1,
        samples_per_interval: 1,
        ..Recipe::quick("one sample")
    };
    let mut equal = example::empty("all equal");
    equal.latency.response.record_many(5_000, 1_000_000_000);
    let mut stalled = example::empty("a stall of a minute");
    stalled.latency.response.record_many(90_000, 9_999);
    stalled.latency.response.record(75_000_000_000);
    runs.extend([one.run(), equal, stalled]);
    // A difference in length alone would make them a sweep of six loads.
    let load = runs[0].workload.clone();
    runs.iter_mut().for_each(|run| run.workload = load.clone());
    runs
}
