//! The page is whole, safe and says the verdict first, whatever the data.

use results::example::{self, Recipe};
use results::{
    Anomaly, AnomalyRecord, Check, CheckCode, Comparison, Example, MeasuredCheck, Run,
    ValidityVerdict,
};

fn page_of(runs: Vec<Run>) -> String {
    report::page(&Comparison::of_runs("a title".to_owned(), runs))
}

/// What is drawn, without the drawing library, in which anything may stand.
fn without_library(page: &str) -> &str {
    let scripts = page.find("<script>").unwrap_or(page.len());
    &page[..scripts]
}

#[test]
fn the_page_asks_nothing_of_any_network() {
    let page = report::page(&example::comparison(2));
    assert!(page.contains("default-src 'none'"));
    for attribute in [
        "src=\"http",
        "href=\"http",
        "url(",
        "@import",
        "<link rel=\"stylesheet\"",
        "<script src",
    ] {
        assert!(!without_library(&page).contains(attribute), "{attribute}");
    }
}

#[test]
fn the_verdict_stands_before_every_number() {
    let mut run = example::open_loop("reactor");
    run.validity.verdict = ValidityVerdict::ClientBound;
    let lag = MeasuredCheck::new(CheckCode::ScheduleLagP99, Some(12e6), Some(1e6));
    run.validity.checks = vec![Check::Measured(lag)];
    let page = page_of(vec![run]);
    let verdict = page.find("the load generator was the bottleneck");
    assert!(verdict.is_some() && verdict < page.find("id=\"summary\""));
    assert!(page.contains("INVALID: client-bound"));
}

/// Who reads that a server is wrong can see at which operation.
#[test]
fn wrong_answers_have_their_counterexamples() {
    let honest = page_of(vec![example::closed_loop("reactor")]);
    assert!(!honest.contains("The counterexamples"));
    let mut run = example::closed_loop("threaded racy");
    run.correctness.anomalies = vec![AnomalyRecord {
        kind: Anomaly::StaleRead,
        count: 1_234,
        examples: vec![Example {
            text: "GET #3 of connection 1 -> 7, against INCR <b> -> 9".to_owned(),
            operations: Vec::new(),
        }],
    }];
    let page = page_of(vec![run]);
    for cell in [
        "stale read",
        "1\u{a0}234",
        "GET #3 of connection 1 -&gt; 7, against INCR &lt;b&gt; -&gt; 9",
    ] {
        assert!(page.contains(cell), "{cell}");
    }
}

#[test]
fn labels_are_text_and_never_code() {
    let label = "</script><img src=x onerror=alert(1)> {{ 7 * 7 }} %{y}";
    let page = page_of(vec![example::closed_loop(label)]);
    assert!(!page.contains("<img src=x"));
    assert!(!page.contains("</script><img"));
    assert!(page.contains("{{ 7 * 7 }}"), "a label is not a template");
    // The figures, the library, the page's own.
    assert_eq!(page.matches("</script>").count(), 3);
}

#[test]
fn nothing_measured_is_still_a_page() {
    for comparison in [
        Comparison::of_runs("none".to_owned(), Vec::new()),
        Comparison::of_runs("empty".to_owned(), vec![example::empty("dead")]),
        Comparison {
            systems: example::comparison(1).systems.split_off(4),
            ..example::comparison(1)
        },
    ] {
        let page = report::page(&comparison);
        assert!(page.contains("<h2 id=\"summary-heading\">Summary</h2>"));
        assert!(
            page.len() < 100_000,
            "without a picture no library is needed"
        );
    }
}

#[test]
fn two_hundred_runs_stay_below_five_megabytes() {
    let recipe = |seed: u64| Recipe {
        seed,
        intervals: 5,
        samples_per_interval: 300,
        ..Recipe::quick(&format!("system {}", seed % 40))
    };
    let page = page_of((0..200).map(|seed| recipe(seed).run()).collect());
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
}

#[test]
fn a_dozen_long_runs_stay_below_five_megabytes() {
    let recipe = |seed: u64| Recipe {
        seed,
        intervals: 120,
        samples_per_interval: 300,
        ..Recipe::quick(&format!("system {seed}"))
    };
    let page = page_of((0..12).map(|seed| recipe(seed).run()).collect());
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
}

#[test]
fn hostile_data_is_drawn_or_said_and_never_a_panic() {
    let mut one = example::empty("one sample");
    one.latency.response.record(1);
    let mut zero = example::empty("zero");
    zero.latency.response.record_many(0, 1_000);
    let mut equal = example::empty("all equal");
    equal.latency.response.record_many(5_000, 1_000_000_000);
    let mut stalled = example::empty("a stall of a minute");
    stalled.latency.response.record_many(90_000, 9_999);
    stalled.latency.response.record(75_000_000_000);
    for run in [&one, &zero, &equal, &stalled] {
        assert_every_point_has_a_place(&page_of(vec![run.clone()]));
    }
    let page = page_of(vec![one, zero, equal, stalled]);
    assert_every_point_has_a_place(&page);
    assert!(
        page.contains("Took longer than 60.0"),
        "what lies over the top is said"
    );
}

#[test]
fn every_table_is_there_without_scripts() {
    let page = report::page(&example::comparison(2));
    let body = without_library(&page);
    assert!(body.matches("<table").count() >= 4);
    assert!(body.contains("<noscript><img src=\"data:image/svg+xml;base64,"));
}

#[test]
fn the_numbers_of_every_picture_and_the_cells_of_the_heat_map_are_files() {
    let page = report::page(&example::comparison(2));
    for file in [
        "summary.csv",
        "percentiles.csv",
        "heat-map.csv",
        "heat-map-cells.csv",
    ] {
        let link = format!("download=\"{file}\" href=\"data:text/csv;base64,");
        assert!(page.contains(&link), "{file}");
    }
}

/// JSON has no NaN: a coordinate that is no number would stand there as `null`.
#[track_caller]
fn assert_every_point_has_a_place(page: &str) {
    let start = page
        .find("id=\"figures\">")
        .map(|at| at + "id=\"figures\">".len());
    let figures =
        start.map(|start| &page[start..start + page[start..].find("</script>").unwrap_or(0)]);
    let figures: serde_json::Value =
        serde_json::from_str(figures.unwrap_or_default()).unwrap_or_default();
    let traces = figures["figures"]["percentiles-0"]["data"].as_array();
    assert!(
        traces.is_some_and(|traces| traces.len() > 2),
        "the figure is drawn"
    );
    for trace in traces.into_iter().flatten() {
        let numbers = |axis: &str| {
            trace[axis]
                .as_array()
                .is_some_and(|all| all.iter().all(serde_json::Value::is_number))
        };
        assert!(numbers("x") && numbers("y"), "{trace}");
    }
}
