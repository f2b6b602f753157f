//! Figures of data that can be checked by eye, held against files: golden data, golden JSON.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use results::{
    Comparison, Finite, Histogram, Interval, LoadMode, Run, SparseHistogram, ValidityVerdict,
    Workload, example,
};
use serde_json::Value;

use crate::{pictures, plotly};

/// `UPDATE_GOLDEN=1 cargo test -p report` writes the figures anew; the difference is then read by a person.
#[test]
fn the_figures_are_those_of_the_files() -> Result<(), Box<dyn Error>> {
    let mut drawn = BTreeMap::new();
    let comparisons = [
        two_systems(),
        two_rates(),
        two_sizes(),
        two_keyspaces(),
        two_payloads(),
        two_machines(),
    ];
    for comparison in comparisons {
        for picture in pictures::all(&comparison) {
            let figure = |panel| plotly::figure(panel, picture.panels.len() == 1);
            let figures: Vec<Value> = picture.panels.iter().map(figure).collect();
            drawn.entry(picture.name).or_insert(figures);
        }
    }
    assert_eq!(
        drawn.len(),
        crate::PICTURES.len(),
        "every picture has a golden file"
    );
    for (name, figures) in drawn {
        assert_golden(&name, &figures)?;
    }
    Ok(())
}

fn assert_golden(name: &str, figures: &[Value]) -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let path = folder.join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(figures)? + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(&folder)?;
        std::fs::write(&path, &text)?;
    }
    assert!(
        std::fs::read_to_string(&path)? == text,
        "{} is another figure: run UPDATE_GOLDEN=1 cargo test -p report && git diff",
        path.display()
    );
    Ok(())
}

/// A hundred replies at `quick_ns`, of which one in twenty took `slow_ns`.
fn run(label: &str, quick_ns: u64, slow_ns: u64, lost: u64) -> Run {
    let mut run = example::empty(label);
    let response = &mut run.latency.response;
    response.record_many(quick_ns, 95);
    response.record_many(slow_ns, 5);
    run.elapsed_ns = 2_000_000_000;
    run.totals.completed = 100;
    run.totals.requests_per_s = Finite::per_second(100, run.elapsed_ns);
    run.correctness.counters[0].acknowledged = 100;
    run.correctness.counters[0].lost = Some(lost);
    run.intervals = vec![
        interval(0, &[(quick_ns, 95)]),
        interval(1_000_000_000, &[(slow_ns, 5)]),
    ];
    run
}

fn interval(start_ns: u64, latencies: &[(u64, u64)]) -> Interval {
    let mut response = Histogram::new();
    for (ns, count) in latencies {
        response.record_many(*ns, *count);
    }
    Interval {
        start_ns,
        length_ns: 1_000_000_000,
        completed: response.count(),
        failed: 0,
        response: SparseHistogram::from(&response),
        service: None,
        lag: None,
        server: None,
    }
}

fn two_systems() -> Comparison {
    let runs = vec![
        run("reactor", 1_000, 2_000, 0),
        run("reactor", 1_100, 2_200, 0),
        run("threaded", 1_000, 50_000, 3),
    ];
    Comparison::of_runs("two systems".to_owned(), runs)
}

/// And a third, of which the load generator was the bottleneck.
fn two_rates() -> Comparison {
    let at_rate = |rate, quick_ns| {
        let mut run = run("reactor", quick_ns, 10 * quick_ns, 0);
        if let (LoadMode::Open { rate_per_s, .. }, Some(rate)) =
            (&mut run.workload.mode, Finite::new(rate))
        {
            *rate_per_s = rate;
        }
        run
    };
    let mut bound = at_rate(200.0, 5_000);
    bound.validity.verdict = ValidityVerdict::ClientBound;
    Comparison::of_runs(
        "two rates".to_owned(),
        vec![at_rate(50.0, 1_000), at_rate(100.0, 4_000), bound],
    )
}

/// Two runs that differ in one number of the load.
fn grown(grow: fn(&mut Workload, bool)) -> Comparison {
    let run = |much, quick_ns| {
        let mut run = run("reactor", quick_ns, 10 * quick_ns, 0);
        grow(&mut run.workload, much);
        run.server_cost = Some(results::ServerCost {
            cpu_user_ns: Some(100 * quick_ns),
            cpu_system_ns: Some(0),
            ..results::ServerCost::default()
        });
        run
    };
    Comparison::of_runs(
        "two sizes".to_owned(),
        vec![run(false, 1_000), run(true, 2_000)],
    )
}

fn two_sizes() -> Comparison {
    grown(|load, much| load.connections = if much { 64 } else { 1 })
}

fn two_keyspaces() -> Comparison {
    grown(|load, much| load.keys = if much { 1_000 } else { 1 })
}

/// From no byte at all, which an axis of doublings has no place for.
fn two_payloads() -> Comparison {
    grown(|load, much| load.payload_bytes = if much { 64 } else { 0 })
}

/// Six runs on one processor, which have an interval, and two on two processors, which have none.
fn two_machines() -> Comparison {
    let on = |processors, quick_ns| {
        let mut run = run("reactor", quick_ns, 10 * quick_ns, 0);
        run.workload.server_processors = Some(processors);
        run
    };
    let alone = [1_000, 1_100, 1_200, 1_300, 1_400, 9_000].map(|quick_ns| on(1, quick_ns));
    let both = [2_000, 2_200].map(|quick_ns| on(2, quick_ns));
    Comparison::of_runs(
        "two machines".to_owned(),
        alone.into_iter().chain(both).collect(),
    )
}
