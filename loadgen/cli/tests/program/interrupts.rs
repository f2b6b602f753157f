//! Ctrl-C, and a load generator that was stopped and continued.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::support::{Counter, Ran, converse, correct_reply, drain, serve, start, strict_command};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use results::{CheckCode, FailureReason, Run, Verdict};

#[test]
fn ctrl_c_keeps_what_was_measured() {
    let (server, under_way) = counts_to(1_000);
    let folder = tempfile::tempdir().unwrap();
    let child = start(&format!(
        "run {server} -c 4 -d 1h --out {}",
        folder.path().display()
    ));
    under_way.recv().unwrap();
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    Ran::of(child.wait_with_output().unwrap()).assert(130, "interrupted");
    let run: Run = results::file::load(&folder.path().join("run.json")).unwrap();
    assert!(
        run.interrupted && run.totals.completed >= 900,
        "{:?}",
        run.totals
    );
    assert_eq!(
        (run.correctness.verdict, run.correctness.lost_updates()),
        (Verdict::Correct, Some(0))
    );
}

#[test]
fn ctrl_c_does_not_wait_for_a_server_that_says_nothing() {
    let (sender, stalled) = channel();
    let counter = Counter::default();
    let server = serve(move |peer| {
        converse(peer, |words| match words[0].as_slice() {
            b"INCR" => {
                let _ = sender.send(());
                Some(Vec::new())
            }
            _ => Some(correct_reply(words, &counter)),
        });
    });
    let child = start(&format!("run {server} -c 2 -n 10 --timeout 1h --json"));
    stalled.recv().unwrap();
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.assert(130, "interrupted");
    assert_eq!(ran.run().totals.failures[&FailureReason::Unanswered], 2);
}

/// SIGSTOP freezes the load generator and not the server: the numbers are then its own, and it must say so.
#[test]
fn a_run_in_which_the_load_generator_stopped_is_invalid() {
    let (server, under_way) = counts_to(200);
    let words = format!("run {server} -c 4 -r 2k -n 4000 --json");
    let child = strict_command(&words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = Pid::from_raw(child.id() as i32);
    under_way.recv().unwrap();
    kill(pid, Signal::SIGSTOP).unwrap();
    thread::sleep(Duration::from_millis(300));
    kill(pid, Signal::SIGCONT).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.assert(5, "measurement invalid");
    let validity = ran.run().validity;
    for code in [CheckCode::WorstHiccup, CheckCode::ScheduleLagP99] {
        assert!(validity.failed_check(code).is_some(), "{validity:?}");
    }
}

#[test]
fn ctrl_c_in_a_series_keeps_the_runs_that_were_made() {
    let folder = tempfile::tempdir().unwrap();
    let (server, under_way) = counts_to(1_200);
    let out = folder.path().display();
    let child = start(&format!(
        "run {server} -c 2 -n 500 --repeat 1000 --out {out}"
    ));
    under_way.recv().unwrap();
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.assert(130, "of 1000 runs made");
    let kept: results::Comparison =
        results::file::load(&folder.path().join("comparison.json")).unwrap();
    assert!((2..1_000).contains(&kept.runs().count()));
    assert!(kept.runs().all(|run| run.totals.completed == 500));
    let alone = folder.path().join("run-2/run.json");
    let alone: Run = results::file::load(&alone).unwrap();
    assert_eq!(kept.runs().nth(1), Some(&alone));
}

#[test]
fn ctrl_c_before_the_load_exits_at_once() {
    let (sender, connected) = channel();
    let server = serve(move |peer| {
        let _ = sender.send(());
        drain(peer);
    });
    let child = start(&format!("run {server} --timeout 1h"));
    connected.recv().unwrap();
    let pid = Pid::from_raw(child.id() as i32);
    let mut child = child;
    // The signal may come before the load generator waits for the reply; then the second one ends it.
    while child.try_wait().unwrap().is_none() {
        let _ = kill(pid, Signal::SIGINT);
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// The server lets the load generator wait until it was interrupted, and is then gone: that is no failure of the server.
#[test]
fn ctrl_c_in_find_is_not_a_failure() {
    let (sender, connected) = channel();
    let (let_go, interrupted) = channel::<()>();
    let interrupted = Mutex::new(interrupted);
    let server = serve(move |_peer| {
        let _ = sender.send(());
        let _ = interrupted.lock().unwrap().recv();
    });
    let child = start(&format!("find {server} p99<1h --timeout 1h"));
    connected.recv().unwrap();
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    drop(let_go);
    Ran::of(child.wait_with_output().unwrap()).assert(130, "while trying 1\u{a0}000 requests/s");
}

/// The replies came in time, and lay in the sockets while nobody read them.
#[test]
fn a_client_that_was_stopped_does_not_time_out_replies() {
    let (server, under_way) = counts_to(1_000);
    let timeout = Duration::from_millis(400);
    let child = start(&format!(
        "run {server} -c 8 -n 20000 --timeout {timeout:?} --json"
    ));
    under_way.recv().unwrap();
    let pid = Pid::from_raw(child.id() as i32);
    kill(pid, Signal::SIGSTOP).unwrap();
    thread::sleep(2 * timeout);
    kill(pid, Signal::SIGCONT).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.assert(0, "20\u{a0}000 of 20\u{a0}000 requests answered");
}

/// A correct_server server, and a message as soon as it has counted so far.
fn counts_to(number: i64) -> (SocketAddr, Receiver<()>) {
    let (sender, reached) = channel();
    let counter = Counter::default();
    let server = serve(move |peer| {
        converse(peer, |words| {
            // Two peers may count past it at once: every request from then on says so.
            if counter.get() >= number {
                let _ = sender.send(());
            }
            Some(correct_reply(words, &counter))
        });
    });
    (server, reached)
}
