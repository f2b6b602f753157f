//! What is said of sound, wrong, invalid and missing runs.

use results::{Check, CheckCode, MeasuredCheck, Run, ValidityVerdict, example};

use super::*;

fn failed(code: CheckCode, value: f64, limit: f64) -> Vec<Check> {
    vec![Check::Measured(MeasuredCheck::new(
        code,
        Some(value),
        Some(limit),
    ))]
}

fn said(comparison: &Comparison) -> Vec<(Weight, String)> {
    statements(comparison)
        .into_iter()
        .map(|statement| (statement.weight, statement.text.replace('\u{a0}', " ")))
        .collect()
}

fn one(run: Run) -> Comparison {
    Comparison::of_runs("one".to_owned(), vec![run])
}

#[test]
fn a_sound_run_passes() {
    let (weight, text) = said(&one(example::open_loop("a"))).remove(0);
    assert_eq!(weight, Weight::Pass);
    assert!(
        text.contains("no wrong reply among 40 000 checked"),
        "{text}"
    );
}

#[test]
fn wrong_replies_come_first_and_in_numbers() {
    let all = said(&example::comparison(5));
    assert_eq!(
        all[0],
        (
            Weight::Fail,
            "threaded racy: wrong replies in all 5 runs: 685 of 200 000 acknowledged increments were lost \
             (3 425 per million)"
                .to_owned()
        )
    );
    assert!(all.iter().all(|(weight, _)| *weight != Weight::Pass));
    assert!(
        all.iter()
            .any(|(_, text)| text.contains("apt-get install redis-server"))
    );
}

#[test]
fn an_invalid_run_is_named_first() {
    let mut run = example::open_loop("a");
    run.validity.verdict = ValidityVerdict::ClientBound;
    run.validity.checks = failed(CheckCode::ScheduleLagP99, 12e6, 1e6);
    run.interrupted = true;
    let all = said(&one(run));
    assert_eq!(all[0].0, Weight::Fail);
    assert!(
        all[0].1.starts_with(
            "the load generator was the bottleneck with a (the run): schedule lag p99 is 12.0 ms,"
        ),
        "{all:?}"
    );
    assert_eq!(
        all[1],
        (Weight::Doubt, "a: interrupted in the run".to_owned())
    );
}

#[test]
fn nothing_is_not_a_success() {
    assert_eq!(
        said(&Comparison::of_runs(String::new(), Vec::new()))[0].0,
        Weight::Fail
    );
    assert_eq!(said(&one(example::empty("a")))[0].0, Weight::Doubt);
}

#[test]
fn two_loads_are_pointed_out_and_a_sweep_is_not() {
    let (left, mut right) = (example::open_loop("a"), example::open_loop("b"));
    right.workload.connections = 1;
    let all = said(&Comparison::of_runs(
        "two".to_owned(),
        vec![left.clone(), right.clone()],
    ));
    assert!(
        all[0]
            .1
            .contains("different loads (connections: 64 connections and 1 connection)"),
        "{all:?}"
    );
    right.label = "a".to_owned();
    let all = said(&Comparison::of_runs("sweep".to_owned(), vec![left, right]));
    assert_eq!(all[0].0, Weight::Pass);
}

#[test]
fn two_machines_are_pointed_out() {
    let (left, mut right) = (example::open_loop("a"), example::open_loop("b"));
    right.host.cores = 64;
    let all = said(&Comparison::of_runs("two".to_owned(), vec![left, right]));
    assert!(all[0].1.contains("different machines"), "{all:?}");
}

#[test]
fn one_reason_for_all_is_said_once() {
    let suspect = |label: &str, share| {
        let mut run = example::open_loop(label);
        run.validity.verdict = ValidityVerdict::Suspect;
        run.validity.checks = failed(CheckCode::WaitingForProcessor, share, 0.1);
        run
    };
    let all = said(&Comparison::of_runs(
        "two".to_owned(),
        vec![suspect("a", 0.41), suspect("b", 0.57)],
    ));
    let text = "the measurement is suspect with a (the run); b (the run): client thread waiting for a processor is 41.0 %,";
    assert_eq!(all.len(), 1);
    assert!(
        all[0].0 == Weight::Doubt && all[0].1.starts_with(text) && !all[0].1.contains("57"),
        "{all:?}"
    );
}

#[test]
fn who_is_there_to_lose_is_no_failure_and_no_part_of_the_pass() {
    let mut comparison = example::comparison(5);
    for system in &mut comparison.systems {
        system.expected_to_lose = system.label == "threaded racy";
    }
    let all = said(&comparison);
    assert_eq!(all[0].0, Weight::Pass, "{all:?}");
    assert!(all[0].1.contains("not expected to lose updates"), "{all:?}");
    assert!(all.iter().any(|(weight, text)| {
        *weight == Weight::Note && text.starts_with("threaded racy: as expected, wrong replies")
    }));

    let honest = comparison
        .systems
        .iter_mut()
        .find(|system| system.label == "reactor");
    honest.unwrap().expected_to_lose = true;
    assert!(
        said(&comparison)
            .iter()
            .any(|(_, text)| text.contains("no update was lost"))
    );
}

#[test]
fn runs_of_a_server_that_was_not_restarted_are_marked() {
    let run = |start: &str| {
        let mut run = example::closed_loop("a");
        if let Some(server) = &mut run.target.server {
            server.run_id = Some(start.to_owned());
        }
        run
    };
    let notes = |runs: Vec<Run>| {
        let all = said(&Comparison::of_runs("repeats".to_owned(), runs));
        let of_starts = |(weight, text): &&(Weight, String)| {
            *weight == Weight::Note && text.contains("less independent")
        };
        all.iter().filter(of_starts).count()
    };
    assert_eq!(notes(vec![run("1"), run("2"), run("3")]), 0);
    assert_eq!(notes(vec![run("1"), run("1"), run("1")]), 1);
    assert_eq!(notes(vec![run("1"), run("2"), run("1")]), 1);
    assert_eq!(notes(vec![run("1")]), 0);
}
