//! `loadgen compare` with real processes: what becomes of each system.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{ENDLESS, Ran, command, compare, comparison, spec};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use results::{Outcome, Verdict};

/// The process numbers that the servers printed.
fn pids(out: &Path) -> Vec<u32> {
    let logs = fs::read_dir(out.join("servers")).unwrap();
    let texts = logs.map(|log| fs::read_to_string(log.unwrap().path()).unwrap());
    let pids = texts.flat_map(|text| {
        text.lines()
            .filter_map(|line| line.split_once("serving as process ")?.1.parse().ok())
            .collect::<Vec<_>>()
    });
    pids.collect()
}

#[test]
fn each_system_has_its_runs_or_the_reason_why_not() {
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
    ran.assert(0, "2 of 3 systems measured, no wrong replies except: racy lost 600 of 800 increments, as expected");

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
        ("--csv", "system,answers,", "Valkey,"),
        (
            "--markdown",
            "| system | answers |",
            "| Valkey ('valkey-server' is not installed;",
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

/// Where there is no Python, `scripts/originals` says so in one line, and so do the rows of the systems that need it.
#[test]
fn systems_that_need_python_are_rows_without_python() {
    // Under target, so that the program can have a second name there: it looks for what lies beside it.
    let tree = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let folder = |name: &str| {
        let path = tree.path().join(name);
        fs::create_dir_all(&path).unwrap();
        path
    };
    let path = folder("path");
    for tool in ["bash", "dirname", "env", "mkdir", "tee"] {
        std::os::unix::fs::symlink(found(tool), path.join(tool)).unwrap();
    }
    let script = folder("scripts").join("originals");
    fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/originals"),
        &script,
    )
    .unwrap();
    let program = folder("target/debug").join("loadgen");
    fs::hard_link(env!("CARGO_BIN_EXE_loadgen"), &program).unwrap();

    // By its interpreter: a file that was just written may still be open in a child of another test, and is then no program.
    let mut bash = Command::new(path.join("bash"));
    let said = bash.arg(script).env("PATH", &path).output().unwrap();
    let (said, code) = (String::from_utf8_lossy(&said.stderr), said.status.code());
    assert_eq!((said.lines().count(), code), (1, Some(1)), "{said}");
    assert!(said.contains("python3 is not installed"), "{said}");

    let out = tree.path().join("out");
    let compare = compare(
        "-n 200 --repeat 1 --preset twisted,python --markdown",
        &[spec("true", ENDLESS)],
        &out,
    );
    let ran = Ran::of(
        Command::new(program)
            .args(compare.get_args())
            .env("PATH", &path)
            .output()
            .unwrap(),
    );
    ran.assert(0, "1 of 3 systems measured");
    for system in ["Twisted", "Python threads"] {
        let row = format!("| {system} ({}; scripts/originals sets it up;", said.trim());
        assert!(ran.stdout.contains(&row), "{row} is not in {}", ran.stdout);
    }
}

/// Where a program lies.
fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|program| program.is_file())
        .unwrap()
}

#[test]
fn unexpected_wrong_replies_exit_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let ran = Ran::of(
        compare("-n 200 --repeat 1", &[spec("racy", 100)], folder.path())
            .output()
            .unwrap(),
    );
    ran.assert(3, "racy gave wrong replies");
}

#[test]
fn two_comparisons_at_once_do_not_disturb_each_other() {
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
            .assert(0, "2 of 2 systems measured, no wrong replies");
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
fn a_wrong_command_line_exits_with_2_and_a_remedy() {
    let cases = [
        ("--server a=b", "--help"),
        ("--server a=b{port} --server a=c{port}", "named twice"),
        (
            "--server a=b{port} --expect-lost c",
            "is not the name of a --server",
        ),
        ("--server a=b{port} -c 0", "-c 0"),
        ("--server a=b{port} --repeat 0", "--help"),
        ("--server a=b{port} --cpus server=x", "--help"),
        ("--server a=b{port} --cpus client=1023", "may be used"),
        ("--preset elephant", "--help"),
        (
            "--server a=b{port} --over cores=100000",
            "this program may use",
        ),
        (
            "--server a=b{port} --over cores=1 --cpus client=0",
            "leave out one",
        ),
    ];
    for (words, said) in cases {
        Ran::of(command(&format!("compare {words}")).output().unwrap()).assert(2, said);
    }
}
