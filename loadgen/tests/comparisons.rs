//! `loadgen compare` with real processes: this test program, started again as a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod truth;

use std::path::Path;
use std::process::Stdio;
use std::{env, fs};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use results::{Comparison, Outcome, Verdict};
use truth::{Counter, Ran, command, converse, integer, serve_on, truth};

/// Not a test of its own: when `compare` starts this program with a port, it is a server until it is killed.
#[test]
fn server() {
    let Ok(port) = env::var("TRUTH_PORT") else {
        return;
    };
    let most: i64 = env::var("TRUTH_MOST").unwrap().parse().unwrap();
    println!("serving as {}", std::process::id());
    println!("on processors {}", processors());
    let counter = Counter::default();
    serve_on(&format!("127.0.0.1:{port}"), move |peer| {
        converse(peer, |words| match words[0].as_slice() {
            b"INCR" => Some(integer(counter.incr_up_to(most))),
            _ => Some(truth(words, &counter)),
        });
    });
    loop {
        std::thread::park();
    }
}

/// The processors that this process may use, as the kernel lists them.
fn processors() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.unwrap().trim().to_owned()
}

/// `--server` for this program as a server whose counter stops at `most`.
fn spec(name: &str, most: i64) -> [String; 2] {
    let program = env::current_exe().unwrap();
    let program = program.display();
    [
        "--server".to_owned(),
        format!(
            "{name}=env TRUTH_PORT={{port}} TRUTH_MOST={most} '{program}' --exact server --nocapture"
        ),
    ]
}

const ENDLESS: i64 = i64::MAX;

fn compare(flags: &str, specs: &[[String; 2]], out: &Path) -> std::process::Command {
    let mut command = command(&format!("compare {flags} --out {}", out.display()));
    command
        .args(specs.iter().flatten())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn comparison(out: &Path) -> Comparison {
    results::file::load(&out.join("comparison.json")).unwrap()
}

/// The process numbers that the servers printed.
fn pids(out: &Path) -> Vec<u32> {
    let logs = fs::read_dir(out.join("servers")).unwrap();
    let texts = logs.map(|log| fs::read_to_string(log.unwrap().path()).unwrap());
    let pids = texts.flat_map(|text| {
        text.lines()
            .filter_map(|line| line.split_once("serving as ")?.1.parse().ok())
            .collect::<Vec<_>>()
    });
    pids.collect()
}

#[test]
fn each_system_has_its_runs_and_the_missing_one_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let specs = [
        spec("true", ENDLESS),
        spec("racy", 100),
        [
            "--server".to_owned(),
            "none=no-such-server --port {port}".to_owned(),
        ],
    ];
    let ran = Ran::of(
        compare(
            "-c 4 -n 400 --repeat 2 --expect-lost racy",
            &specs,
            folder.path(),
        )
        .output()
        .unwrap(),
    );
    ran.assert(0, "2 of 3 systems measured, none gave a wrong answer but racy, which lost 600 of 800 increments, as it was expected to");

    let comparison = comparison(folder.path());
    let labels: Vec<_> = comparison
        .systems
        .iter()
        .map(|system| system.label.as_str())
        .collect();
    assert_eq!(labels, ["true", "racy", "none"]);
    let verdicts: Vec<_> = comparison
        .runs()
        .map(|run| {
            (
                run.label.as_str(),
                run.correctness.verdict,
                run.totals.completed,
            )
        })
        .collect();
    assert_eq!(
        verdicts,
        [
            ("true", Verdict::Correct, 400),
            ("true", Verdict::Correct, 400),
            ("racy", Verdict::Wrong, 400),
            ("racy", Verdict::Wrong, 400)
        ]
    );
    assert!(
        comparison.runs().all(|run| run.server_cost.is_some()),
        "the process is known, although INFO is not"
    );
    let Outcome::Missing { reason, .. } = &comparison.systems[2].outcome else {
        panic!("{:?}", comparison.systems[2])
    };
    assert_eq!(reason, "'no-such-server' is not installed");

    assert!(
        fs::read_to_string(folder.path().join("report.html"))
            .unwrap()
            .contains("<html")
    );

    // Rounds go there and back, so "true" was first in round 1 and last in round 2; every server was a new process, and is gone.
    let started: Vec<_> = comparison.runs().map(|run| run.started_unix_ms).collect();
    let [first, last, racy, racy_again] = started[..] else {
        panic!("{started:?}")
    };
    assert!(first <= racy && racy <= racy_again && racy_again <= last);
    let pids = pids(folder.path());
    assert_eq!(pids.len(), 4);
    assert!(
        pids.iter()
            .all(|pid| !Path::new(&format!("/proc/{pid}")).exists())
    );
}

/// A preset whose program is not there is a row; the table is written as it was asked for.
#[test]
fn a_preset_that_is_not_installed_is_a_row() {
    // A PATH with nothing on it but what starts the other server.
    let path = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/usr/bin/env", path.path().join("env")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (flag, heading, missing) in [
        ("--csv", "system,answers,", "valkey,"),
        (
            "--markdown",
            "| system | answers |",
            "| valkey ('valkey-server' is not installed;",
        ),
    ] {
        let flags = format!("-n 200 --repeat 1 {flag} --cpus server=0 client=0 --preset valkey");
        let ran = Ran::of(
            compare(&flags, &[spec("true", ENDLESS)], folder.path())
                .env("PATH", path.path())
                .output()
                .unwrap(),
        );
        ran.assert(0, "1 of 2 systems measured");
        assert!(ran.stdout.starts_with(heading), "{}", ran.stdout);
        assert!(ran.stdout.contains(missing), "{}", ran.stdout);
    }
}

/// The server is kept to its processors: it tells which, and the load is on others where there are others.
#[test]
fn a_server_is_kept_to_its_processors() {
    let folder = tempfile::tempdir().unwrap();
    let ran = Ran::of(
        compare(
            "-n 200 --repeat 1 --cpus server=0",
            &[spec("true", ENDLESS)],
            folder.path(),
        )
        .output()
        .unwrap(),
    );
    ran.assert(0, "1 of 1 systems measured");
    let log = fs::read_to_string(folder.path().join("servers/true-1.log")).unwrap();
    assert!(log.contains("on processors 0\n"), "{log}");
}

/// Runs over several loads are kept as they are made: with `--resume`, those that are there are not made again.
#[test]
fn a_series_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &str| {
        let flags = format!("-n 200 --over connections=1,4 --repeat 2{more}");
        let specs = [spec("true", ENDLESS)];
        let ran = Ran::of(compare(&flags, &specs, folder.path()).output().unwrap());
        ran.assert(0, "1 of 1 systems measured");
        let connections: Vec<_> = comparison(folder.path())
            .runs()
            .map(|run| run.workload.connections)
            .collect();
        assert_eq!(connections, [1, 4, 1, 4]);
    };
    let servers = || -> Vec<_> {
        let logs = fs::read_dir(folder.path().join("servers")).unwrap();
        let mut names: Vec<_> = logs.map(|log| log.unwrap().file_name()).collect();
        names.sort();
        names
    };
    run("");
    assert_eq!(servers().len(), 4);

    fs::remove_dir_all(folder.path().join("servers")).unwrap();
    fs::remove_file(folder.path().join("runs/true-4-1.json")).unwrap();
    run(" --resume");
    assert_eq!(servers(), ["true-4-1.log"]);
}

/// What another command line has left is another load.
#[test]
fn another_series_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let run = |requests: u64| {
        let flags = format!("-n {requests} --repeat 1 --resume");
        let specs = [spec("true", ENDLESS)];
        Ran::of(compare(&flags, &specs, folder.path()).output().unwrap())
            .assert(0, "1 of 1 systems measured");
        comparison(folder.path())
            .runs()
            .next()
            .unwrap()
            .totals
            .completed
    };
    assert_eq!((run(200), run(300)), (200, 300));
}

/// Two rates that are far too high for a server are its last.
#[test]
fn rates_end_where_a_server_falls_behind() {
    let folder = tempfile::tempdir().unwrap();
    let flags =
        "-d 300ms -c 2 --max-in-flight 100 --over rate=100,20M,21M,22M --repeat 1 --timeout 20s";
    let output = compare(flags, &[spec("true", ENDLESS)], folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("true fell behind from 20"), "{said}");
    assert_eq!(comparison(folder.path()).runs().count(), 3);
}

#[test]
fn wrong_answers_that_nobody_expected_end_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let ran = Ran::of(
        compare("-n 200 --repeat 1", &[spec("racy", 100)], folder.path())
            .output()
            .unwrap(),
    );
    ran.assert(3, "racy gave wrong answers");
}

#[test]
fn two_comparisons_at_once_do_not_meet() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let start = |folder: &tempfile::TempDir| {
        compare(
            "-n 200 --repeat 3",
            &[spec("a", ENDLESS), spec("b", ENDLESS)],
            folder.path(),
        )
        .spawn()
        .unwrap()
    };
    let children = [start(&folders[0]), start(&folders[1])];
    for child in children {
        Ran::of(child.wait_with_output().unwrap())
            .assert(0, "2 of 2 systems measured, none gave a wrong answer");
    }
}

#[test]
fn ctrl_c_ends_the_server_and_keeps_the_runs_so_far() {
    let folder = tempfile::tempdir().unwrap();
    let child = compare("-d 1h --repeat 3", &[spec("only", ENDLESS)], folder.path())
        .spawn()
        .unwrap();
    // Its server prints its number once it runs.
    let server = loop {
        let begun = folder.path().join("servers").exists();
        let pids = if begun {
            pids(folder.path())
        } else {
            Vec::new()
        };
        match pids.first() {
            Some(pid) => break *pid,
            None => std::thread::yield_now(),
        }
    };
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    Ran::of(child.wait_with_output().unwrap()).assert(130, "interrupted");
    assert!(!Path::new(&format!("/proc/{server}")).exists());
    assert!(matches!(
        comparison(folder.path()).systems[0].outcome,
        Outcome::Missing { .. }
    ));
}

#[test]
fn usage_is_explained() {
    let cases = [
        ("--server a=b", "--help"),
        ("--server a=b{port} --server a=c{port}", "named twice"),
        ("--server a=b{port} --expect-lost c", "names no --server"),
        ("--server a=b{port} -c 0", "-c 0"),
        ("--server a=b{port} --repeat 0", "--help"),
        ("--server a=b{port} --cpus server=x", "--help"),
        ("--server a=b{port} --cpus client=1023", "may be used"),
        ("--preset elephant", "--help"),
    ];
    for (words, said) in cases {
        Ran::of(command(&format!("compare {words}")).output().unwrap()).assert(2, said);
    }
}
