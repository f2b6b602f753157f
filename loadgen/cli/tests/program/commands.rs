//! Thresholds, files for every reader, help, and the baseline.

use crate::support::{correct_server, loadgen};
use results::{CheckCode, Run};

#[test]
fn a_missed_threshold_exits_with_4() {
    let server = correct_server();
    let ran = loadgen(&format!(
        "run {server} -n 300 --threshold max<1ns --threshold failures<=0 --json"
    ));
    ran.assert(4, "max<1ns is ");
    let met: Vec<_> = ran
        .run()
        .thresholds
        .iter()
        .map(|threshold| threshold.met)
        .collect();
    assert_eq!(met, [false, true]);
    loadgen(&format!(
        "run {server} -n 300 --threshold max<1h --threshold rate>0"
    ))
    .assert(0, "none wrong");
    loadgen(&format!("run {server} --threshold p99")).assert(2, "--help");
}

#[test]
fn every_output_format_holds_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let ran = loadgen(&format!(
        "run {} -n 500 --csv --out {}",
        correct_server(),
        folder.path().display()
    ));
    ran.assert(0, "none wrong");
    assert!(
        ran.stdout.starts_with("\"test\",\"rps\"")
            && ran.stdout.lines().nth(1).unwrap().starts_with("\"INCR\","),
        "{ran:?}"
    );
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let run: Run = serde_json::from_str(&read("run.json")).unwrap();
    assert_eq!(run.totals.completed, 500);
    assert!(read("latency.hlog").starts_with("#[") && read("latency.hgrm").contains("Percentile"));
}

#[test]
fn dry_run_completions_and_man_print_text() {
    loadgen("run h:1 -n 5 --dry-run").assert(0, "nothing was done");
    assert!(loadgen("completions bash").stdout.contains("loadgen"));
    assert!(loadgen("man").stdout.contains("compare"));
}

#[test]
fn calibrate_measures_a_checked_run() {
    for operation in ["incr", "echo"] {
        let ran = loadgen(&format!(
            "calibrate --op {operation} -c 5 -P 4 -n 2000 --json"
        ));
        ran.assert(0, "2\u{a0}000 checked, none wrong");
        assert_eq!(ran.run().label, "baseline");
    }
    loadgen("calibrate --op get").assert(2, "calibrate with incr or echo");
}

#[test]
fn a_baseline_of_another_load_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = folder.path().display();
    loadgen(&format!("calibrate -c 5 -n 2000 --out {baseline}")).assert(0, "none wrong");
    let run = format!("run {} --baseline {baseline}", correct_server());
    let checks = loadgen(&format!("{run} -c 5 -n 500 --json"))
        .run()
        .validity
        .checks;
    assert!(
        checks
            .iter()
            .any(|check| check.code() == Some(CheckCode::RateOfBaseline)),
        "{checks:?}"
    );
    loadgen(&format!("{run} -c 6 -n 500")).assert(2, "6 connections and 5");
}
