//! What is said of sound, wrong, invalid and missing runs.

use super::*;
use crate::{Run, ValidityVerdict, example};

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
        text.contains("no wrong answer among 40 000 checked"),
        "{text}"
    );
}

#[test]
fn wrong_answers_come_first_and_in_numbers() {
    let all = said(&example::comparison(5));
    assert_eq!(
        all[0],
        (
            Weight::Fail,
            "threaded racy: wrong answers in all 5 runs: 685 of 200 000 acknowledged increments were lost \
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
    run.validity.reasons = vec!["schedule lag p99 was 12 ms".to_owned()];
    run.interrupted = true;
    let all = said(&one(run));
    assert_eq!(all[0].0, Weight::Fail);
    assert_eq!(
        all[0].1,
        "the load generator was the bottleneck with a (the run): schedule lag p99 was 12 ms"
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
            .contains("same load (connections: 64 connections and 1 connection)"),
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
    let suspect = |label: &str, reading| {
        let mut run = example::open_loop(label);
        run.validity.verdict = ValidityVerdict::Suspect;
        run.validity.reasons = vec![format!("waited {reading} % for a processor")];
        run
    };
    let all = said(&Comparison::of_runs(
        "two".to_owned(),
        vec![suspect("a", 41), suspect("b", 57)],
    ));
    let text =
        "the measurement is suspect with a (the run); b (the run): waited 41 % for a processor";
    assert_eq!(all, [(Weight::Doubt, text.to_owned())]);
}

#[test]
fn who_is_there_to_lose_is_no_failure_and_no_part_of_the_pass() {
    let mut comparison = example::comparison(5);
    for system in &mut comparison.systems {
        system.expected_to_lose = system.label == "threaded racy";
    }
    let all = said(&comparison);
    assert_eq!(all[0].0, Weight::Pass, "{all:?}");
    assert!(all[0].1.contains("not there to lose updates"), "{all:?}");
    assert!(all.iter().any(|(weight, text)| {
        *weight == Weight::Note && text.starts_with("threaded racy: as expected, wrong answers")
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
fn runs_of_a_server_that_was_not_restarted_are_told_from_others() {
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
