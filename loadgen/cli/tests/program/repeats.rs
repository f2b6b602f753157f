//! `loadgen run --repeat`: each run has its files, and the gravest run decides the exit code.

use crate::support::{Counter, converse, correct_reply, correct_server, integer, loadgen, serve};
use results::{Comparison, Run, file};

#[test]
fn each_repeated_run_has_its_folder_and_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let server = correct_server();
    let at = |name: &str| folder.path().join(name);
    for name in ["base", "new"] {
        let out = at(name).display().to_string();
        let ran = loadgen(&format!("run {server} -n 200 -c 2 --repeat 4 --out {out}"));
        ran.assert(0, "4 of 4 runs made, 800 requests answered");
        for line in ["run 1 ", "run 4 ", "median ", "95 % from "] {
            assert!(ran.stdout.contains(&format!("\n{line}")), "{}", ran.stdout);
        }
        for number in 1..=4 {
            let run: Run = file::load(&at(name).join(format!("run-{number}/run.json"))).unwrap();
            assert_eq!(run.totals.completed, 200);
        }
    }
    let ran = loadgen(&format!(
        "diff {} {} --allow-invalid",
        at("base").display(),
        at("new").display()
    ));
    assert!([0, 4].contains(&ran.code), "{ran:?}");
    let comparison: Comparison = file::load(&at("base").join("comparison.json")).unwrap();
    assert_eq!(comparison.systems.len(), 1);
    assert_eq!(comparison.runs().count(), 4);
}

/// The second run is told an increment that was lost: that outranks the threshold that every run misses.
#[test]
fn the_gravest_run_decides_the_exit_code() {
    let counter = Counter::default();
    let server = serve(move |peer| {
        converse(peer, |words| match words[0].as_slice() {
            b"INCR" => {
                let value = counter.incr();
                if value == 300 {
                    counter.forget(1);
                }
                Some(integer(value))
            }
            _ => Some(correct_reply(words, &counter)),
        });
    });
    let words = format!("run {server} -n 200 -c 1 --repeat 3 --threshold rate>100G");
    let ran = loadgen(&words);
    ran.assert(3, "run 2: ");
    assert!(ran.last_line.contains("3 of 3 runs made"), "{ran:?}");
    assert!(ran.stdout.contains("WRONG"), "{}", ran.stdout);
    loadgen(&format!(
        "run {} -n 20 --repeat 2 --threshold rate>100G",
        correct_server()
    ))
    .assert(4, "run 1: ");
}

#[test]
fn repeats_end_when_the_server_is_gone() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    loadgen(&format!("run {address} --repeat 3")).assert(1, "0 of 3 runs made");
}

/// `diff` would go on reading the series.
#[test]
fn a_single_run_is_not_written_into_the_folder_of_a_series() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display();
    let (server, series) = (correct_server(), "--repeat 2");
    let run = |more: &str| loadgen(&format!("run {server} -n 20 --out {out} {more}"));
    run("").assert(0, "none wrong");
    run(series).assert(0, "2 of 2 runs made");
    run("").assert(2, "choose another --out");
    loadgen(&format!("calibrate -n 20 --out {out}")).assert(2, "choose another --out");
    run(series).assert(0, "2 of 2 runs made");
}

#[test]
fn stdout_of_repeated_runs_is_json_or_csv() {
    let server = correct_server();
    let csv = loadgen(&format!("run {server} -n 50 --repeat 3 --csv"));
    assert_eq!(csv.stdout.lines().count(), 4, "{}", csv.stdout);
    let json = loadgen(&format!("run {server} -n 50 --repeat 2 --json"));
    let comparison: Comparison = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(comparison.runs().count(), 2);
    loadgen("run h:1 --repeat 2 --history x").assert(2, "--history FILE holds one run");
}
